"""What pages and the API read about sets of indicators (S3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import groupby

from django.db.models import Count, QuerySet

from credit.acts.indicators import INDICATOR_SET_ACTS, may_draft
from credit.models import Indicator, IndicatorSet
from credit.rules.events import EVENT_KINDS
from credit.services.indicators import SetInput, as_input
from credit.set_validation import LineInput, SetComplaint, complaints, points
from departments.actors import is_clerk_of, is_staff_member
from departments.roles import Function, Role
from matters.models import MatterVersion
from records.actor import Actor
from records.worklist import WorkItem

GENERAL = "通用（不限事项）"
_SIGNING = {"sign": "签发信用评价指标", "enforce": "批准信用评价指标生效"}
ORDER = ("-id",)
TABS = (
    ("in_force", "生效", (IndicatorSet.State.IN_FORCE,)),
    ("preparing", "编制中", IndicatorSet.PREPARING),
    ("past", "历史", (IndicatorSet.State.RETIRED, IndicatorSet.State.DISCARDED)),
)


def sets_of(actor: Actor, states: Iterable[str] | None = None) -> QuerySet[IndicatorSet]:
    """The sets a person sees, with what a row of the list shows."""
    found = IndicatorSet.objects.visible_to(actor).select_related("region", "matter", "department")
    if states is not None:
        found = found.filter(state__in=states)
    return found.annotate(line_count=Count("indicators")).order_by(*ORDER)


def pending_indicator_sets(actor: Actor) -> list[WorkItem]:
    """Sets in preparation for those who prepare them; then what waits for a head: that of the
    department that prepared them, then that of the credit group."""
    if not is_staff_member(actor):
        return []
    state = IndicatorSet.State
    rows = []
    if actor.has_role(Role.CLERK):
        drafts = IndicatorSet.objects.visible_to(actor).filter(state=state.DRAFT)
        rows += [
            WorkItem("编制信用评价指标", str(each), each.get_absolute_url(), "办理")
            for each in drafts.select_related("region").order_by("pk")
            if any(act.code == "edit" for act in INDICATOR_SET_ACTS.allowed(actor, each))
        ]
    if not actor.has_role(Role.HEAD):
        return rows
    found = IndicatorSet.objects.visible_to(actor).filter(state__in=(state.REVIEW, state.CONSENT))
    for each in found.select_related("region").order_by("pk"):
        for act in INDICATOR_SET_ACTS.allowed(actor, each):
            if act.code in _SIGNING:
                url = each.get_absolute_url()
                rows.append(WorkItem(_SIGNING[act.code], str(each), url, act.label))
    return rows


def matter_names(sets: Iterable[IndicatorSet]) -> dict[int, str]:
    """The names of the sets' matters in their latest version, by id, in one query."""
    ids = {each.matter_id for each in sets if each.matter_id}
    found = MatterVersion.objects.filter(matter__in=ids).order_by("number")
    return dict(found.values_list("matter_id", "name"))


def for_words(found: IndicatorSet, names: dict[int, str]) -> str:
    """What a set applies to, in words."""
    return names.get(found.matter_id, "") if found.matter_id else GENERAL


def draft_choices(actor: Actor) -> list[tuple[str, str]]:
    """For what this person may draft a set: the general one, and matters in force."""
    if not actor.region_code:
        return []
    led = MatterVersion.objects.visible_to(actor).in_force().order_by("matter__number")
    general = []
    if may_draft(actor, actor.region_code, None):
        general = [("", GENERAL)]
    elif actor.fills(Function.CREDIT) or not is_clerk_of(actor, actor.department_id):
        return []
    else:
        led = led.filter(lead_id=actor.department_id)
    return [*general, *((str(pk), name) for pk, name in led.values_list("matter_id", "name"))]


@dataclass(frozen=True)
class Dimension:
    """The indicators of one dimension and what they weigh together."""

    name: str
    lines: list[Indicator]

    @property
    def takes(self) -> int:
        return sum(line.weight for line in self.lines if not line.adds)


