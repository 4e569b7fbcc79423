"""What an objection or a repair may name of a subject, who answers for it, and from when (S3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from credit.models import (
    Adjustment,
    CreditEvent,
    Petition,
    PetitionItem,
    Sanction,
    Standing,
    Subject,
    WhiteListEntry,
)
from credit.rules import petitions as rules
from credit.services.origins import answerable
from departments.models import Department
from departments.profile import must_fill, number
from departments.roles import Function
from records import clock
from records.actor import Actor
from records.periods import months_before

About = PetitionItem.About
MOST_EVENTS = 200
"""How many of a subject's events are offered, the latest first."""


@dataclass(frozen=True)
class Candidate:
    """A thing that may be named: ``value`` as forms and the API say it (``event:12``), the fields
    of its item, and the department that verifies it. A repair is possible from
    ``repairable_from``; ``obstacle`` says why it never is."""

    value: str
    title: str
    verifier_id: int
    fields: dict[str, Any]
    repairable_from: dt.date | None = None
    obstacle: str = ""


def candidates(actor: Actor, subject: Subject, kind: str) -> list[Candidate]:
    """All that a petition of the kind may name, by a constant number of queries."""
    credit = must_fill(subject.region.code, Function.CREDIT).pk
    found = [*_events(subject, kind, credit), *_sanctions(actor, subject)]
    if kind == Petition.Kind.OBJECTION:
        found += [
            *_lines(subject),
            *_adjustments(subject, credit),
            *_refusals(actor, subject, credit),
        ]
    return found


def candidates_again(actor: Actor, petition: Petition) -> list[Candidate]:
    """All that a petition may name when it is corrected: also what it names already and is offered
    no more, since the thing has ended or does not count any longer."""
    offered = candidates(actor, petition.subject, petition.kind)
    known = {each.value for each in offered}
    held = [
        Candidate(item.named, str(item), petition.verifier_id, fields={})
        for item in petition.items.all()
        if item.named not in known
    ]
    return [*held, *offered]


def _events(subject: Subject, kind: str, credit: int) -> Iterator[Candidate]:
    events = CreditEvent.objects.filter(subject=subject)
    if kind == Petition.Kind.REPAIR:
        events = events.filter(kind__in=rules.CLASS_OF)
    held = list(events[:MOST_EVENTS])
    departments = answerable(held)
    active = set(
        Department.objects.filter(pk__in=set(departments.values()), is_active=True).values_list(
            "pk", flat=True
        )
    )
    shortest = _Shortest(subject.region.code)
    today = clock.today()
    for event in held:
        department = departments.get(event.pk)
        first, obstacle = None, ""
        if event.kind in rules.CLASS_OF:
            first, obstacle = shortest.of(event.kind, event.happened_on)
        if event.until is not None and event.until <= today:
            obstacle = f"效力已于 {event.until} 终止，不需要修复"
        yield Candidate(
            value=f"{About.EVENT}:{event.pk}",
            title=f"{event.happened_on} {event.told.label}：{subject.masked(event.title)}",
            verifier_id=department if department in active else credit,
            fields={
                "about": About.EVENT,
                "event": event,
                "source": event.source,
                "source_key": event.source_key,
                "kind": event.kind,
                "happened_on": event.happened_on,
                "amount": event.amount,
            },
            repairable_from=first,
            obstacle=obstacle,
        )


def _sanctions(actor: Actor, subject: Subject) -> Iterator[Candidate]:
    found = Sanction.objects.visible_to(actor).in_force().filter(subject=subject)
    shortest = _Shortest(subject.region.code)
    for sanction in found.select_related("event", "department"):
        kind = sanction.event.kind if sanction.event else ""
        first, obstacle = shortest.of(kind, sanction.since) if sanction.since else (None, "")
        yield Candidate(
            value=f"{About.SANCTION}:{sanction.pk}",
            title=f"{sanction.department.name}发起的失信惩戒，{sanction.since} 至 {sanction.until}",
            verifier_id=sanction.department_id,
            fields={"about": About.SANCTION, "sanction": sanction},
            repairable_from=first,
            obstacle=obstacle,
        )


def _lines(subject: Subject) -> Iterator[Candidate]:
    """The lines of the assessments that hold; the department of the set answers for them."""
    standings = (
        Standing.objects.filter(subject=subject)
        .select_related("assessment__evaluation__by_set")
        .prefetch_related("assessment__evaluation__by_set__indicators")
    )
    for standing in standings:
        assessment = standing.assessment
        by_set = assessment.evaluation.by_set
        for found in assessment.lines:
            line = assessment.evaluation.indicators[found.position]
            sign = "加" if line.adds else "扣"
            yield Candidate(
                value=f"{About.LINE}:{line.pk}",
                title=f"{by_set}：{line.name}，{sign} {found.points / 100:.2f} 分",
                verifier_id=by_set.department_id,
                fields={"about": About.LINE, "indicator": line},
            )


def _adjustments(subject: Subject, credit: int) -> Iterator[Candidate]:
    held = Adjustment.objects.filter(subject=subject, matter=None, ended_at=None)
    for adjustment in held:
        yield Candidate(
            value=f"{About.ADJUSTMENT}:{adjustment.pk}",
            title=f"等级人工调整为 {adjustment}",
            verifier_id=credit,
            fields={"about": About.ADJUSTMENT, "adjustment": adjustment},
        )


def _refusals(actor: Actor, subject: Subject, credit: int) -> Iterator[Candidate]:
    refused = Q(state=WhiteListEntry.State.REJECTED)
    entries = WhiteListEntry.objects.visible_to(actor).filter(refused, subject=subject)
    for entry in entries.select_related("department")[:20]:
        yield Candidate(
            value=f"{About.WHITE_LIST}:{entry.pk}",
            title=f"{entry.department.name}申请的白名单未获批准",
            verifier_id=credit,
            fields={"about": About.WHITE_LIST, "white_list": entry},
        )


class _Shortest:
    """From which day on what may be repaired in a region; each number is asked once."""

    def __init__(self, region_code: str) -> None:
        self._region_code = region_code
        self._known: dict[str, tuple[int, int]] = {}

    def of(self, kind: str, since: dt.date) -> tuple[dt.date | None, str]:
        """The first day for a fact of the kind (a sanction without one: ``""``), or why never."""
        if kind not in self._known:
            rule = rules.CLASS_OF.get(kind, rules.SANCTION_CLASS)
            found = number(self._region_code, rule)
            shortest = rules.SHORTEST.get(found)
            months = number(self._region_code, shortest) if shortest else 0
            self._known[kind] = found, months
        found, months = self._known[kind]
        if found not in rules.SHORTEST:
            return None, "按规定不在本平台修复，请向作出认定的单位申请"
        return months_before(since, -months), ""


def departments_of(found: Sequence[Candidate]) -> dict[int, Department]:
    """The departments that verify what may be named, by id."""
    return Department.objects.select_related("region").in_bulk({each.verifier_id for each in found})
