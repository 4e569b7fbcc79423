"""The form of a penalty, and the filters of the lists of penalties, joint verifications and
campaigns."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.db.models import Q, QuerySet

from clues.forms.files import HELP, files_field
from clues.forms.parties import PartyForm
from clues.models import Campaign, JointVerification, Penalty
from clues.services.penalties import PenaltyData
from departments.models import Region
from matters.models import CheckItem, MatterVersion, SubjectCategory
from records.actor import Actor

_DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
_FEN_PER_YUAN = 100


class PenaltyForm(PartyForm):
    """A penalty as the decision states it."""

    number = forms.CharField(label="决定书文号", max_length=60)
    decided_on = forms.DateField(label="决定日期", widget=_DATE)
    kind = forms.ChoiceField(
        label="处罚种类",
        choices=[("", "请选择"), *Penalty.Kind.choices],
        help_text="一份决定有几种处罚的，每种登记一条。",
    )
    amount = forms.DecimalField(
        label="罚款金额（元）", required=False, min_value=Decimal("0.01"), decimal_places=2
    )
    check_item = forms.ModelChoiceField(
        label="违法行为对应的检查事项",
        required=False,
        queryset=CheckItem.objects.none(),
        empty_label="不在检查事项内",
    )
    act = forms.CharField(
        label="违法行为（不在检查事项内的）",
        required=False,
        max_length=200,
        help_text="按法律条文的表述填写；同一行为用同样的表述，才能发现重复罚款。",
    )
    occurred_from = forms.DateField(label="违法行为开始日期", widget=_DATE)
    occurred_to = forms.DateField(label="违法行为终了日期", widget=_DATE)
    files = files_field("处罚材料", f"决定书等，{HELP}")

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(actor, *args, **kwargs)
        items: Any = self.fields["check_item"]
        items.queryset = CheckItem.objects.filter(department_id=actor.department_id, is_active=True)
        items.label_from_instance = lambda item: item.title

    def data_of(self) -> PenaltyData:
        """What the valid form says, as the service takes it; files apart."""
        values = dict(self.cleaned_data)
        for apart in ("subject_name", "files"):
            values.pop(apart)
        amount = values.pop("amount")
        fen = None if amount is None else int(amount * _FEN_PER_YUAN)
        return PenaltyData(**values, amount=fen)


def initial_of(penalty: Penalty) -> dict[str, Any]:
    """A penalty as the form shows it."""
    return {
        "subject": penalty.subject_id,
        "subject_name": penalty.subject.shown_name,
        "clue": penalty.clue.number if penalty.clue else "",
        "number": penalty.number,
        "decided_on": penalty.decided_on,
        "kind": penalty.kind,
        "amount": None if penalty.amount is None else Decimal(penalty.amount) / _FEN_PER_YUAN,
        "check_item": penalty.check_item_id,
        "act": "" if penalty.check_item_id else penalty.act,
        "occurred_from": penalty.occurred_from,
        "occurred_to": penalty.occurred_to,
    }


class StateFilter(forms.Form):
    """The filters that the lists share; an invalid value narrows nothing."""

    states: ClassVar[list[tuple[str, Any]]] = []
    text_fields: ClassVar[tuple[str, ...]] = ()

    text = forms.CharField(label="查找", required=False, max_length=60)
    state = forms.ChoiceField(label="状态", required=False)
    own = forms.BooleanField(label="只看本部门", required=False)
    own_field: ClassVar[str] = ""

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.fields["state"].choices = [("", "全部"), *self.states]  # type: ignore[attr-defined]

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows that match what was filled in."""
        self.is_valid()
        chosen = {name: value for name, value in self.cleaned_data.items() if value}
        if text := chosen.get("text", "").strip():
            found = Q()
            for field in self.text_fields:
                found |= Q(**{f"{field}__icontains": text})
            rows = rows.filter(found)
        if state := chosen.get("state"):
            rows = self.in_state(rows, state)
        if chosen.get("own"):
            rows = rows.filter(**{self.own_field: self.actor.department_id})
        return rows

    def in_state(self, rows: QuerySet[Any], state: str) -> QuerySet[Any]:
        """The rows in a state, as the person is told of it."""
        return rows.filter(state=state)


class PenaltyFilter(StateFilter):
    """The filters of the list of penalties."""

    states: ClassVar = Penalty.State.choices
    text_fields: ClassVar = ("number", "act", "subject__name", "subject__identifier")
    own_field: ClassVar = "department_id"

    kind = forms.ChoiceField(
        label="种类", required=False, choices=[("", "全部"), *Penalty.Kind.choices]
    )

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        rows = super().narrow(rows)
        kind = self.cleaned_data.get("kind")
        return rows.filter(kind=kind) if kind else rows


class JointFilter(StateFilter):
    """The filters of the list of joint verifications."""

    states: ClassVar = JointVerification.State.choices
    text_fields: ClassVar = ("clue__number", "clue__title", "purpose")
    own_field: ClassVar = "lead_id"


class CampaignFilter(StateFilter):
    """The filters of the list of campaigns."""

    states: ClassVar = Campaign.State.choices
    text_fields: ClassVar = ("title", "reason")
    own_field: ClassVar = "proposed_by_id"


class CampaignForm(forms.Form):
    """A pattern seen, and the campaign that it calls for."""

    title = forms.CharField(label="专项名称", max_length=100)
    categories = forms.MultipleChoiceField(
        label="对象类别", required=False, widget=forms.SelectMultiple(attrs={"size": 8})
    )
    township = forms.ModelChoiceField(
        label="乡镇街道", required=False, queryset=Region.objects.none(), empty_label="全区"
    )
    reason = forms.CharField(
        label="规律和依据",
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="哪一行业、哪一地区、什么时间、哪类问题明显增多，可能的原因和建议。",
    )

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = SubjectCategory.objects.values_list("code", "name")
        self.fields["categories"].choices = list(names)  # type: ignore[attr-defined]
        self.fields["township"].queryset = Region.objects.filter(  # type: ignore[attr-defined]
            level=Region.Level.TOWNSHIP, code__startswith=actor.region_code
        )


class AcceptForm(forms.Form):
    """On which matter the campaign rests: its lead department will plan it."""

    version = forms.ModelChoiceField(
        label="监管事项", queryset=MatterVersion.objects.none(), empty_label="请选择"
    )
    decision = forms.CharField(
        label="研究意见",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, campaign: Campaign, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["version"]
        found = (
            MatterVersion.objects.in_force()
            .filter(matter__region__code=campaign.region_code)
            .select_related("lead")
            .order_by("matter__number")
        )
        if campaign.categories:
            found = found.filter(categories__code__in=campaign.categories).distinct()
        field.queryset = found
        field.label_from_instance = lambda version: f"{version.name}（{version.lead.name}牵头）"


class PlanForm(forms.Form):
    """When the campaign takes place; the rest of the plan item is edited in the plan."""

    period_start = forms.DateField(label="检查开始日期", widget=_DATE)
    period_end = forms.DateField(label="检查截止日期", widget=_DATE)
    draw_at = forms.DateTimeField(
        label="抽取时间",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
