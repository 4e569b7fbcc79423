"""Forms of the acts on a clue: talk, letter, supplement, answer, telling, time, assignment."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django import forms
from django.utils import timezone

from clues.forms.files import files_field
from clues.models import Clue, Referral, Told
from clues.rules.kinds import KINDS
from clues.services import complainants
from clues.services.clue_secrecy import candidates
from clues.services.clue_transfer import letter_draft
from credit.selectors.directory import townships_of
from departments.models import Department, Region, User
from records import clock
from records.actor import Actor
from records.acts import LONGEST_OPINION

_MINUTE_FORMAT = "%Y-%m-%dT%H:%M"


def _minute() -> forms.DateTimeInput:
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_MINUTE_FORMAT)


def _words(label: str, rows: int = 4, most: int = 2000, **kwargs: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=most, widget=forms.Textarea(attrs={"rows": rows}), **kwargs
    )


def departments_of(region_code: str) -> Any:
    """The departments at work in a region, for a choice."""
    return Department.objects.filter(region__code=region_code, is_active=True).select_related(
        "region"
    )


class ClueActForm(forms.Form):
    """A form of one act; it knows the clue and the person."""

    def __init__(self, actor: Actor, clue: Clue, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {**self.suggestions(clue), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.clue = clue
        if "department" in self.fields:
            field: Any = self.fields["department"]
            field.queryset = departments_of(clue.region_code).exclude(pk__in=self.left_out(clue))
            field.label_from_instance = lambda one: one.name

    def suggestions(self, clue: Clue) -> dict[str, Any]:
        """What stands in the form before the person changes it."""
        return {}

    def left_out(self, clue: Clue) -> list[int]:
        """The departments that cannot be chosen."""
        return [clue.holder_id]


class TalkForm(ClueActForm):
    """With whom it was talked, when, and what was said."""

    department = forms.ModelChoiceField(
        label="沟通部门", queryset=Department.objects.none(), empty_label="请选择"
    )
    talked_at = forms.DateTimeField(label="沟通时间", widget=_minute())
    note = _words("沟通情况", help_text="与谁沟通、对方意见、是否同意接收。")

    def suggestions(self, clue: Clue) -> dict[str, Any]:
        return {"talked_at": timezone.localtime(clock.now())}


class LetterForm(ClueActForm):
    """The letter of transfer, written beforehand in the usual form."""

    title = forms.CharField(label="标题", max_length=100)
    body = _words(
        "正文",
        rows=14,
        most=10000,
        help_text="一行一段；主送、落款和日期由平台排好，不必写在正文里。",
    )
    files = files_field("证据材料")  # type: ignore[assignment]

    def suggestions(self, clue: Clue) -> dict[str, Any]:
        return letter_draft(clue)


class EvidenceForm(ClueActForm):
    """Evidence that is added while the clue is handled."""

    files = files_field("补充材料")  # type: ignore[assignment]


class SupplementForm(ClueActForm):
    """What was asked for."""

    note = _words("补充说明", required=False, most=1000)
    files = files_field("补充材料")  # type: ignore[assignment]


class AnswerForm(ClueActForm):
    """Outcome and final answer."""

    outcome = forms.ChoiceField(label="办理结果")
    answer = _words(
        "答复内容",
        rows=8,
        help_text="写明查实的情况、处理措施和依据；签发后按此答复反映人。",
    )
    files = files_field("办理材料")  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["outcome"].choices = [("", "请选择"), *Clue.Outcome.choices]  # type: ignore[attr-defined]

    def suggestions(self, clue: Clue) -> dict[str, Any]:
        return {"outcome": clue.outcome, "answer": clue.answer}


class TellForm(ClueActForm):
    """What the complainant is told after the transfer."""

    text = _words("告知内容", rows=5, most=500, help_text="按此发送给反映人，并原样留存。")

    def suggestions(self, clue: Clue) -> dict[str, Any]:
        return {"text": complainants.suggested_text(clue, Told.Step.TRANSFERRED)}


class ExtendForm(ClueActForm):
    """How much longer, and why."""

    refusal_fields: ClassVar = {"reason": "opinion"}

    amount = forms.IntegerField(label="延长（个工作日）", min_value=1, max_value=365)
    opinion = _words("延长理由", most=LONGEST_OPINION, rows=3)


class AssignForm(ClueActForm):
    """Which department handles the clue from now on."""

    department = forms.ModelChoiceField(
        label="承办部门", queryset=Department.objects.none(), empty_label="请选择"
    )
    opinion = _words("指定理由", most=LONGEST_OPINION, rows=3)

    def left_out(self, clue: Clue) -> list[int]:
        handled = clue.state in (Clue.State.HANDLING, Clue.State.SUPPLEMENT)
        return [clue.holder_id] if handled else []


class NameForm(ClueActForm):
    """Who else may know of a confidential clue."""

    people = forms.ModelMultipleChoiceField(
        label="知悉人",
        queryset=User.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text="只能指定线索相关部门的在岗人员；指定后可以看到本线索的全部材料。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["people"]
        field.queryset = candidates(self.clue)
        field.label_from_instance = lambda one: f"{one.department}　{one.name or one.username}"


class BulkAssignForm(forms.Form):
    """The department and the reason for many clues at once."""

    department = forms.ModelChoiceField(
        label="承办部门", queryset=Department.objects.none(), empty_label="请选择"
    )
    opinion = _words("指定理由", most=LONGEST_OPINION, rows=3)

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["department"]
        field.queryset = departments_of(actor.region_code)
        field.label_from_instance = lambda one: one.name


class EmergencyForm(forms.Form):
    """An emergency entered after it was dealt with, also on the phone."""

    title = forms.CharField(label="险情名称", max_length=100)
    danger = _words("险情", rows=3, help_text="什么危险，威胁到谁。")
    since = forms.DateTimeField(label="发现时间", widget=_minute())
    place = forms.CharField(label="地点", max_length=200)
    township = forms.ModelChoiceField(
        label="乡镇街道", required=False, queryset=Region.objects.none(), empty_label="不详"
    )
    subject_name = forms.CharField(label="涉及单位或个人", max_length=120, required=False)
    measures = _words("已采取的措施", rows=3)
    evidence_at_risk = forms.CharField(
        label="证据灭失风险", max_length=200, required=False, help_text="如现场将被清理。"
    )
    files = files_field("现场照片和材料")  # type: ignore[assignment]
    called = forms.ModelMultipleChoiceField(
        label="通知到场的部门",
        required=False,
        queryset=Department.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text="提交后立即以本部门名义发出紧急到场通知，负责人随后追认。",
    )
    client_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault(
            "initial", {"since": timezone.localtime(clock.now()), "client_key": uuid.uuid4()}
        )
        super().__init__(*args, **kwargs)
        township: Any = self.fields["township"]
        township.queryset = townships_of(actor.region_code)
        called: Any = self.fields["called"]
        called.queryset = departments_of(actor.region_code).exclude(pk=actor.department_id)
        called.label_from_instance = lambda one: one.name


class RespondForm(forms.Form):
    """Whether and when the department called is there."""

    answer = forms.ChoiceField(label="到场情况", widget=forms.RadioSelect)
    note = _words(
        "说明", rows=3, most=1000, required=False, help_text="到场人员；不能到场的写明理由。"
    )

    def __init__(self, letter: Referral, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        left = {
            code: label
            for code, label in KINDS[letter.kind].answers.items()
            if code != letter.answer
        }
        self.fields["answer"].choices = list(left.items())  # type: ignore[attr-defined]
