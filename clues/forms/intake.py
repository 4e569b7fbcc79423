"""Entering a clue at the desk and on the phone, putting it right, merging it."""

from __future__ import annotations

import uuid
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from django import forms

from clues.forms import subject_choice
from clues.forms.files import PHOTOS, PHOTOS_HELP, FilesField, FilesInput, files_field
from clues.models import Clue, Told
from clues.services import complainants
from clues.services.intake import EDITABLE, fingerprint_of
from clues.services.intake_facts import CONTENT_LENGTH, ENTERED_CHANNELS, TITLE_LENGTH
from credit.models import Subject
from credit.selectors.directory import townships_of
from departments.models import Department, Region
from matters.models import Matter, MatterVersion
from records.actor import Actor
from records.acts import LONGEST_OPINION
from records.params import key_of
from records.search import indexed

_DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
_MINUTE = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class ClueFields(forms.Form):
    """What the forms about a clue's facts share."""

    title = forms.CharField(
        label="标题",
        max_length=TITLE_LENGTH,
        required=False,
        help_text="一句话写明谁有什么问题；不填则取内容的第一句。",
    )
    content = forms.CharField(
        label="内容",
        max_length=CONTENT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="什么时间、什么地点、谁、做了什么，有什么依据。",
    )
    occurred_on = forms.DateField(label="发生日期", required=False, widget=_DATE)
    township = forms.ModelChoiceField(
        label="乡镇街道", required=False, queryset=Region.objects.none(), empty_label="不详"
    )
    place = forms.CharField(label="地点", max_length=200, required=False)
    subject = forms.CharField(required=False, widget=forms.HiddenInput)
    subject_name = forms.CharField(label="被反映对象", max_length=120, required=False)
    matter = forms.ModelChoiceField(
        label="监管事项",
        required=False,
        queryset=Matter.objects.none(),
        empty_label="暂不确定",
        help_text="选定后，可看到该事项的牵头部门和配合部门。",
    )
    evidence_at_risk = forms.CharField(
        label="证据灭失风险",
        max_length=200,
        required=False,
        help_text="如食品将被销毁、现场将被清理；写明后移送时提示对方优先处理。",
    )

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.fields["township"].queryset = townships_of(actor.region_code)  # type: ignore[attr-defined]
        self.fields["subject_name"].widget.attrs |= subject_choice.SEARCHES
        if "matter" in self.fields:
            versions = MatterVersion.objects.visible_to(actor).in_force()
            names = dict(versions.values_list("matter_id", "name"))
            field: Any = self.fields["matter"]
            field.queryset = Matter.objects.filter(pk__in=names)
            field.label_from_instance = lambda matter: names.get(matter.pk, matter.code)

    def clean_subject(self) -> Subject | None:
        """The chosen subject, by its key; it must be one that the person may see."""
        return subject_choice.chosen(self.actor, self.cleaned_data["subject"])

    def clean(self) -> dict[str, Any]:
        """A name that is written out and means one subject links it, chosen or not."""
        cleaned: dict[str, Any] = super().clean() or {}
        name = cleaned.get("subject_name", "").strip()
        if name and not cleaned.get("subject") and "subject" not in self.errors:
            visible = Subject.objects.visible_to(self.actor)
            same = visible.filter(indexed(Subject, name), name__iexact=name)[:2]
            cleaned["subject"] = same[0] if len(same) == 1 else None
        return cleaned


