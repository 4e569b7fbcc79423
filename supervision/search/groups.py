"""What the search box of the shell finds: one group per kind of thing, each by the visibility rule
and the search of its own list (D5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, QueryDict

from clues.forms.clue_filter import ClueFilter
from clues.forms.letters import LetterFilter
from clues.forms.warnings import WarningFilter
from clues.selectors import clues, letters, warnings
from credit.models import Subject
from credit.validation import normalise_identifier
from inspections.filters_draws import DrawFilter
from inspections.models import Draw, Inspector, JointTask, PlanItem, Result
from matters.models import MatterVersion
from records.actor import Actor
from records.middleware import actor_of
from records.paging import Count
from supervision.search import initials

CAP = 100
"""Rows of a group that are counted and that its own page shows."""

SHOWN = 5
LONGEST = 60


@dataclass(frozen=True)
class Hit:
    """One thing found, with what tells it from others of its name."""

    title: str
    url: str
    notes: tuple[str, ...]
    state: str
    tone: str


@dataclass(frozen=True)
class Found:
    """A group with what was found in it, at most so many as were asked for."""

    code: str
    label: str
    icon: str
    total: Count
    hits: list[Hit]


@dataclass(frozen=True, kw_only=True)
class Group:
    """A kind of thing: ``find`` gives its rows for a text, the best order first, as several
    queries where one could use no index; ``notes`` what to tell of a row."""

    code: str
    label: str
    icon: str
    find: Callable[[HttpRequest, Actor, str], tuple[QuerySet[Any], ...]]
    notes: Callable[[Any], tuple[Any, ...]]
    title: Callable[[Any], str] = str
    state: Callable[[Any], tuple[str, str]] = lambda row: (
        row.get_state_display(),
        row.state_tone,
    )

    def search(self, request: HttpRequest, text: str, shown: int = SHOWN) -> Found:
        rows: dict[int, Any] = {}
        for found in self.find(request, actor_of(request), text):
            rows.update((row.pk, row) for row in found[: CAP + 1])
        hits = [self._hit(row) for row in list(rows.values())[:shown]]
        total = Count(min(len(rows), CAP), capped=len(rows) > CAP)
        return Found(self.code, self.label, self.icon, total, hits)

    def _hit(self, row: Any) -> Hit:
        state, tone = self.state(row)
        notes = tuple(str(note) for note in self.notes(row) if note)
        return Hit(self.title(row), row.get_absolute_url(), notes, state, tone)


def search(request: HttpRequest, text: str) -> list[Found]:
    """The groups in which something was found, with its first rows."""
    return [found for group in GROUPS if (found := group.search(request, text)).hits]


def _with_initials(
    plain: QuerySet[Any], rows: QuerySet[Any], kind: str, text: str
) -> tuple[QuerySet[Any], ...]:
    if not initials.asks_for_initials(text):
        return (plain,)
    return plain, rows.filter(pk__in=initials.having(kind, text))


def _subjects(request: HttpRequest, actor: Actor, text: str) -> tuple[QuerySet[Any], ...]:
    rows = Subject.objects.visible_to(actor).current().select_related("township").order_by("-pk")
    return _with_initials(rows.matching(text), rows, "subject", text)


def _matters(request: HttpRequest, actor: Actor, text: str) -> tuple[QuerySet[Any], ...]:
    rows = MatterVersion.objects.visible_to(actor).select_related("matter", "lead")
    rows = rows.order_by("-in_force_at", "-pk")
    plain = rows.filter(Q(name__icontains=text) | Q(matter__code__istartswith=text))
    return _with_initials(plain, rows, "matter", text)


def _items(request: HttpRequest, actor: Actor, text: str) -> tuple[QuerySet[Any], ...]:
    rows = PlanItem.objects.visible_to(actor).select_related("plan", "lead").order_by("-pk")
    return _with_initials(rows.filter(title__icontains=text), rows, "item", text)


def _inspectors(request: HttpRequest, actor: Actor, text: str) -> tuple[QuerySet[Any], ...]:
    rows = Inspector.objects.visible_to(actor).select_related("department").order_by("-pk")
    licence = normalise_identifier(text)
    plain = rows.filter(Q(name__contains=text) | Q(licence__startswith=licence))
    return _with_initials(plain, rows, "inspector", text)


def _of_subjects(actor: Actor, text: str) -> list[int]:
    """The subjects that visits and results are looked up by."""
    seen = Subject.objects.visible_to(actor).matching(text)
    return list(seen.order_by("-pk").values_list("pk", flat=True)[: CAP * 10])


def _tasks(request: HttpRequest, actor: Actor, text: str) -> tuple[QuerySet[Any], ...]:
    rows = JointTask.objects.visible_to(actor).select_related("subject", "lead").order_by("-pk")
    if text.isascii():
        return (rows.filter(code__startswith=text.upper()),)
    return (rows.filter(subject_id__in=_of_subjects(actor, text)),)


def _results(request: HttpRequest, actor: Actor, text: str) -> tuple[QuerySet[Any], ...]:
    rows = Result.objects.visible_to(actor).order_by("-pk")
    rows = rows.select_related("part__department", "part__task__subject")
    if text.isascii():
        return (rows.filter(part__task__code__startswith=text.upper()),)
    return (rows.filter(part__task__subject_id__in=_of_subjects(actor, text)),)


def _listed(filter_class: Any, listed: Callable[[Actor], QuerySet[Any]], *order: str) -> Any:
    """The rows of a list whose own search box is asked."""

    def find(request: HttpRequest, actor: Actor, text: str) -> tuple[QuerySet[Any], ...]:
        asked = QueryDict(mutable=True)
        asked["q"] = text
        rows = filter_class(asked, queryset=listed(actor), request=request).qs
        return (rows.order_by(*order),)

    return find


GROUPS: tuple[Group, ...] = (
    Group(
        code="subjects",
        label="对象",
        icon="building-store",
        find=_subjects,
        notes=lambda row: (row.shown_identifier, row.township, row.get_status_display()),
        state=lambda row: (row.get_grade_display(), row.grade_tone),
    ),
    Group(
        code="matters",
        label="事项",
        icon="list-details",
        find=_matters,
        notes=lambda row: (row.matter.code, row.lead),
    ),
    Group(
        code="clues",
        label="线索",
        icon="alert-circle",
        find=_listed(ClueFilter, clues.listed, *clues.ORDER),
        notes=lambda row: (row.get_channel_display(), row.holder),
    ),
    Group(
        code="letters",
        label="函件",
        icon="mail",
        find=_listed(LetterFilter, letters.listed, *letters.ORDER),
        title=lambda row: row.title,
        notes=lambda row: (row.number, row.get_kind_display(), row.sender),
    ),
    Group(
        code="warnings",
        label="预警",
        icon="alert-triangle",
        find=_listed(WarningFilter, warnings.warning_list, *warnings.ORDERING),
        title=lambda row: row.title,
        notes=lambda row: (row.number, row.owner),
    ),
    Group(
        code="tasks",
        label="任务",
        icon="clipboard-check",
        find=_tasks,
        notes=lambda row: (row.title if row.item_id is None else "", row.lead),
    ),
    Group(
        code="plans",
        label="计划",
        icon="calendar-event",
        find=_items,
        notes=lambda row: (f"{row.plan.year} 年", row.lead),
    ),
    Group(
        code="draws",
        label="抽取",
        icon="arrows-shuffle",
        find=_listed(
            DrawFilter,
            lambda actor: Draw.objects.visible_to(actor).select_related("item"),
            "-pk",
        ),
        notes=lambda row: (row.item.title,),
    ),
    Group(
        code="results",
        label="结果",
        icon="file-check",
        find=_results,
        title=lambda row: f"{row.part.task.subject} 检查结果",
        notes=lambda row: (row.part.task.code, row.part.department),
    ),
    Group(
        code="people",
        label="人员",
        icon="users",
        find=_inspectors,
        notes=lambda row: (row.licence, row.department),
        state=lambda row: ("在岗", "ok") if row.is_active else ("不在岗", "neutral"),
    ),
)
BY_CODE = {group.code: group for group in GROUPS}
