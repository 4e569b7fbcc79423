"""What pages, exports and the API read about matters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.timezone import localdate

from departments.models import Department
from matters.models import (
    CheckItem,
    Duty,
    MatterVersion,
    SubjectCategory,
    UpstreamMatter,
    UpstreamVersion,
)
from records.actor import Actor
from records.excel import Column, Sheet, kinds

LIST_ORDERING = ("matter__number", "-number", "id")

FULL_SHEET = Sheet(
    title="综合监管事项",
    columns=(
        Column("code", "事项编码", kinds.text(30), width=20),
        Column("number", "序号", kinds.integer(), width=8),
        Column("version", "版本", kinds.integer(), width=8),
        Column("state", "状态", kinds.text(30), width=16),
        Column("name", "事项名称", kinds.text(100), width=30),
        Column("group", "领域", kinds.text(30), width=16),
        Column("theme", "一件事主题", kinds.text(60), width=20),
        Column("subjects", "监管对象", kinds.text(2000), width=36),
        Column("categories", "对象类别", kinds.text(2000), width=30),
        Column("content", "主要任务", kinds.text(2000), width=36),
        Column("legal_bases", "法律依据", kinds.text(2000), width=36),
        Column("industry_class", "行业分类", kinds.text(60), width=18),
        Column("exercise_level", "行使层级", kinds.text(30), width=12),
        Column("way", "监管方式", kinds.text(30), width=14),
        Column("ratio", "抽查比例", kinds.text(30), width=20),
        Column("lead", "牵头部门", kinds.text(100), width=24),
        Column("enforcing", "配合部门（执法）", kinds.text(2000), width=44),
        Column("assisting", "配合部门（协助）", kinds.text(2000), width=44),
        Column("data", "配合部门（数据提供）", kinds.text(2000), width=44),
        Column("reason", "制定或修改理由", kinds.text(300), width=24),
        Column("in_force_at", "生效日期", kinds.date(), width=14),
        Column("source", "来源文件", kinds.text(200), width=36),
    ),
)

UPSTREAM_SHEET = Sheet(
    title="上级事项",
    columns=(
        Column("issuer", "发布区划代码", kinds.text(12), width=14),
        Column("code", "上级事项编码", kinds.text(60), width=24),
        Column("version", "版本", kinds.integer(), width=8),
        Column("state", "状态", kinds.text(30), width=16),
        Column("name", "事项名称", kinds.text(100), width=30),
        Column("lead", "牵头部门", kinds.text(100), width=24),
        Column("partners", "配合部门", kinds.text(2000), width=44),
        Column("told", "最近收到", kinds.date(), width=14),
    ),
)


def category_names() -> dict[str, str]:
    """The names of all categories of subjects by code."""
    return dict(SubjectCategory.objects.values_list("code", "name"))


def version_list(actor: Actor) -> QuerySet[MatterVersion]:
    """The versions a person sees, with what a row of the list shows."""
    return (
        MatterVersion.objects.visible_to(actor)
        .select_related("matter__region", "lead")
        .annotate(partner_count=Count("duties", filter=~Q(duties__part=Duty.Part.LEAD)))
    )


def version_details(actor: Actor) -> QuerySet[MatterVersion]:
    """The versions a person sees, with all that the detail page and the API show of one."""
    return (
        MatterVersion.objects.visible_to(actor)
        .select_related("matter__region", "lead", "created_by")
        .prefetch_related("duties__department", "categories", "matter__versions")
    )


@dataclass(frozen=True)
class MatrixRow:
    """One department of the duties matrix with its check items for the matter's categories."""

    duty: Duty
    items: list[CheckItem]

    @property
    def printed_otherwise(self) -> str:
        """The name in the document where it is more than the short name with its region."""
        printed, department = self.duty.printed, self.duty.department
        usual = printed == department.name or printed.endswith(department.short_name)
        return "" if usual else printed


