"""Writing, answering and finding letters."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from clues.forms import subject_choice
from clues.forms.files import HELP, files_field
from clues.forms.listed import ListedChoiceFilter
from clues.models import Clue, Referral, Stop
from clues.models.referral import is_open
from clues.rules.kinds import KIND_CHOICES, Kind
from clues.selectors.letters import ORDER
from clues.services.letters.answering import ANSWER_FILES, OUTSIDE_LABEL, SUPPLEMENT_LABEL
from clues.services.letters.checks import OTHER_FILES, addressees
from clues.services.letters.drafts import BODY_MOST, TITLE_MOST, Content
from credit.models import Subject
from departments.models import Department
from records.actor import Actor
from records.acts import LONGEST_OPINION
from records.middleware import actor_of
from records.params import key_of
from records.periods import beginning, ending
from records.search import containing, holds, indexed


class LetterForm(forms.Form):
    """A letter of one kind; the addressees are those that the kind may go to."""

    title = forms.CharField(
        label="标题", max_length=TITLE_MOST, help_text="如：关于协助核查某企业有关情况的函。"
    )
    to = forms.ModelChoiceField(
        label="收函部门", required=False, queryset=Department.objects.none(), empty_label="请选择"
    )
    outside = forms.CharField(
        label="平台外收函单位",
        required=False,
        max_length=100,
        help_text="对方不在平台上时填写，由本部门录入对方的答复。",
    )
    body = forms.CharField(
        label="正文",
        max_length=BODY_MOST,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text="一行一段；标题、主送、落款和日期由平台排好，不必写在正文里。",
    )
    subject = forms.CharField(required=False, widget=forms.HiddenInput)
    subject_name = subject_choice.name_field("监管对象")
    copies = forms.ModelMultipleChoiceField(
        label="抄送",
        required=False,
        queryset=Department.objects.none(),
        widget=forms.CheckboxSelectMultiple,
    )
    refusal_fields: ClassVar = {"subject": "subject_name", "evidence": ""}

    def __init__(
        self, actor: Actor, sender: Department, kind: Kind, *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.actor, self.kind = actor, kind
        to: Any = self.fields["to"]
        to.queryset = addressees(sender, kind)
        if kind.reach != kind.reach.REGION:
            to.label_from_instance = lambda d: f"{d.region.name} · {d.name}"
        else:
            to.label_from_instance = lambda d: d.name
        copies: Any = self.fields["copies"]
        copies.queryset = Department.objects.filter(
            region_id=sender.region_id, is_active=True
        ).exclude(pk=sender.pk)
        if kind.receivers:
            del self.fields["outside"]
            to.required = True
        for index, label in enumerate(kind.evidence):
            self.fields[f"evidence_{index}"] = files_field(
                label, help_text=f"签发前必须附上。{HELP}"
            )
        self.fields["other_files"] = files_field(OTHER_FILES)

    def clean_subject(self) -> Subject | None:
        """The chosen subject, by its key; it must be one that the person may see."""
        return subject_choice.chosen(self.actor, self.cleaned_data["subject"])

    def evidence_fields(self) -> list[forms.BoundField]:
        """The fields of files, those that the kind demands first."""
        names = [name for name in self.fields if name.startswith("evidence_")]
        return [self[name] for name in (*names, "other_files")]

    def content(self) -> Content:
        """What was filled in, for the service."""
        given = self.cleaned_data
        files = {
            label: given[f"evidence_{index}"] for index, label in enumerate(self.kind.evidence)
        }
        return Content(
            title=given["title"],
            body=given["body"],
            to=given["to"],
            outside=given.get("outside", ""),
            subject=given.get("subject"),
            copies=tuple(given["copies"]),
            files=files | {OTHER_FILES: given["other_files"]},
        )


class AnswerForm(forms.Form):
    """An answer that the kind allows, its words and its files."""

    answer = forms.ChoiceField(label="答复", widget=forms.RadioSelect)
    text = forms.CharField(
        label="答复内容", max_length=10_000, widget=forms.Textarea(attrs={"rows": 8})
    )

    def __init__(self, letter: Referral, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["answer"].choices = list(letter.spec.answers.items())  # type: ignore[attr-defined]
        by_label: dict[str, list[str]] = {}
        for code, label in letter.spec.answer_evidence.items():
            by_label.setdefault(label, []).append(letter.spec.answers[code])
        self.labels: dict[str, str] = {}
        for index, (label, answers) in enumerate(by_label.items()):
            needed = f"答复“{'”“'.join(answers)}”时必须附上。{HELP}"
            self._add(f"evidence_{index}", label, files_field(label, help_text=needed))
        if letter.to_id is None:
            self._add(
                "files", OUTSIDE_LABEL, files_field(OUTSIDE_LABEL, help_text="扫描件，必须上传。")
            )
        else:
            self._add("files", ANSWER_FILES, files_field(ANSWER_FILES))

    def _add(self, name: str, label: str, field: forms.Field) -> None:
        self.fields[name] = field
        self.labels[name] = label

    def file_fields(self) -> list[forms.BoundField]:
        """The fields of files."""
        return [self[name] for name in self.labels]

    def uploads(self) -> dict[str, list[Any]]:
        """The uploads by their label."""
        return {label: self.cleaned_data[name] for name, label in self.labels.items()}


class SupplementForm(forms.Form):
    """What the sender adds when asked."""

    text = forms.CharField(
        label="补充说明",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    upload = files_field(SUPPLEMENT_LABEL)

    def uploads(self) -> dict[str, list[Any]]:
        """The uploads by their label."""
        return {SUPPLEMENT_LABEL: self.cleaned_data["upload"]}


class ExtendForm(forms.Form):
    """More time for the answer."""

    amount = forms.IntegerField(label="延长（工作日）", min_value=1, max_value=365)
    opinion = forms.CharField(
        label="延长理由", max_length=LONGEST_OPINION, widget=forms.Textarea(attrs={"rows": 3})
    )


_SUBJECT = "subject__name"
_MOST_SUBJECTS = 10_000
"""Subjects with the text in their name whose letters are looked up by their keys."""


class LetterFilter(django_filters.FilterSet):
    """Box, kind, state, the other department, days and text; shared by page, export and API.

    Wants the rows of ``clues.selectors.letters.listed``.
    """

    q = django_filters.CharFilter(label="标题、对象或文号", method="matching", max_length=60)
    box = django_filters.ChoiceFilter(
        label="收发",
        method="in_box",
        choices=[
            ("waiting", "待本部门办理"),
            ("in", "收到的"),
            ("out", "发出的"),
            ("copied", "抄送本部门"),
        ],
        empty_label="全部",
    )
    kind = ListedChoiceFilter(label="类别", choices=KIND_CHOICES, empty_label="全部")
    state = django_filters.ChoiceFilter(
        label="状态",
        method="in_state",
        choices=[("open", "未办结"), *Referral.State.choices],
        empty_label="全部",
    )
    department = django_filters.ModelChoiceFilter(
        label="部门",
        method="with_department",
        queryset=Department.objects.none(),
        empty_label="全部",
    )
    since = django_filters.DateFilter(
        label="拟稿自",
        method="from_day",
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    until = django_filters.DateFilter(
        label="至",
        method="to_day",
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor_of(self.request) if self.request else Actor(name="")
        within = Department.objects.within(self.actor.region_code)
        self.filters["department"].queryset = within.filter(is_active=True)

    def matching(self, queryset: QuerySet[Referral], name: str, value: str) -> QuerySet[Referral]:
        return containing(
            queryset,
            value,
            order=ORDER,
            also=holds(value, _SUBJECT),
            also_indexed=lambda: _about(value),
        )

    def in_box(self, queryset: QuerySet[Referral], name: str, value: str) -> QuerySet[Referral]:
        own = self.actor.department_id
        if value == "in":
            return queryset.filter(listed_to_id=own)
        if value == "out":
            return queryset.filter(listed_sender_id=own)
        if value == "copied":
            return queryset.filter(listed_copied=True)
        stops = Stop.objects.waiting_at([own] if own else []).filter(kind="letter")
        return queryset.filter(pk__in=stops.values("target_id"))

    def in_state(self, queryset: QuerySet[Referral], name: str, value: str) -> QuerySet[Referral]:
        if value == "open":
            return queryset.filter(is_open("listed_"))
        return queryset.filter(listed_state=value)

    def from_day(self, queryset: QuerySet[Referral], name: str, value: dt.date) -> Any:
        return queryset.filter(listed_at__gte=beginning(value))

    def to_day(self, queryset: QuerySet[Referral], name: str, value: dt.date) -> Any:
        return queryset.filter(listed_at__lte=ending(value))

    def with_department(
        self, queryset: QuerySet[Referral], name: str, value: Department
    ) -> QuerySet[Referral]:
        return queryset.filter(Q(listed_sender_id=value.pk) | Q(listed_to_id=value.pk))


def _about(text: str) -> Q:
    """That a letter is about a subject with the text in its name, told by the subjects' keys."""
    named = Subject.objects.filter(indexed(Subject, text))
    keys = list(named.values_list("pk", flat=True)[: _MOST_SUBJECTS + 1])
    return Q(subject_id__in=keys) if len(keys) <= _MOST_SUBJECTS else holds(text, _SUBJECT)


UNSEEN_CLUE = "没有这条线索，或者您无权查看，内容没有保存。需要保留的，请复制后另行拟稿。"
"""What is said to whoever sends a text about a clue that is not there for them any more."""


def clue_of(actor: Actor, text: str) -> Clue | None:
    """The clue that an address names, if the person may see it."""
    key = key_of(text)
    return Clue.objects.visible_to(actor).filter(pk=key).first() if key else None
