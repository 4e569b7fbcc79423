"""The forms of compulsory measures, and the filters of their list."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.forms import BaseFormSet, formset_factory
from django.utils import timezone

from clues.forms.files import HELP, files_field
from clues.forms.parties import PartyForm
from clues.forms.penalties import StateFilter
from clues.forms.procedures import StepForm, words
from clues.models import CompulsoryMeasure
from clues.rules import measures as rules
from clues.selectors import measures as selectors
from clues.services.measures.begin import MOST_ITEMS, CarriedOut, ItemData, MeasureData
from clues.services.measures.ending import Disposal
from clues.services.measures.term import most_extension
from departments.profile import time_limit
from inspections.models import Inspector
from records import clock

_DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
_MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
_BLANK_ROWS = 12
"""The page shows a few of them, the others on demand."""


class MeasureForm(PartyForm):
    """What is applied for; ``key`` lets it apply only once though sent twice."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label="措施种类", choices=[("", "请选择"), *CompulsoryMeasure.Kind.choices]
    )
    term_days = forms.IntegerField(
        label="期限（天）", required=False, min_value=1, help_text="不填的按法定最长期限。"
    )
    reason = words("采取措施的理由", rows=4, most=2000)
    basis = forms.CharField(
        label="法律、法规依据", max_length=300, help_text="写明法律、法规的名称和条款。"
    )
    files = files_field("申请材料", f"检查记录、证据照片等，{HELP}")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"key": uuid.uuid4(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)

    def data_of(self, items: Sequence[ItemData]) -> MeasureData:
        """What the valid form says, as the service takes it; key and files apart."""
        values = dict(self.cleaned_data)
        for apart in ("subject_name", "files", "key"):
            values.pop(apart)
        return MeasureData(**values, items=items)


def initial_of(measure: CompulsoryMeasure) -> dict[str, Any]:
    """A measure as the form shows it."""
    return {
        "key": measure.key,
        "subject": measure.subject_id,
        "subject_name": measure.subject.shown_name,
        "clue": measure.clue.number if measure.clue else "",
        "kind": measure.kind,
        "term_days": measure.term_days,
        "reason": measure.facts,
        "basis": measure.basis,
    }


class ItemForm(forms.Form):
    """A line of the list; one without any words is no line."""

    name = forms.CharField(label="名称或账号", max_length=120, required=False)
    quantity = forms.DecimalField(
        label="数量",
        min_value=Decimal("0.001"),
        max_digits=15,
        decimal_places=3,
        required=False,
    )
    unit = forms.CharField(label="单位", max_length=20, required=False)
    place = forms.CharField(label="存放地点或金融机构", max_length=120, required=False)
    note = forms.CharField(label="规格、特征、状况", max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if any(values.values()):
            for name in ("name", "quantity", "unit", "place"):
                if name in values and not values[name]:
                    self.add_error(name, f"请填写{self.fields[name].label}。")
        return values


def item_rows(data: Any = None, measure: CompulsoryMeasure | None = None) -> BaseFormSet[ItemForm]:
    """The list of a measure with some empty lines."""
    fields = tuple(ItemForm.base_fields)
    items = measure.items.all() if measure is not None else ()
    initial = [{name: getattr(item, name) for name in fields} for item in items]
    rows = formset_factory(ItemForm, extra=_BLANK_ROWS, max_num=MOST_ITEMS, absolute_max=MOST_ITEMS)
    return rows(data, initial=None if data else initial, prefix="items")


def items_of(rows: BaseFormSet[ItemForm]) -> list[ItemData]:
    """The lines that were filled in."""
    return [ItemData(**row.cleaned_data) for row in rows if any(row.cleaned_data.values())]


class OfficersChoice(forms.ModelMultipleChoiceField):
    """Officers on duty in a department, with their licences."""

    def __init__(self) -> None:
        super().__init__(
            Inspector.objects.none(),
            label="执法人员",
            required=False,
            widget=forms.CheckboxSelectMultiple,
            help_text="两名以上，证件在实施当天有效（第十八条第二项）。",
        )

    def offer(self, department_id: int | None) -> None:
        """Offer the officers of the department."""
        found = Inspector.objects.filter(department_id=department_id, is_active=True)
        self.queryset = found.order_by("name", "pk")

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}（{obj.licence}）"


