"""The filters and forms of warnings, their rules and patterns; the services decide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import QuerySet

from clues.forms.listed import ListedChoiceFilter, ListedObjectFilter
from clues.models import (
    Clue,
    RiskWarning,
    WarningParty,
    WarningRule,
    WarningRuleVersion,
)
from clues.rules import warnings as w
from clues.selectors import patterns
from clues.selectors import warnings as selectors
from clues.services.warnings import response
from clues.services.warnings.sources import SOURCES
from credit.models import Subject
from credit.selectors.directory import townships_of
from departments.models import Department, Region
from departments.profile import number
from inspections.models import JointTask
from inspections.services.dispatch import PartPlan
from inspections.services.selected import able_inspectors, fitting_items
from inspections.services.yearly_visits import over_cap
from matters.models import Matter, MatterVersion, SubjectCategory
from records import clock
from records.actor import Actor
from records.acts import LONGEST_OPINION
from records.forms import typed_day
from records.middleware import actor_of
from records.search import containing

_BOXES = forms.CheckboxSelectMultiple
_DATE = {"type": "date"}


def _lines(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class WarningFilter(django_filters.FilterSet):
    """The filters of the list of warnings, for the page, its export and the API."""

    q = django_filters.CharFilter(label="标题或编号", method="matching", max_length=60)
    state = django_filters.ChoiceFilter(
        label="状态",
        method="in_state",
        choices=[("open", "未办结"), *RiskWarning.State.choices],
        empty_label="全部",
    )
    level = ListedChoiceFilter(label="等级", choices=w.LEVELS, empty_label="全部")
    origin = ListedChoiceFilter(
        label="来源", choices=RiskWarning.Origin.choices, empty_label="全部"
    )
    rule = django_filters.ModelChoiceFilter(
        label="规则",
        method="of_rule",
        queryset=WarningRuleVersion.objects.none(),
        empty_label="全部",
    )
    township = ListedObjectFilter(
        label="乡镇街道", queryset=Region.objects.none(), empty_label="全部"
    )
    owner = ListedObjectFilter(
        label="责任部门", queryset=Department.objects.none(), empty_label="全部"
    )
    overdue = django_filters.BooleanFilter(
        label="只看逾期", method="late", widget=forms.CheckboxInput
    )
    unread = django_filters.BooleanFilter(
        label="本部门未阅知", method="not_read", widget=forms.CheckboxInput
    )

    class Meta:
        model = RiskWarning
        fields: ClassVar[list[str]] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.request is None:
            return
        actor = actor_of(self.request)
        self.filters["township"].queryset = townships_of(actor.region_code)
        self.filters["owner"].queryset = Department.objects.within(actor.region_code)
        versions = WarningRuleVersion.objects.visible_to(actor).in_force()
        self.filters["rule"].queryset = versions.order_by("pk")

    def matching(
        self, queryset: QuerySet[RiskWarning], name: str, value: str
    ) -> QuerySet[RiskWarning]:
        text = value.strip()
        if text.upper().startswith("YJ"):
            return queryset.filter(number__startswith=text.upper())
        return containing(queryset, text, order=selectors.ORDERING)

    def in_state(
        self, queryset: QuerySet[RiskWarning], name: str, value: str
    ) -> QuerySet[RiskWarning]:
        if value == "open":
            return queryset.filter(listed_state__in=RiskWarning.OPEN_STATES)
        return queryset.filter(listed_state=value)

    def of_rule(
        self, queryset: QuerySet[RiskWarning], name: str, value: WarningRuleVersion
    ) -> QuerySet[RiskWarning]:
        return queryset.filter(listed_rule_id=value.rule_id)

    def late(
        self, queryset: QuerySet[RiskWarning], name: str, value: bool | None
    ) -> QuerySet[RiskWarning]:
        return selectors.overdue(queryset) if value else queryset

    def not_read(
        self, queryset: QuerySet[RiskWarning], name: str, value: bool | None
    ) -> QuerySet[RiskWarning]:
        if not value or self.request is None:
            return queryset
        department_id = actor_of(self.request).department_id
        unread = WarningParty.objects.filter(
            department_id=department_id, read_at=None, part=WarningParty.Part.TOLD
        )
        return queryset.filter(listed_key__in=unread.values("warning_id"))


class RuleForm(forms.Form):
    """A warning rule in plain words; ``checked`` of the service judges how its parts fit."""

    name = forms.CharField(label="规则名称", max_length=80)
    source = forms.ChoiceField(label="统计什么")
    measure = forms.ChoiceField(label="怎么算", choices=w.MEASURES)
    against = forms.ChoiceField(label="占什么的比例", required=False, help_text="按占比时填写。")
    group_by = forms.ChoiceField(label="按什么统计", choices=w.GROUPS)
    window_days = forms.IntegerField(
        label="统计周期（天）", min_value=1, max_value=w.LONGEST_WINDOW
    )
    threshold = forms.DecimalField(
        label="达到多少预警",
        min_value=0.01,
        max_digits=12,
        decimal_places=2,
        help_text="次数填次，占比填百分数，倍数填倍，合计填金额。",
    )
    at_least = forms.IntegerField(
        label="起算数量",
        min_value=1,
        max_value=1_000_000,
        initial=1,
        help_text="按占比、倍数时，少于此数不预警。",
    )
    quiet_days = forms.IntegerField(
        label="办结后几天内不重复预警", min_value=0, max_value=w.LONGEST_WINDOW
    )
    categories = forms.MultipleChoiceField(label="对象类别", required=False, widget=_BOXES)
    channels = forms.MultipleChoiceField(
        label="线索来源", required=False, choices=Clue.Channel.choices, widget=_BOXES
    )
    townships = forms.MultipleChoiceField(label="乡镇街道", required=False, widget=_BOXES)
    matters = forms.MultipleChoiceField(label="监管事项", required=False, widget=_BOXES)
    counted_rule = forms.ModelChoiceField(
        label="只统计哪条规则的预警", queryset=WarningRule.objects.none(), required=False
    )
    level = forms.ChoiceField(label="预警等级", choices=w.LEVELS)
    push_to = forms.MultipleChoiceField(
        label="推送给",
        choices=w.PUSH_TARGETS,
        widget=_BOXES,
        help_text="按所列顺序，第一个有着落的部门负责处置，其余部门知悉。",
    )
    plan = forms.CharField(
        label="响应预案", max_length=2000, widget=_lines(4), help_text="做什么、多长时间内做完。"
    )
    change_reason = forms.CharField(label="制定或修改理由", max_length=300)

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(source.code, source.label) for source in SOURCES.values()]
        fields: dict[str, Any] = self.fields
        fields["source"].choices = named
        fields["against"].choices = [("", "—"), *named]
        fields["categories"].choices = list(SubjectCategory.objects.values_list("code", "name"))
        fields["townships"].choices = [
            (unit.code, unit.name) for unit in townships_of(actor.region_code)
        ]
        fields["matters"].choices = [
            (str(pk), name)
            for pk, name in MatterVersion.objects.in_force()
            .filter(matter__region__code=actor.region_code)
            .values_list("matter_id", "name")
        ]
        versions = WarningRuleVersion.objects.visible_to(actor).in_force()
        fields["counted_rule"].queryset = WarningRule.objects.filter(
            pk__in=versions.values("rule_id")
        )
        names = dict(versions.values_list("rule_id", "name"))
        fields["counted_rule"].label_from_instance = lambda rule: names[rule.pk]
        fields["quiet_days"].initial = number(actor.region_code, w.QUIET_DAYS)

    def clean_matters(self) -> list[int]:
        return [int(pk) for pk in self.cleaned_data["matters"]]

    def version(self, rule: WarningRule) -> WarningRuleVersion:
        """The valid values as a version that is not saved, to be spoken and tried."""
        return WarningRuleVersion(rule=rule, **self.cleaned_data)

    @staticmethod
    def initial_of(version: WarningRuleVersion) -> dict[str, Any]:
        """The form's values for a version."""
        values = {name: getattr(version, name) for name in RuleForm.base_fields}
        values["matters"] = [str(pk) for pk in version.matters]
        return values