class ClueForm(ClueFields):
    """A clue taken in at the desk."""

    refusal_fields: ClassVar = {"latitude": "place", "longitude": "place"}

    channel = forms.ChoiceField(label="来源")
    external_number = forms.CharField(
        label="来源编号",
        max_length=60,
        required=False,
        help_text="如 12345 工单号；同一来源的同一编号只登记一次。",
    )
    received_at = forms.DateTimeField(
        label="来源受理时间",
        required=False,
        widget=_MINUTE,
        help_text="不填为现在。",
    )
    complainant_name = forms.CharField(label="姓名", max_length=60, required=False)
    complainant_phone = forms.CharField(
        label="联系电话",
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    complainant_address = forms.CharField(label="联系地址", max_length=200, required=False)
    wants_answer = forms.BooleanField(label="要求答复", required=False, initial=True)
    told_text = forms.CharField(
        label="受理告知",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=f"登记后发给反映人，可以修改；{complainants.NUMBER_MARK}会换成线索编号。"
        "匿名、没有电话或不要求答复的不发送。",
    )
    files = files_field("照片和材料")
    confidential = forms.BooleanField(
        label="保密线索",
        required=False,
        help_text="只有登记人和首接部门负责人知悉，其他人由负责人指定。",
    )
    client_key = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, actor: Actor, receiver: Department, *args: Any, **kwargs: Any) -> None:
        super().__init__(actor, *args, **kwargs)
        self.fields["channel"].choices = [("", "请选择"), *ENTERED_CHANNELS]  # type: ignore[attr-defined]
        self.fields["client_key"].initial = uuid.uuid4
        self.fields["told_text"].initial = _usual_words(actor, receiver)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        usual = self.fields["told_text"].initial
        if given.get("told_text", "").strip() == usual:
            # Untouched: the words then name the title as well.
            given["told_text"] = ""
        return given

    def facts(self) -> dict[str, Any]:
        """The fields for ``intake.register``; files apart."""
        return {name: value for name, value in self.cleaned_data.items() if name != "files"}


class PhoneClueForm(ClueFields):
    """A clue seen on the way: what, whom, where, photos."""

    refusal_fields: ClassVar = {"latitude": "place", "longitude": "place"}

    files = FilesField(
        label="照片",
        required=False,
        widget=FilesInput(attrs={"accept": PHOTOS, "multiple": True, "capture": "environment"}),
        help_text=PHOTOS_HELP,
    )
    latitude = forms.CharField(required=False, widget=forms.HiddenInput)
    longitude = forms.CharField(required=False, widget=forms.HiddenInput)
    client_key = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(actor, *args, **kwargs)
        for name in ("title", "occurred_on", "matter"):
            del self.fields[name]
        self.fields["content"].label = "看到了什么"
        self.fields["content"].widget.attrs["rows"] = 4
        self.fields["client_key"].initial = uuid.uuid4
        own = Region.objects.filter(code=actor.township_code).first()
        self.fields["township"].initial = own.pk if own else None

    def clean_latitude(self) -> Decimal | None:
        return _coordinate(self.cleaned_data["latitude"])

    def clean_longitude(self) -> Decimal | None:
        return _coordinate(self.cleaned_data["longitude"])

    def facts(self) -> dict[str, Any]:
        """The fields for ``intake.register``; files and source apart."""
        return {name: value for name, value in self.cleaned_data.items() if name != "files"}


class ClueEditForm(ClueFields):
    """The facts of a clue, to be put right until it is judged."""

    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, actor: Actor, clue: Clue, *args: Any, **kwargs: Any) -> None:
        initial = {name: getattr(clue, name) for name in EDITABLE} | {
            "subject": clue.subject_id or "",
            "seen": fingerprint_of(clue),
        }
        super().__init__(actor, *args, initial=initial, **kwargs)


class MergeForm(forms.Form):
    """Which clue to merge into, and why."""

    refusal_fields: ClassVar = {"into": "number"}

    into = forms.CharField(required=False)
    number = forms.CharField(
        label="其他线索的编号",
        max_length=40,
        required=False,
        help_text="上面没有的，填要并入的线索编号。",
        widget=forms.TextInput(attrs={"placeholder": "XS411603-2026-000001"}),
    )
    opinion = forms.CharField(
        label="并案理由", max_length=LONGEST_OPINION, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor

    def clean(self) -> dict[str, Any]:
        """Adds ``target``: the key of the visible clue that was chosen or typed by number."""
        given = super().clean() or {}
        visible = Clue.objects.visible_to(self.actor)
        number, key = given.get("number", "").strip().upper(), key_of(given.get("into", ""))
        if number:
            given["target"] = visible.filter(number=number).values_list("pk", flat=True).first()
            if given["target"] is None:
                self.add_error("number", "没有找到这个编号的线索。")
        elif key is not None:
            given["target"] = key
        else:
            self.add_error("number", "请选择一条线索，或填写线索编号。")
        return given


def _usual_words(actor: Actor, receiver: Department) -> str:
    clue = Clue(receiver=receiver, holder=receiver, title="", region_code=actor.region_code)
    return complainants.suggested_text(clue, Told.Step.RECEIVED)


def _coordinate(text: str) -> Decimal | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return round(value, 6) if value.is_finite() and abs(value) <= 180 else None
