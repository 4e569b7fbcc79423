"""Forms of matters and check items; they gather values, the services decide."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from departments.models import Department
from matters.check_items import ItemContent
from matters.models import CheckItem, Duty, MatterVersion, SubjectCategory
from matters.services import Content, Part
from records.actor import Actor
from records.acts import LONGEST_OPINION

PARTNER_PARTS = [choice for choice in Duty.Part.choices if choice[0] != Duty.Part.LEAD]
SPARE_PARTNERS = 3
MOST_PARTNERS = 60
ALL_DEPARTMENTS = "all"


class VersionFilter(django_filters.FilterSet):
    """The filter bar of the list of matters; without a state, superseded versions are left out."""

    q = django_filters.CharFilter(method="search", label="关键词")
    state = django_filters.ChoiceFilter(
        choices=MatterVersion.State.choices, label="状态", empty_label="现行和在办"
    )
    group = django_filters.ChoiceFilter(
        choices=MatterVersion.Group.choices, label="领域", empty_label="全部"
    )
    lead = django_filters.ModelChoiceFilter(
        queryset=Department.objects.none(), label="牵头部门", empty_label="全部"
    )

    class Meta:
        model = MatterVersion
        fields: ClassVar[list[str]] = []

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        leading = Department.objects.within(actor.region_code).filter(led_matters__isnull=False)
        self.filters["lead"].queryset = leading.distinct()

    def search(
        self, queryset: QuerySet[MatterVersion], name: str, value: str
    ) -> QuerySet[MatterVersion]:
        words = Q(name__icontains=value) | Q(subjects_text__icontains=value)
        return queryset.filter(
            words | Q(content__icontains=value) | Q(matter__code__icontains=value)
        )

    def filter_queryset(self, queryset: QuerySet[MatterVersion]) -> QuerySet[MatterVersion]:
        queryset = super().filter_queryset(queryset)
        if not self.form.cleaned_data.get("state"):
            queryset = queryset.exclude(state=MatterVersion.State.SUPERSEDED)
        return queryset


class VersionForm(forms.Form):
    """What a draft says, but for its partners (see ``PartnerFormSet``)."""

    name = forms.CharField(label="事项名称", max_length=100)
    group = forms.ChoiceField(label="领域", choices=MatterVersion.Group.choices)
    theme = forms.CharField(label="一件事主题", max_length=60, required=False)
    subjects_text = forms.CharField(
        label="监管对象", max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    categories = forms.ModelMultipleChoiceField(
        label="对象类别",
        queryset=SubjectCategory.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="检查对象按类别从监管对象名录中确定，送审前至少选择一类。",
    )
    content = forms.CharField(
        label="主要任务", max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    legal_bases = forms.CharField(
        label="法律依据",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="每行一条：法律名称 条款",
    )
    industry_class = forms.CharField(label="行业分类", max_length=60, required=False)
    exercise_level = forms.CharField(label="行使层级", max_length=30)
    way = forms.ChoiceField(label="监管方式", choices=MatterVersion.Way.choices)
    full_coverage = forms.BooleanField(label="全覆盖检查", required=False)
    ratio_percent = forms.DecimalField(
        label="抽查比例(%)",
        required=False,
        min_value=Decimal("0.01"),
        max_value=Decimal(100),
        decimal_places=2,
        help_text="不填表示按信用风险等级确定；选择全覆盖时不填。",
    )
    lead = forms.ModelChoiceField(label="牵头部门", queryset=Department.objects.none())

    def __init__(self, *args: Any, region_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        departments = Department.objects.filter(region_id=region_id, is_active=True)
        self.fields["lead"].queryset = departments  # type: ignore[attr-defined]

    @staticmethod
    def initial_of(version: MatterVersion) -> dict[str, Any]:
        """The values of a version as the form shows them."""
        plain = ("name", "group", "theme", "subjects_text", "content", "legal_bases")
        more = ("industry_class", "exercise_level", "way", "full_coverage")
        return {name: getattr(version, name) for name in plain + more} | {
            "lead": version.lead_id,
            "categories": [category.pk for category in version.categories.all()],
            "ratio_percent": (
                None if version.ratio_bp is None else Decimal(version.ratio_bp) / 100
            ),
        }

    def content_with(self, partners: Sequence[Part]) -> Content:
        """The whole content, once form and partners are valid."""
        values = dict(self.cleaned_data)
        percent = values.pop("ratio_percent")
        return Content(
            lead_id=values.pop("lead").pk,
            category_ids=[category.pk for category in values.pop("categories")],
            partners=partners,
            ratio_bp=None if percent is None else int(percent * 100),
            **values,
        )


class PartnerForm(forms.Form):
    """A cooperating department and its part; a line without a department does not count."""

    department = forms.ChoiceField(label="部门", required=False)
    part = forms.ChoiceField(label="职责", choices=PARTNER_PARTS, required=False)
    description = forms.CharField(label="职责说明", max_length=500, required=False)
    remove = forms.BooleanField(label="移除", required=False)

    def __init__(self, *args: Any, departments: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].choices = departments  # type: ignore[attr-defined]

    def part_of_matter(self) -> Part | None:
        """The line as a value; None when it is blank or to be removed."""
        values = self.cleaned_data
        if not values.get("department") or values.get("remove"):
            return None
        return Part(
            int(values["department"]),
            values.get("part") or Duty.Part.ASSISTING,
            description=values.get("description", ""),
        )


PartnerFormSet = forms.formset_factory(
    PartnerForm, extra=SPARE_PARTNERS, max_num=MOST_PARTNERS, absolute_max=MOST_PARTNERS
)


def partner_forms(version: MatterVersion, data: Any = None) -> Any:
    """The formset of a version's partners, with a few blank lines; reads departments once."""
    found = Department.objects.filter(region_id=version.matter.region_id, is_active=True)
    departments = [("", "请选择"), *((str(d.pk), d.name) for d in found)]
    initial = [
        {"department": str(d.department_id), "part": d.part, "description": d.description}
        for d in version.duties.all()
        if d.part != Duty.Part.LEAD
    ]
    return PartnerFormSet(
        data, initial=initial, prefix="partners", form_kwargs={"departments": departments}
    )