def dimensions(found: IndicatorSet) -> list[Dimension]:
    """The lines of a set by dimension, both in the order of the set; one query."""
    lines = list(found.indicators.order_by("position"))
    first = {line.group: -line.position for line in reversed(lines)}
    lines.sort(key=lambda line: (-first[line.group], line.position))
    return [
        Dimension(name, list(group)) for name, group in groupby(lines, key=lambda line: line.group)
    ]


def standing_complaints(found: IndicatorSet) -> list[SetComplaint]:
    """What keeps a set from judging anybody."""
    said = as_input(found)
    return complaints(said.lines, said.bands, for_matter=found.matter_id is not None)


@dataclass(frozen=True)
class Difference:
    """One point in which a version differs from the one before it."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class VersionStep:
    """A version with its differences to the one before; None for the first one."""

    version: IndicatorSet
    differences: list[Difference] | None


def version_line(actor: Actor, found: IndicatorSet) -> list[VersionStep]:
    """All versions of the set that the person sees, newest first, in two queries. What was
    discarded is left out: nothing followed from it."""
    versions = list(
        IndicatorSet.objects.visible_to(actor)
        .versions_of(found.region, found.matter_id)
        .exclude(state=IndicatorSet.State.DISCARDED)
        .order_by("-version")
    )
    said = {each.pk: _said(each, []) for each in versions}
    lines = Indicator.objects.filter(of__in=said).order_by("of", "position")
    for pk, group in groupby(lines, key=lambda line: line.of_id):
        version = next(each for each in versions if each.pk == pk)
        said[pk] = _said(version, list(group))
    steps = []
    for version, before in zip(versions, [*versions[1:], None], strict=True):
        changes = None if before is None else differences(said[before.pk], said[version.pk])
        steps.append(VersionStep(version, changes))
    return steps


def _said(found: IndicatorSet, lines: Sequence[Indicator]) -> SetInput:
    names = [field.name for field in fields(LineInput)]
    inputs = [LineInput(**{name: getattr(line, name) for name in names}) for line in lines]
    return SetInput(found.name, found.reason, found.bands, inputs)


def differences(before: SetInput, after: SetInput) -> list[Difference]:
    """In what two versions differ: grades' lines, indicators added, dropped and changed."""
    found = [
        Difference(f"{grade.upper()} 级起点", points(old), points(new))
        for grade in ("a", "b", "c")
        if (old := getattr(before.bands, grade)) != (new := getattr(after.bands, grade))
    ]
    old_lines = {line.code: line for line in before.lines}
    new_lines = {line.code: line for line in after.lines}
    for code, line in new_lines.items():
        if code not in old_lines:
            found.append(Difference(line.name, "", in_words(line)))
        elif (was := old_lines[code]) != line:
            found.extend(_changes(was, line))
    dropped = [line for code, line in old_lines.items() if code not in new_lines]
    found.extend(Difference(line.name, in_words(line), "") for line in dropped)
    return found


def _changes(was: LineInput, line: LineInput) -> Iterator[Difference]:
    old, new = _values(was), _values(line)
    for label in old:
        if old[label] != new[label]:
            yield Difference(f"{line.name}：{label}", old[label], new[label])


def in_words(line: LineInput) -> str:
    """A whole indicator in one line."""
    values = _values(line)
    words = [values["数据来源"], values["计量"], f"权重 {values['权重']}", values["有效期"]]
    if line.veto:
        words.append("一票否决")
    return "，".join(words)


def _values(line: LineInput) -> dict[str, str]:
    return {
        "名称": line.name,
        "维度": line.group,
        "数据来源": EVENT_KINDS[line.event].label,
        "计量": Indicator.Measure(line.measure).label,
        "权重": f"{points(line.weight)} 分",
        "扣完（加满）的数值": str(line.full_at),
        "有效期": f"{line.months} 个月" if line.months else "长期有效",
        "一票否决": "是" if line.veto else "否",
        "只计本事项": "是" if line.own_matter else "否",
        "依据": line.basis,
    }
