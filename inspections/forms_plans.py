"""The form of a plan item, and the filters of the county plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone

from departments import profile
from departments.models import Department
from inspections import rules
from inspections.models import PlanItem
from inspections.selectors import plans as selectors
from inspections.selectors.plan_pages import filing_note
from inspections.services.plan_data import ItemData, PlanInvalid, data_of, usual_terms
from inspections.services.terms import Term, terms_of_matter
from matters.models import CheckItem, Duty, MatterVersion
from records import clock

_BP_PER_PERCENT = 100
_DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


@dataclass(frozen=True)
class ItemChoice:
    """A check item on the form."""

    item: CheckItem
    checked: bool


@dataclass(frozen=True)
class DepartmentChoice:
    """A department of the matter on the form, with the check items it could bring."""

    duty: Duty
    is_lead: bool
    checked: bool
    licensed: int
    items: list[ItemChoice]


class MatterForm(forms.Form):
    """Which matter the item is for; choosing one fills in the rest."""

    matter_version = forms.ModelChoiceField(
        label="监管事项",
        queryset=MatterVersion.objects.none(),
        empty_label="请选择",
        error_messages={"invalid_choice": "请选择本部门牵头的已生效事项。"},
    )

    def __init__(self, department_id: int | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["matter_version"].queryset = selectors.matters_led_by(  # type: ignore[attr-defined]
            department_id
        ).order_by("matter__number")


def _percent(label: str) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        min_value=0,
        max_value=100,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"step": "0.01", "inputmode": "decimal"}),
    )


class PlanItemForm(forms.Form):
    """A plan item on one version of a matter."""

    title = forms.CharField(label="计划名称", max_length=120)
    categories = forms.MultipleChoiceField(label="检查对象", widget=forms.CheckboxSelectMultiple)
    departments = forms.MultipleChoiceField(
        label="参与部门", required=False, widget=forms.CheckboxSelectMultiple
    )
    check_items = forms.MultipleChoiceField(
        label="检查事项", required=False, widget=forms.CheckboxSelectMultiple
    )
    full_coverage = forms.BooleanField(
        label="全覆盖检查", required=False, help_text="所有在业对象都检查，不按比例抽取。"
    )
    ratio_a = _percent("A 级（%）")
    ratio_b = _percent("B 级（%）")
    ratio_c = _percent("C 级（%）")
    ratio_d = _percent("D 级（%）")
    quota = forms.IntegerField(
        label="抽取总数",
        required=False,
        min_value=1,
        help_text="可不填。填写后按此总数抽取，各等级按上面的比例加权分配。",
    )
    period_start = forms.DateField(label="检查开始日期", widget=_DATE)
    period_end = forms.DateField(label="检查截止日期", widget=_DATE)
    draw_at = forms.DateTimeField(
        label="抽取时间",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    draw_mode = forms.ChoiceField(
        label="抽取方式", choices=PlanItem.DrawMode.choices, widget=forms.RadioSelect
    )
    draw_level = forms.TypedChoiceField(
        label="公信级别", choices=PlanItem.Level.choices, coerce=int, widget=forms.RadioSelect
    )
    parties = forms.MultipleChoiceField(
        label="抽取参与方",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="1 级公信：各方各自生成随机数，先承诺、后揭示，任何一方都不能单独左右结果。",
    )
    staffing = forms.ChoiceField(
        label="派人方式", choices=PlanItem.Staffing.choices, widget=forms.RadioSelect
    )
    officers_per_visit = forms.IntegerField(label="每部门每次到场人数", min_value=1, max_value=6)
    max_teams = forms.IntegerField(label="最多编组数", min_value=1, max_value=200)

    def __init__(
        self,
        version: MatterVersion,
        *args: Any,
        item: PlanItem | None = None,
        year: int | None = None,
        **kwargs: Any,
    ) -> None:
        self.version = version
        self.region_code = version.region_code
        known = _initial_for(version, year) if item is None else _initial_of(data_of(item))
        super().__init__(*args, initial=known, **kwargs)
        self.duties = list(version.duties.select_related("department").order_by("position"))
        self.options = list(
            selectors.fitting_check_items(
                (duty.department_id for duty in self.duties),
                version.categories.values_list("code", flat=True),
            )
        )
        self._choices("categories", version.categories.values_list("code", "name"))
        self._choices("departments", ((d.department_id, d.department.name) for d in self.duties))
        self._choices("check_items", ((entry.pk, entry.title) for entry in self.options))
        self._choices(
            "parties",
            (
                (option.department.pk, option.department.name)
                for option in selectors.party_options(self.region_code, version.lead)
            ),
        )

    def _choices(self, name: str, pairs: Iterable[tuple[Any, str]]) -> None:
        self.fields[name].choices = [(str(key), label) for key, label in pairs]  # type: ignore[attr-defined]

    def values(self, name: str) -> set[str]:
        """What is ticked of a multiple choice, typed or initial."""
        return {str(value) for value in self[name].value() or ()}

    def department_choices(self) -> list[DepartmentChoice]:
        """The rows of departments and check items: those that fit the chosen categories, new ones
        ticked, the others as the person left them."""
        categories = self.values("categories")
        departments, ticked = self.values("departments"), self.values("check_items")
        offered = set(self.data.getlist("offered")) if self.is_bound else None
        licensed = selectors.licensed_counts(
            (duty.department_id for duty in self.duties), clock.today()
        )
        rows = []
        for duty in self.duties:
            pk = duty.department_id
            items = [
                ItemChoice(
                    entry,
                    str(entry.pk) in ticked
                    or (offered is not None and str(entry.pk) not in offered),
                )
                for entry in self.options
                if entry.department_id == pk and categories.intersection(entry.categories)
            ]
            is_lead = pk == self.version.lead_id
            rows.append(
                DepartmentChoice(
                    duty, is_lead, is_lead or str(pk) in departments, licensed[pk], items
                )
            )
        return rows

    def item_data(self) -> ItemData:
        """What the valid form says, as the service takes it."""
        values = self.cleaned_data
        taking_part = {int(pk) for pk in values["departments"]} | {self.version.lead_id}
        chosen = {int(pk) for pk in values["check_items"]}
        return ItemData(
            title=values["title"],
            categories=tuple(values["categories"]),
            check_items={
                pk: tuple(
                    entry.pk
                    for entry in self.options
                    if entry.department_id == pk and entry.pk in chosen
                )
                for pk in taking_part
            },
            ratios=self.ratios(),
            quota=values["quota"],
            full_coverage=values["full_coverage"],
            period_start=values["period_start"],
            period_end=values["period_end"],
            draw_at=values["draw_at"],
            draw_mode=values["draw_mode"],
            draw_level=values["draw_level"],
            staffing=values["staffing"],
            officers_per_visit=values["officers_per_visit"],
            max_teams=values["max_teams"],
            parties=tuple(int(pk) for pk in values["parties"]),
        )

    def ratios(self) -> dict[str, int]:
        """Basis points by grade of what was typed; grades not readable are left out."""
        return {
            grade: int(value * _BP_PER_PERCENT)
            for grade in selectors.GRADES
            if (value := self.cleaned_data.get(f"ratio_{grade.lower()}")) is not None
        }

    def estimate(self) -> selectors.Estimate | None:
        """What would be drawn as far as the form is filled in; None without categories."""
        if self.is_bound:
            self.is_valid()
            categories = self.cleaned_data.get("categories", [])
            ratios = self.ratios()
            quota = self.cleaned_data.get("quota")
            full = self.cleaned_data.get("full_coverage", False)
        else:
            categories = list(self.initial["categories"])
            ratios = {g: int(self.initial[f"ratio_{g.lower()}"] * 100) for g in selectors.GRADES}
            quota, full = self.initial["quota"], self.initial["full_coverage"]
        if not categories:
            return None
        return selectors.estimate(
            selectors.stocks(self.region_code, categories, self.version.matter_id),
            categories,
            ratios=ratios,
            quota=quota,
            full_coverage=full,
        )

    def take_problems(self, invalid: PlanInvalid) -> None:
        """Show what the service refused at the fields."""
        for problem in invalid.problems:
            self.add_error(problem.field if problem.field in self.fields else None, problem.message)

    def rule_notes(self) -> dict[str, str]:
        """The rules that stand beside the fields, with their source."""
        terms = terms_of_matter(self.version)
        sources = {term.source for term in terms.values()}
        if sources == {"监管事项"}:
            sources = {f"事项清单规定的抽查比例，{self.version.source}"}
        officers = profile.resolve(self.region_code, rules.MIN_OFFICERS)
        parties = profile.resolve(self.region_code, rules.MIN_PARTIES)
        return {
            "ratio": f"比例依据：{'；'.join(sorted(sources))}",
            "frequency": self._frequency_note(terms),
            "officers": f"每次不少于 {officers.value} 名，{officers.source}",
            "parties": f"至少 {parties.value} 个不同部门",
            "filing": filing_note(self.region_code),
        }

    def _frequency_note(self, terms: Mapping[str, Term]) -> str:
        ending = "今年已抽满次数的对象在冻结名单时自动排除。"
        if any(term.by_policy for term in terms.values()):
            times = "、".join(
                f"{grade} 级 {f'{term.frequency} 次' if term.frequency else '不限'}"
                for grade, term in terms.items()
            )
            return f"同一检查事项对同一对象每年抽查：{times}，{terms['A'].source}；{ending}"
        frequency = profile.resolve(self.region_code, rules.YEARLY_FREQUENCY)
        usual = f"同一检查事项对同一对象每年抽查不超过 {frequency.value} 次，{frequency.source}"
        return f"{usual}；{ending}"


class PlanFilter(forms.Form):
    """The filters of the county plan; an invalid value narrows nothing."""

    state = forms.ChoiceField(
        label="状态", required=False, choices=[("", "全部"), *PlanItem.State.choices]
    )
    lead = forms.ModelChoiceField(
        label="发起部门", required=False, empty_label="全部", queryset=Department.objects.none()
    )

    def __init__(self, region_code: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lead"].queryset = Department.objects.filter(  # type: ignore[attr-defined]
            region__code=region_code, led_plan_items__isnull=False
        ).distinct()

    def narrow(self, items: Any) -> Any:
        """The items that match what was chosen."""
        self.is_valid()
        chosen = {name: value for name, value in self.cleaned_data.items() if value}
        return items.filter(**chosen)


def _initial_of(data: ItemData) -> dict[str, Any]:
    return {
        "title": data.title,
        "categories": list(data.categories),
        "departments": list(data.check_items),
        "check_items": [pk for ids in data.check_items.values() for pk in ids],
        "full_coverage": data.full_coverage,
        **_percents(data.ratios),
        "quota": data.quota,
        "period_start": data.period_start,
        "period_end": data.period_end,
        "draw_at": data.draw_at,
        "draw_mode": data.draw_mode,
        "draw_level": data.draw_level,
        "parties": list(data.parties),
        "staffing": data.staffing,
        "officers_per_visit": data.officers_per_visit,
        "max_teams": data.max_teams,
    }


def _initial_for(version: MatterVersion, year: int | None) -> dict[str, Any]:
    """A new item as it usually is, with the form's defaults for what the matter does not say."""
    usual = usual_terms(version)
    return {
        "title": f"{year} 年{_short(version.name)}联合检查" if year else "",
        "categories": list(usual["categories"]),
        "departments": list(usual["check_items"]),
        "check_items": [pk for ids in usual["check_items"].values() for pk in ids],
        "full_coverage": usual["full_coverage"],
        **_percents(usual["ratios"]),
        "quota": None,
        **_times_for(year),
        "draw_mode": PlanItem.DrawMode.MANUAL,
        "draw_level": PlanItem.Level.PARTIES,
        "parties": list(usual["parties"]),
        "staffing": PlanItem.Staffing.TEAMS,
        "officers_per_visit": usual["officers_per_visit"],
        "max_teams": 8,
    }


def _times_for(year: int | None) -> dict[str, Any]:
    """From now, or from the plan year's first day, to its last day; the draw at the beginning."""
    now = timezone.localtime(clock.now()).replace(second=0, microsecond=0)
    if year is None or year < now.year:
        return {}
    start = now if year == now.year else now.replace(year=year, month=1, day=1, hour=9, minute=0)
    return {
        "period_start": start.date(),
        "period_end": start.date().replace(month=12, day=31),
        "draw_at": start,
    }


def _short(name: str) -> str:
    """The name of a matter without the word for what it is."""
    for ending in ("综合监管", "监督检查", "监管"):
        if name.endswith(ending):
            return name.removesuffix(ending)
    return name


def _percents(ratios: dict[str, int] | Any) -> dict[str, Decimal]:
    """100 basis points are 1 %; shown without needless zeros."""
    return {
        f"ratio_{grade.lower()}": _plain(Decimal(ratios.get(grade, 0)) / _BP_PER_PERCENT)
        for grade in selectors.GRADES
    }


def _plain(value: Decimal) -> Decimal:
    return value.quantize(Decimal(1)) if value == value.to_integral() else value.normalize()