class CarriedOutForm(forms.Form):
    """How it was done on the spot."""

    at = forms.DateTimeField(label="实施时间", widget=_MOMENT)
    place = forms.CharField(
        label="实施地点", max_length=200, help_text="冻结的，填写受理冻结的金融机构。"
    )
    document = forms.CharField(label="决定书文号", max_length=60)
    officers = OfficersChoice()
    presence = forms.ChoiceField(
        label="到场情况", choices=[("", "请选择"), *CompulsoryMeasure.Presence.choices]
    )
    signature = forms.ChoiceField(
        label="现场笔录签名", choices=[("", "请选择"), *CompulsoryMeasure.Signature.choices]
    )
    statement = words("陈述和申辩", rows=3, most=1000, required=False)
    steps = forms.MultipleChoiceField(
        label="已经履行的程序", required=False, widget=forms.CheckboxSelectMultiple
    )
    record = files_field("现场笔录", f"签名的笔录，必须上传，{HELP}")
    papers = files_field("决定书、清单和现场照片", HELP)

    def __init__(
        self, department_id: int | None, kind: str | None, *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["officers"].offer(department_id)  # type: ignore[attr-defined]
        steps = rules.STEPS if kind is None else rules.steps_of(kind)
        self.fields["steps"].choices = [  # type: ignore[attr-defined]
            (code, f"{step.label}（{step.source}）") for code, step in steps.items()
        ]
        if kind is None:
            self.fields["steps"].help_text = "勾选该种措施应当履行的程序。"

    def carried_out(self, items: Sequence[ItemData] | None) -> CarriedOut:
        """What the valid form says; ``items`` is the list as it became on the spot."""
        values = dict(self.cleaned_data)
        values["officers"] = list(values["officers"])
        return CarriedOut(**values, items=items)


class ExtensionForm(StepForm):
    """More time for a complex case."""

    days = forms.IntegerField(label="延长天数", min_value=1)
    reason = words("延长理由", rows=4, most=500, help_text="情况复杂的具体原因，告知当事人时写明。")

    def prepare(self, procedure: CompulsoryMeasure) -> None:
        most = most_extension(procedure)
        rule = rules.EXTENSIONS.get(procedure.kind)
        if rule is not None:
            self.fields["days"].help_text = f"最多 {most} 天（{rule.source}）。"


class TestForm(StepForm):
    """A test of what was sealed or seized."""

    what = forms.CharField(label="检测、检验、检疫或者技术鉴定事项", max_length=200)
    institution = forms.CharField(label="机构", max_length=100)
    days = forms.IntegerField(
        label="期间（天）",
        min_value=1,
        max_value=rules.LONGEST_TEST,
        help_text="自今天起算，不计入查封、扣押期限；提前取得结果的，登记后恢复计算。",
    )
    told_on = forms.DateField(label="书面告知当事人日期", widget=_DATE)

    def suggestions(self, procedure: CompulsoryMeasure) -> dict[str, Any]:
        return {"told_on": clock.today()}


class DisposalForm(StepForm):
    """What is to become of it, and of single lines of the list."""

    outcome = forms.ChoiceField(label="处理结果")
    ground = forms.ChoiceField(
        label="解除情形", required=False, choices=[("", "不是解除"), *CompulsoryMeasure.GROUNDS]
    )
    reason = words("处理理由和依据", rows=4, most=1000)
    document = forms.CharField(
        label="处理决定文号", required=False, max_length=60, help_text="处罚决定书、解除决定书等。"
    )

    def suggestions(self, procedure: CompulsoryMeasure) -> dict[str, Any]:
        found = {
            "outcome": procedure.outcome,
            "ground": procedure.ground,
            "reason": procedure.outcome_reason,
            "document": procedure.outcome_document,
        }
        for item in procedure.items.all():
            if item.outcome != procedure.outcome:
                found[f"item_{item.pk}"] = item.outcome
        return found

    def prepare(self, procedure: CompulsoryMeasure) -> None:
        possible = [(code, rules.OUTCOMES[code]) for code in rules.OUTCOMES_OF[procedure.kind]]
        self.fields["outcome"].choices = [  # type: ignore[attr-defined]
            ("", "请选择"),
            *possible,
        ]
        items = list(procedure.items.all())
        if len(items) > 1:
            for item in items:
                self.fields[f"item_{item.pk}"] = forms.ChoiceField(
                    label=str(item), required=False, choices=[("", "同上"), *possible]
                )

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        names = ("outcome", "ground", "reason", "document")
        if all(name in values for name in names):
            of_items = {
                int(name.removeprefix("item_")): value
                for name, value in values.items()
                if name.startswith("item_") and value
            }
            values["disposal"] = Disposal(**{name: values[name] for name in names}, items=of_items)
        return values


class CloseForm(StepForm):
    """What was decided has been done."""

    fulfilled_on = forms.DateField(label="执行日期", widget=_DATE)
    fulfilment = words(
        "执行情况", rows=3, most=500, help_text="退还、上缴、销毁或者移交的经过，收取人和凭证。"
    )
    files = files_field("处理决定和凭证", f"解除决定书、退还清单、收据等，{HELP}")

    def suggestions(self, procedure: CompulsoryMeasure) -> dict[str, Any]:
        return {"fulfilled_on": clock.today()}


class MeasureFilter(StateFilter):
    """The filters of the list of measures."""

    states: ClassVar = CompulsoryMeasure.State.choices
    text_fields: ClassVar = ("number", "document", "title", "subject__name", "subject__identifier")
    own_field: ClassVar = "department_id"

    kind = forms.ChoiceField(
        label="种类", required=False, choices=[("", "全部"), *CompulsoryMeasure.Kind.choices]
    )
    open = forms.BooleanField(label="只看未办结", required=False)

    field_order = ("text", "kind", "state", "own", "open")

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        rows = super().narrow(rows)
        if kind := self.cleaned_data.get("kind"):
            rows = rows.filter(kind=kind)
        if self.cleaned_data.get("open"):
            rows = rows.filter(state__in=CompulsoryMeasure.OPEN_STATES)
        return rows

    def in_state(self, rows: QuerySet[Any], state: str) -> QuerySet[Any]:
        return selectors.in_state(self.actor, rows, state)


def longest_terms(region_code: str) -> str:
    """The longest terms that hold in a region, in words for the form."""
    told = [
        f"{rules.KINDS[kind][:2]} {time_limit(region_code, rules.TERMS[kind]).limit.amount} 天"
        for kind in (rules.SEAL, rules.SEIZE, rules.FREEZE)
    ]
    return "、".join(told)


def now_typed() -> str:
    """The present moment as a field of a moment holds it."""
    return timezone.localtime(clock.now()).strftime("%Y-%m-%dT%H:%M")