class AboveForm(forms.Form):
    """A warning that the nation or the province sent down."""

    origin = forms.ChoiceField(
        label="来源",
        choices=[c for c in RiskWarning.Origin.choices if c[0] != RiskWarning.Origin.RULE],
    )
    external_number = forms.CharField(label="来源编号", max_length=60)
    level = forms.ChoiceField(label="等级", choices=w.LEVELS)
    title = forms.CharField(label="标题", max_length=150)
    content = forms.CharField(label="内容", max_length=5000, widget=_lines(6))
    subject = forms.CharField(
        label="监管对象",
        max_length=40,
        required=False,
        help_text="统一社会信用代码或其他标识，没有具体对象的不填。",
    )
    township = forms.ModelChoiceField(
        label="乡镇街道", queryset=Region.objects.none(), required=False
    )
    matter = forms.ModelChoiceField(
        label="监管事项", queryset=MatterVersion.objects.none(), required=False
    )
    owner = forms.ModelChoiceField(
        label="责任部门",
        queryset=Department.objects.none(),
        required=False,
        help_text="不选时为监管事项的牵头部门，没有事项的为综合协调组。",
    )

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        fields: dict[str, Any] = self.fields
        fields["township"].queryset = townships_of(actor.region_code)
        fields["owner"].queryset = Department.objects.filter(
            region__code=actor.region_code, is_active=True
        )
        fields["matter"].queryset = MatterVersion.objects.in_force().filter(
            matter__region__code=actor.region_code
        )

    def clean_subject(self) -> Subject | None:
        text = self.cleaned_data["subject"].strip()
        if not text:
            return None
        visible = Subject.objects.visible_to(self.actor).select_related("merged_into")
        found = visible.filter(identifier=text.upper()).first()
        if found is None:
            raise forms.ValidationError("本地区名录中没有这个标识。")
        return found.survivor

    def clean_matter(self) -> Matter | None:
        version = self.cleaned_data["matter"]
        return version.matter if version else None