def duties_matrix(version: MatterVersion) -> list[MatrixRow]:
    """Departments × part, lead first, each with the check items that fit, in one query more."""
    duties = list(version.duties.all())
    codes = [category.code for category in version.categories.all()]
    items: dict[int, list[CheckItem]] = {}
    fitting = CheckItem.objects.filter(
        department__in=[duty.department_id for duty in duties],
        categories__overlap=codes,
        is_active=True,
    )
    for item in fitting.order_by("department_id", "code"):
        items.setdefault(item.department_id, []).append(item)
    return [MatrixRow(duty, items.get(duty.department_id, [])) for duty in duties]


@dataclass(frozen=True)
class Difference:
    """One point in which a version differs from the one before it."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class VersionStep:
    """A version on the line of versions. ``differences`` is None for the first one and where
    the version before is not for this person to see."""

    version: MatterVersion
    differences: list[Difference] | None
    previous_number: int | None


def version_line(actor: Actor, version: MatterVersion) -> list[VersionStep]:
    """All versions of the matter that the person sees, newest first, in three queries."""
    versions = list(
        MatterVersion.objects.visible_to(actor)
        .filter(matter_id=version.matter_id)
        .select_related("lead", "created_by")
        .prefetch_related("duties__department", "categories")
        .order_by("number")
    )
    steps: list[VersionStep] = []
    previous: MatterVersion | None = None
    for each in versions:
        follows = previous is not None and previous.number == each.number - 1
        steps.append(
            VersionStep(
                each,
                differences(previous, each) if previous is not None and follows else None,
                previous.number if previous is not None and follows else None,
            )
        )
        previous = each
    return steps[::-1]


def differences(before: MatterVersion, after: MatterVersion) -> list[Difference]:
    """What changed between two versions, in the words of the page (prefetch duties, categories).

    Of categories and departments only those taken out and those added are told.
    """
    old, new = _texts(before), _texts(after)
    found = [Difference(label, old[label], new[label]) for label in new if old[label] != new[label]]
    old_lists, new_lists = _lists(before), _lists(after)
    for label, now in new_lists.items():
        then = old_lists[label]
        gone = "、".join(name for name in then if name not in now)
        come = "、".join(name for name in now if name not in then)
        if gone or come:
            found.append(Difference(label, gone, come))
    return found


def _texts(version: MatterVersion) -> dict[str, str]:
    return {
        "事项名称": version.name,
        "领域": version.get_group_display(),
        "一件事主题": version.theme,
        "监管对象": version.subjects_text,
        "主要任务": version.content,
        "法律依据": version.legal_bases,
        "行业分类": version.industry_class,
        "行使层级": version.exercise_level,
        "监管方式": version.get_way_display(),
        "抽查比例": version.ratio_text,
        "职责说明": "\n".join(
            f"{duty.department}：{duty.description}"
            for duty in version.duties.all()
            if duty.description
        ),
    }


def _lists(version: MatterVersion) -> dict[str, list[str]]:
    duties = version.duties.all()
    categories = [category.name for category in version.categories.all()]
    return {"对象类别": categories} | {
        str(part.label): [str(duty.department) for duty in duties if duty.part == part]
        for part in Duty.Part
    }


def six_column_rows(versions: Iterable[MatterVersion]) -> Iterator[dict[str, Any]]:
    """Rows of ``importing.SHEET``: one per matter, from its newest version among those given
    (in ``LIST_ORDERING``), departments by their full names."""
    last: int | None = None
    for version in versions:
        if version.matter_id == last:
            continue
        last = version.matter_id
        yield {
            "number": version.matter.number,
            "name": version.name,
            "subjects": version.subjects_text,
            "content": version.content,
            "lead": version.lead.name,
            "partners": _names(version, Duty.Part.ENFORCING, Duty.Part.ASSISTING, Duty.Part.DATA),
        }


def full_rows(versions: Iterable[MatterVersion]) -> Iterator[dict[str, Any]]:
    """Rows of ``FULL_SHEET``, one per version."""
    for version in versions:
        yield {
            "code": version.matter.code,
            "number": version.matter.number,
            "version": version.number,
            "state": version.get_state_display(),
            "name": version.name,
            "group": version.get_group_display(),
            "theme": version.theme,
            "subjects": version.subjects_text,
            "categories": "、".join(category.name for category in version.categories.all()),
            "content": version.content,
            "legal_bases": version.legal_bases,
            "industry_class": version.industry_class,
            "exercise_level": version.exercise_level,
            "way": version.get_way_display(),
            "ratio": version.ratio_text,
            "lead": version.lead.name,
            "enforcing": _names(version, Duty.Part.ENFORCING),
            "assisting": _names(version, Duty.Part.ASSISTING),
            "data": _names(version, Duty.Part.DATA),
            "reason": version.change_reason,
            "in_force_at": version.in_force_at and version.in_force_at.date(),
            "source": version.source,
        }


def _names(version: MatterVersion, *parts: str) -> str:
    return "、".join(duty.department.name for duty in version.duties.all() if duty.part in parts)


def check_items(actor: Actor) -> QuerySet[CheckItem]:
    """The catalogue of the person's region: every department may read every other's."""
    if not actor.region_code or actor.department_id is None:
        return CheckItem.objects.none()
    return CheckItem.objects.filter(
        department__region__code__startswith=actor.region_code
    ).select_related("department__region")


def departments_with_items(actor: Actor) -> QuerySet[Department]:
    """The region's departments that enforce or have check items, with the number of those in
    use as ``item_count``."""
    return (
        Department.objects.within(actor.region_code)
        .annotate(item_count=Count("check_items", filter=Q(check_items__is_active=True)))
        .filter(Q(enforces=True) | Q(item_count__gt=0))
        .order_by("pk")
    )


def upstream_list(actor: Actor) -> QuerySet[UpstreamMatter]:
    """The upstream matters a person sees, with their newest version."""
    return UpstreamMatter.objects.visible_to(actor).select_related("latest", "region")


def upstream_rows(found: Iterable[UpstreamMatter]) -> Iterator[dict[str, Any]]:
    """Rows of ``UPSTREAM_SHEET``."""
    for each in found:
        latest = each.latest
        if latest is not None:
            yield {
                "issuer": each.issuer,
                "code": each.code,
                "version": latest.number,
                "state": each.get_state_display(),
                "name": latest.name,
                "lead": latest.lead,
                "partners": "、".join(latest.partners),
                "told": localdate(each.told_at),
            }


@dataclass(frozen=True)
class UpstreamStep:
    """A version on the line of an upstream matter; ``differences`` to the one told before it, None
    for the first."""

    version: UpstreamVersion
    differences: list[Difference] | None
    previous_number: int | None


def upstream_line(upstream: UpstreamMatter) -> list[UpstreamStep]:
    """All versions that were told, newest first."""
    versions = list(upstream.versions.all())
    return [
        UpstreamStep(
            version,
            _upstream_differences(before, version) if before else None,
            before.number if before else None,
        )
        for version, before in zip(versions, [*versions[1:], None], strict=True)
    ]


def _upstream_differences(before: UpstreamVersion, after: UpstreamVersion) -> list[Difference]:
    old, new = _upstream_texts(before), _upstream_texts(after)
    return [Difference(label, old[label], new[label]) for label in new if old[label] != new[label]]


def _upstream_texts(version: UpstreamVersion) -> dict[str, str]:
    return {
        "事项名称": version.name,
        "监管对象": version.subjects_text,
        "主要任务": version.content,
        "法律依据": version.legal_bases,
        "行使层级": version.exercise_level,
        "牵头部门": version.lead,
        "配合部门": "、".join(version.partners),
        "文号": version.document,
        "取消": "是" if version.withdrawn else "否",
    }
