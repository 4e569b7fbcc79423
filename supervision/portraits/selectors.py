"""All that the portrait of a subject shows, read from every floor in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Prefetch
from django.utils import timezone

from credit.models import Sanction, Standing, Subject
from credit.selectors import timeline
from credit.selectors.ledger import Ledger, ledger
from credit.selectors.timeline import Entry
from inspections.models import Result
from inspections.selectors.happened import recognisable
from inspections.services.yearly_visits import YearOfVisits, year_of
from matters.models import Duty, MatterVersion
from records.actor import Actor
from records.deadlines import Chip, chips_for
from records.excel import Column, Sheet, kinds

OPEN_MOST = 10
"""How many unfinished things of each kind are listed."""
LATEST = 12
"""How many lines of the timeline the portrait begins with."""

TIMELINE_SHEET = Sheet(
    title="监管全过程",
    columns=(
        Column("at", "时间", kinds.text(20), width=18),
        Column("kind", "种类", kinds.text(30), width=14),
        Column("title", "内容", kinds.text(500), width=48),
        Column("note", "说明", kinds.text(500), width=48),
        Column("department", "部门", kinds.text(100), width=26),
        Column("state", "状态", kinds.text(30), width=16),
    ),
    max_rows=5_000,
)


@dataclass(frozen=True)
class OpenThing:
    """Something that is not finished, with its clock."""

    entry: Entry
    chip: Chip | None


@dataclass(frozen=True)
class Applying:
    """A matter in force that the subject falls under; ``grade`` is its grade for this matter, None
    where the general one holds."""

    version: MatterVersion
    partners: list[str]
    grade: Standing | None


@dataclass(frozen=True)
class Portrait:
    """A subject on one screen, as far as the person may know."""

    subject: Subject
    ledger: Ledger
    open: list[OpenThing]
    year: YearOfVisits
    matters: list[Applying]
    recognisable: list[Result]
    latest: timeline.Page

    @property
    def late(self) -> int:
        """How many of the unfinished things are past their date."""
        return sum(
            thing.chip is not None and thing.chip.chip_level == "overdue" for thing in self.open
        )

    @property
    def late_note(self) -> str:
        return f"其中逾期 {self.late} 件"

    @property
    def sanctioned(self) -> int:
        """How many sanctions are in force."""
        return sum(
            isinstance(thing.entry.target, Sanction)
            and thing.entry.target.state in Sanction.IN_FORCE
            for thing in self.open
        )

    @property
    def visits(self) -> int:
        """How many visits count this year: of all departments, or of the busiest one."""
        if self.year.cap.pooled or not self.year.cap.limit:
            return self.year.total
        return max((times for _, times in self.year.by_department), default=0)

    @property
    def visits_note(self) -> str:
        cap = self.year.cap
        if not cap.limit:
            return "没有年度上限"
        whose = "各部门合计" if cap.pooled else "单个部门最多"
        return f"{whose}，上限 {cap.limit} 次"

    @property
    def visits_reached(self) -> bool:
        return 0 < self.year.cap.limit <= self.visits


def portrait(actor: Actor, subject: Subject) -> Portrait:
    """The portrait of a subject that the caller looked up by ``visible_to``."""
    return Portrait(
        subject,
        ledger(actor, subject),
        _open(actor, subject),
        year_of(actor, subject),
        _matters(actor, subject),
        recognisable(actor, subject),
        timeline.page(actor, subject, size=LATEST),
    )


def _open(actor: Actor, subject: Subject) -> list[OpenThing]:
    entries = timeline.open_now(actor, subject, OPEN_MOST)
    by_model: dict[type[Model], list[Model]] = defaultdict(list)
    for entry in entries:
        by_model[type(entry.target)].append(entry.target)
    chips = {model: chips_for(targets) for model, targets in by_model.items()}
    things = [OpenThing(each, chips[type(each.target)].get(each.target.pk)) for each in entries]
    return sorted(things, key=_most_pressing)


def _most_pressing(thing: OpenThing) -> tuple[bool, float]:
    due_at = thing.chip.deadline.due_at if thing.chip else None
    return due_at is None, due_at.timestamp() if due_at else -thing.entry.at.timestamp()


def _matters(actor: Actor, subject: Subject) -> list[Applying]:
    partners = Duty.objects.exclude(part=Duty.Part.LEAD).select_related("department")
    versions = (
        MatterVersion.objects.visible_to(actor)
        .in_force()
        .filter(matter__region_id=subject.region_id, categories__code__in=subject.categories)
        .select_related("matter", "lead")
        .prefetch_related(Prefetch("duties", partners))
        .order_by("matter__number")
        .distinct()
    )
    standings = subject.standings.filter(matter__isnull=False)
    grades: Mapping[int | None, Standing] = {each.matter_id: each for each in standings}
    return [
        Applying(
            version,
            [str(duty.department) for duty in version.duties.all()],
            grades.get(version.matter_id),
        )
        for version in versions
    ]


def timeline_rows(entries: Iterable[Entry]) -> Iterator[dict[str, Any]]:
    """Lines as rows of ``TIMELINE_SHEET``."""
    for entry in entries:
        pattern = "%Y-%m-%d" if entry.line.is_day else "%Y-%m-%d %H:%M"
        yield {
            "at": timezone.localtime(entry.at).strftime(pattern),
            "kind": entry.source.label,
            "title": entry.line.title,
            "note": entry.line.note,
            "department": entry.line.department.name if entry.line.department else "",
            "state": entry.line.state,
        }