class WarningActForm(forms.Form):
    """The base of the pages of acts: knows who acts on which warning."""

    def __init__(self, actor: Actor, warning: RiskWarning, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor, self.warning = actor, warning
        self.prepare()

    def prepare(self) -> None:
        """Fill choices and initial values."""

    def departments(self) -> QuerySet[Department]:
        return Department.objects.filter(
            region__code=self.warning.region_code, is_active=True
        ).select_related("region")


class AssignForm(WarningActForm):
    owner = forms.ModelChoiceField(label="责任部门", queryset=Department.objects.none())
    opinion = forms.CharField(label="调整理由", max_length=LONGEST_OPINION, widget=_lines(3))

    def prepare(self) -> None:
        self.fields["owner"].queryset = self.departments().exclude(  # type: ignore[attr-defined]
            pk=self.warning.owner_id
        )


class StudyForm(WarningActForm):
    departments_asked = forms.ModelMultipleChoiceField(
        label="参加部门", queryset=Department.objects.none(), widget=_BOXES
    )
    opinion = forms.CharField(
        label="会商事由", max_length=LONGEST_OPINION, required=False, widget=_lines(3)
    )
    refusal_fields: ClassVar[Mapping[str, str]] = {"departments": "departments_asked"}

    def prepare(self) -> None:
        field: Any = self.fields["departments_asked"]
        field.queryset = self.departments().exclude(pk=self.actor.department_id)
        field.initial = [self.warning.owner_id]


class ConcludeForm(WarningActForm):
    held_on = forms.DateField(label="会商日期", widget=forms.DateInput(attrs=_DATE))
    minutes = forms.CharField(label="会商纪要", max_length=5000, widget=_lines(8))
    conclusion = forms.CharField(label="会商结论", max_length=2000, widget=_lines(4))

    def prepare(self) -> None:
        self.fields["held_on"].initial = clock.today()


class ClueFromWarningForm(WarningActForm):
    title = forms.CharField(label="线索标题", max_length=100)
    content = forms.CharField(label="线索内容", max_length=5000, widget=_lines(6))

    def prepare(self) -> None:
        self.fields["title"].initial = self.warning.title[:100]
        content = self.warning.content
        if self.warning.study_conclusion:
            content = f"{content}\n会商结论：{self.warning.study_conclusion}"
        self.fields["content"].initial = content


class CheckForm(WarningActForm):
    """Either a visit that is on its way, or a new one of the department's own."""

    task = forms.ModelChoiceField(
        label="纳入已有检查任务",
        queryset=JointTask.objects.none(),
        required=False,
        empty_label="另行发起检查",
    )
    visit_on = forms.DateField(
        label="检查日期", required=False, widget=forms.DateInput(attrs=_DATE)
    )
    items = forms.MultipleChoiceField(label="检查事项", required=False, widget=_BOXES)
    officers = forms.MultipleChoiceField(label="检查人员", required=False, widget=_BOXES)
    reason = forms.CharField(label="检查理由", max_length=500, widget=_lines(3))

    def prepare(self) -> None:
        fields: dict[str, Any] = self.fields
        self.refusal_fields = {
            f"items_{self.warning.owner_id}": "items",
            f"officers_{self.warning.owner_id}": "officers",
        }
        fields["task"].queryset = response.checkable(self.actor, self.warning)
        subject = self.warning.subject
        if subject is None:
            fields["task"].required = True
            fields["task"].empty_label = None
            for name in ("visit_on", "items", "officers"):
                del fields[name]
            return
        owner = self.warning.owner
        day = typed_day(self, "visit_on")
        over = over_cap(self.warning.region_code, subject, [owner], JointTask.Origin.WARNING, day)
        if over:
            fields["over_cap_reason"] = forms.CharField(
                label="超过年度次数上限的理由",
                required=False,
                max_length=300,
                widget=_lines(2),
                help_text=f"{over}。另行发起检查的须填写，由本部门负责人批准。",
            )
        self.check_items = {
            str(item.pk): item for item in fitting_items(subject, [owner])[owner.pk]
        }
        self.inspectors = {
            str(one.pk): one for one in able_inspectors(subject, [owner], clock.today())
        }
        fields["items"].choices = [(pk, item.title) for pk, item in self.check_items.items()]
        fields["officers"].choices = [(pk, one.name) for pk, one in self.inspectors.items()]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("task") is None and "visit_on" in self.fields:
            for name, words in (
                ("visit_on", "请选择检查日期，或选择已有的检查任务。"),
                ("items", "请选择检查事项。"),
                ("officers", "请选择检查人员。"),
            ):
                if not values.get(name) and name not in self.errors:
                    self.add_error(name, words)
        return values

    def part(self) -> PartPlan:
        """What the owner checks, and who goes."""
        return PartPlan(
            self.warning.owner,
            tuple(self.check_items[pk] for pk in self.cleaned_data["items"]),
            tuple(self.inspectors[pk] for pk in self.cleaned_data["officers"]),
        )


class _CampaignFields(forms.Form):
    title = forms.CharField(label="专项名称", max_length=100)
    reason = forms.CharField(label="规律和依据", max_length=3000, widget=_lines(5))
    categories = forms.MultipleChoiceField(label="对象类别", widget=_BOXES)


def _categories() -> list[tuple[str, str]]:
    return list(SubjectCategory.objects.values_list("code", "name"))


class CampaignFromWarningForm(WarningActForm, _CampaignFields):
    def prepare(self) -> None:
        fields: dict[str, Any] = self.fields
        fields["categories"].choices = _categories()
        fields["title"].initial = f"{self.warning.title}专项整治"[:100]
        fields["reason"].initial = self.warning.content
        if self.warning.subject is not None:
            fields["categories"].initial = self.warning.subject.categories


class PatternCampaignForm(_CampaignFields):
    """A campaign proposed from a pattern; ``township`` is that of the pattern, if it is one."""

    def __init__(self, *args: Any, chosen: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["categories"]
        field.choices = _categories()
        field.initial = list(chosen)


class PatternForm(forms.Form):
    """By what and over how many days clues are grouped."""

    by = forms.ChoiceField(label="按", choices=patterns.WAYS, required=False)
    days = forms.IntegerField(
        label="周期（天）", min_value=1, max_value=w.LONGEST_WINDOW, required=False
    )
