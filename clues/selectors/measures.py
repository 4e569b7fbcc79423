"""What pages, exports and the API read of compulsory measures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from clues.models import CompulsoryMeasure, Stop
from clues.selectors.joint import Standing
from clues.selectors.stops import rows_of
from credit.models import Subject
from records.actor import Actor
from records.excel import Column, Sheet, kinds

_S = CompulsoryMeasure.State
_UNSIGNED = (_S.EXTENDING, _S.DISPOSING)

WORDS = (
    ("reason", "facts"),
    *((name, name) for name in ("place", "statement", "outcome_reason", "fulfilment")),
)
"""What was typed and may name the party: its name on the page, and its field."""

MEASURE_SHEET = Sheet(
    title="行政强制措施",
    columns=(
        Column("number", "编号", kinds.text(40), width=24),
        Column("document", "决定书文号", kinds.text(60), width=26),
        Column("subject", "当事人", kinds.text(120), width=36),
        Column("identifier", "标识", kinds.text(40), width=22),
        Column("kind", "措施种类", kinds.text(30), width=24),
        Column("items", "清单", kinds.text(2000), width=50),
        Column("department", "实施机关", kinds.text(100), width=24),
        Column("carried_out_at", "实施时间", kinds.text(20), width=18),
        Column("term_days", "期限（天）", kinds.text(20), width=12),
        Column("state", "状态", kinds.text(30), width=18),
        Column("outcome", "处理结果", kinds.text(30), width=14),
        Column("closed_on", "办结日期", kinds.date(), width=14),
    ),
)


def measure_list(actor: Actor) -> QuerySet[CompulsoryMeasure]:
    """The measures a person may know of, with what lists and pages show."""
    return CompulsoryMeasure.objects.visible_to(actor).select_related(
        "subject", "department", "created_by", "clue"
    )


def shows_disposal(actor: Actor, measure: CompulsoryMeasure) -> bool:
    """Whether the person sees what is to become of the measure: once it is signed, before only the
    people of its department."""
    return measure.decided_at is not None or actor.department_id == measure.department_id


def shows_request(actor: Actor, measure: CompulsoryMeasure) -> bool:
    """Whether the person sees that more time was asked for: it is the department's own affair until
    the head has signed."""
    return measure.asked_days is not None and actor.department_id == measure.department_id


def shown_state(actor: Actor, measure: CompulsoryMeasure) -> CompulsoryMeasure.State:
    """The state; what waits for the head's signature is in force for everybody else."""
    state = _S(measure.state)
    unsigned = state in _UNSIGNED and actor.department_id != measure.department_id
    return _S.IN_FORCE if unsigned else state


@dataclass(frozen=True)
class Mark:
    """A state as a chip shows it."""

    label: str
    tone: str


def mark_of(actor: Actor, measure: CompulsoryMeasure) -> Mark:
    """The state as the person is told of it."""
    state = shown_state(actor, measure)
    return Mark(str(state.label), CompulsoryMeasure.TONES[state])


def in_state(
    actor: Actor, found: QuerySet[CompulsoryMeasure], state: str
) -> QuerySet[CompulsoryMeasure]:
    """Those that are in a state by ``shown_state``."""
    own = Q(department_id=actor.department_id)
    if state in _UNSIGNED:
        return found.filter(own, state=state)
    if state == _S.IN_FORCE:
        return found.filter(Q(state=state) | (Q(state__in=_UNSIGNED) & ~own))
    return found.filter(state=state)


def standings_of(actor: Actor, measure: CompulsoryMeasure) -> list[Standing]:
    """What is waited for at a measure, as far as the person may know, the main step first."""
    found = Stop.objects.visible_to(actor).open().of(measure)
    stops = found.select_related("department", "deadline", "person").order_by("pk")
    ordered = sorted(stops, key=lambda stop: stop.code != Stop.MAIN)
    return [Standing(row.stop, row.chip) for row in rows_of(ordered)]


def in_force_against(actor: Actor, subject_id: int) -> QuerySet[CompulsoryMeasure]:
    """The measures that stand against a subject, newest first: what is sealed or frozen by another
    authority is not sealed or frozen again (行政强制法第二十三条第二款、第二十九条第二款)."""
    found = measure_list(actor).filter(subject_id=subject_id, state__in=CompulsoryMeasure.RUNNING)
    return found.order_by("-carried_out_at", "-pk")


def measures_of(actor: Actor, subject: Subject) -> QuerySet[CompulsoryMeasure]:
    """The measures against a subject that came to something."""
    found = CompulsoryMeasure.objects.visible_to(actor).filter(subject=subject)
    return found.exclude(state=CompulsoryMeasure.State.DROPPED).select_related("department")


def masked_words(measure: CompulsoryMeasure) -> dict[str, str]:
    """What was typed, with nobody named in full."""
    return {name: measure.subject.masked(getattr(measure, field)) for name, field in WORDS}


def term_in_words(measure: CompulsoryMeasure) -> str:
    """30; 30+15 when it was extended."""
    more = f"+{measure.extended_days}" if measure.extended_days else ""
    return f"{measure.term_days}{more}"


def rows_for(actor: Actor, found: Iterable[CompulsoryMeasure]) -> Iterator[dict[str, Any]]:
    """Measures as rows of ``MEASURE_SHEET``."""
    for measure in found:
        at, closed = measure.carried_out_at, measure.closed_at
        yield {
            "number": measure.number,
            "document": measure.document,
            "subject": measure.subject.shown_name,
            "identifier": measure.subject.shown_identifier,
            "kind": measure.get_kind_display(),
            "items": "；".join(map(str, _with_measure(measure)))[:2000],
            "department": measure.department.name,
            "carried_out_at": f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else "",
            "term_days": term_in_words(measure),
            "state": shown_state(actor, measure).label,
            "outcome": measure.get_outcome_display() if shows_disposal(actor, measure) else "",
            "closed_on": timezone.localtime(closed).date() if closed else None,
        }


def _with_measure(measure: CompulsoryMeasure) -> Iterator[Any]:
    for item in measure.items.all():
        item.measure = measure
        yield item