class ReviseForm(forms.Form):
    """Why a matter in force is to change."""

    reason = forms.CharField(
        label="修改理由",
        max_length=LONGEST_OPINION,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="例如：某法律修订；职责由甲部门划转乙部门（写明文号）。",
    )


class OpinionForm(forms.Form):
    """The opinion that goes with a bulk act."""

    opinion = forms.CharField(
        label="意见",
        max_length=LONGEST_OPINION,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class CheckItemFilter(django_filters.FilterSet):
    """The filter bar of a catalogue."""

    department = django_filters.ChoiceFilter(method="of_department", label="部门", empty_label=None)
    category = django_filters.ChoiceFilter(
        method="for_category", label="对象类别", empty_label="全部"
    )
    q = django_filters.CharFilter(method="search", label="关键词")

    class Meta:
        model = CheckItem
        fields: ClassVar[list[str]] = []

    def __init__(
        self,
        *args: Any,
        departments: list[tuple[str, str]],
        categories: list[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.filters["department"].extra["choices"] = [(ALL_DEPARTMENTS, "全部部门"), *departments]
        self.filters["category"].extra["choices"] = categories

    def of_department(
        self, queryset: QuerySet[CheckItem], name: str, value: str
    ) -> QuerySet[CheckItem]:
        return queryset if value == ALL_DEPARTMENTS else queryset.filter(department_id=int(value))

    def search(self, queryset: QuerySet[CheckItem], name: str, value: str) -> QuerySet[CheckItem]:
        words = Q(title__icontains=value) | Q(code__icontains=value)
        return queryset.filter(words | Q(guidance__icontains=value))

    def for_category(
        self, queryset: QuerySet[CheckItem], name: str, value: str
    ) -> QuerySet[CheckItem]:
        return queryset.filter(categories__contains=[value])


class CheckItemForm(forms.Form):
    """A check item of a department's own catalogue."""

    code = forms.CharField(label="编号", max_length=30)
    title = forms.CharField(label="检查事项", max_length=100)
    guidance = forms.CharField(
        label="检查要点", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )
    legal_basis = forms.CharField(label="检查依据", required=False, max_length=300)
    categories = forms.MultipleChoiceField(
        label="适用对象类别", widget=forms.CheckboxSelectMultiple
    )
    is_active = forms.BooleanField(
        label="启用", required=False, help_text="停用后不再列入新的检查，已有记录不受影响。"
    )

    def __init__(self, *args: Any, categories: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["categories"].choices = categories  # type: ignore[attr-defined]

    @staticmethod
    def initial_of(item: CheckItem) -> dict[str, Any]:
        """The values of an item as the form shows them."""
        names = ("code", "title", "guidance", "legal_basis", "categories", "is_active")
        return {name: getattr(item, name) for name in names}

    def item_content(self) -> ItemContent:
        """The item's content, once the form is valid."""
        return ItemContent(**self.cleaned_data)
