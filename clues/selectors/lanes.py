"""What the page of a clue reads: where it lay, with whom, for how long, and what belongs to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from clues.acts.emergency import CALL_ACTS
from clues.models import (
    Clue,
    CrimeHandover,
    Dispute,
    JointVerification,
    Referral,
    Refusal,
    Stop,
    VerificationPart,
)
from clues.services.clue_steps import LATE_LABEL
from departments.models import Department
from records import clock, deadlines, evidence
from records.actor import Actor
from records.deadlines import Chip
from records.models import Evidence
from records.selectors import TimelineEntry, timeline, waited

_LISTED_APART = ("clue", "letter", "joint", "part")
"""Kinds of stops whose objects the page lists in places of their own."""

_SHARED = (CrimeHandover, Dispute, Refusal, JointVerification, VerificationPart)
"""Procedures of which every participant sees whose turn it is and was."""

_CLOCK = "起算期限"
_TOLD_BY_ANOTHER = ("letter.prepare", "clue.add-evidence")
"""Steps that another line tells: the letter's signature, the file's upload."""
_NARROWEST = 0.6
"""Per cent of the axis; a stop of a minute is still seen."""


@dataclass(frozen=True)
class Bar:
    """A stop on the time axis; ``x`` and ``width`` are percentages as SVG takes them."""

    x: str
    width: str
    tone: str
    is_main: bool
    title: str


@dataclass(frozen=True)
class Line:
    """A stop in words. ``late`` tells how late it was left, or is by now; empty when in time."""

    stop: Stop
    spent: dt.timedelta
    chip: Chip | None
    late: str
    url: str

    @property
    def is_open(self) -> bool:
        return self.stop.left_at is None

    @property
    def is_main(self) -> bool:
        """Whether the clue itself lay here, not something beside it."""
        return self.stop.kind == "clue" and self.stop.code == Stop.MAIN


@dataclass(frozen=True)
class Lane:
    """All stops of one department, oldest first, with the time the clue itself lay there."""

    department: Department
    lines: list[Line]
    bars: list[Bar]
    spent: dt.timedelta
    holds: bool
    late: bool


@dataclass(frozen=True)
class Lanes:
    """The course of a clue over time; ``now`` is where today stands on the axis, empty when the
    clue has ended."""

    lanes: list[Lane]
    begins: dt.datetime
    ends: dt.datetime
    now: str

    @property
    def present(self) -> Line | None:
        """Where the clue itself lies now."""
        return next(
            (line for lane in self.lanes for line in lane.lines if line.is_open and line.is_main),
            None,
        )


@dataclass(frozen=True)
class ProcedureRow:
    """A procedure of the clue: what it is, how it stands, whose turn it is."""

    kind: str
    about: str
    state: str
    tone: str
    url: str
    waits: str
    department: Department | None
    chip: Chip | None


def stops_of(actor: Actor, clue: Clue) -> list[Stop]:
    """The stops of the clue, and of what belongs to it as far as the person may know of that: who
    takes part in a procedure sees what the others owe in it."""
    own = Q(target_type=ContentType.objects.get_for_model(Clue), target_id=clue.pk)
    visible = Stop.objects.visible_to(actor).filter(clue_id=clue.pk).order_by()
    shared = Q(pk__in=())
    for model in _SHARED:
        rows = model.objects.visible_to(actor).filter(clue=clue).order_by()
        kind = ContentType.objects.get_for_model(model)
        shared |= Q(target_type=kind, target_id__in=rows.values("pk"), internal=False)
    found = Stop.objects.filter(own | shared | Q(pk__in=visible.values("pk")), clue_id=clue.pk)
    return list(
        found.select_related("department", "person", "deadline", "target_type").order_by(
            "entered_at", "pk"
        )
    )


def lanes_of(clue: Clue, stops: list[Stop]) -> Lanes:
    """The stops by department, in the order in which the clue came to them."""
    now = clock.now()
    running = [stop for stop in stops if stop.left_at is None]
    begins = min([clue.received_at, *(stop.entered_at for stop in stops)])
    last = [stop.left_at for stop in stops if stop.left_at is not None]
    due = [stop.deadline.due_at for stop in running if stop.deadline and stop.deadline.due_at]
    ends = max([now, *due] if running else [*last, clue.closed_at or begins])
    axis = _Axis(begins, ends)
    lines = _lines(stops, now)
    by_department: dict[int, list[Line]] = {}
    for line in lines:
        by_department.setdefault(line.stop.department_id, []).append(line)
    lanes = [_lane(own, axis, now) for own in by_department.values()]
    return Lanes(lanes, begins, ends, axis.at(now) if running else "")


def procedures_of(actor: Actor, clue: Clue, stops: list[Stop]) -> list[ProcedureRow]:
    """The procedures that hang on the clue, read from their stops: hand-overs, disputes and
    whatever kind comes later; letters and joint verifications have lists of their own."""
    grouped: dict[tuple[int, int], list[Stop]] = {}
    for each in stops:
        if each.kind not in _LISTED_APART:
            grouped.setdefault((each.target_type_id, each.target_id), []).append(each)
    by_type: dict[int, set[int]] = {}
    for type_id, target_id in grouped:
        by_type.setdefault(type_id, set()).add(target_id)
    targets = {}
    for type_id, ids in by_type.items():
        model = ContentType.objects.get_for_id(type_id).model_class()
        if model is not None:
            rows = model._default_manager.visible_to(actor).in_bulk(ids)  # type: ignore[attr-defined]
            targets.update({(type_id, pk): row for pk, row in rows.items()})
    present = {
        key: next((stop for stop in own if stop.left_at is None and stop.code == Stop.MAIN), None)
        for key, own in grouped.items()
    }
    clocks = [one.deadline for one in present.values() if one and one.deadline]
    chips = {chip.deadline.pk: chip for chip in deadlines.chips(clocks)}
    result = []
    for key, own in grouped.items():
        target, stop = targets.get(key), present[key]
        if target is None:
            continue
        result.append(
            ProcedureRow(
                kind=own[0].kind_label,
                about=str(target),
                state=target.get_state_display(),
                tone=getattr(target, "state_tone", "neutral"),
                url=target.get_absolute_url(),
                waits=stop.waits if stop else "",
                department=stop.department if stop else None,
                chip=chips.get(stop.deadline_id or 0) if stop else None,
            )
        )
    return result


def letters_of(actor: Actor, clue: Clue) -> QuerySet[Referral]:
    """The letters about the clue that the person may know of, oldest first."""
    letters: QuerySet[Referral] = Referral.objects.visible_to(actor).filter(clue=clue)
    return letters.select_related("sender", "to").order_by("created_at", "pk")


@dataclass(frozen=True)
class Call:
    """An emergency call and, for who may answer it now, where."""

    letter: Referral
    respond_url: str


def calls_of(actor: Actor, letters: Iterable[Referral]) -> list[Call]:
    """The emergency calls among the letters."""
    act = CALL_ACTS["respond"]
    return [
        Call(
            letter,
            reverse("clues:call-respond", args=[letter.pk])
            if CALL_ACTS.possible(act, letter) and act.who(actor, letter)
            else "",
        )
        for letter in letters
        if letter.kind == "emergency_call"
    ]


def evidence_of(clue: Clue) -> QuerySet[Evidence]:
    """The files of the clue with who uploaded them."""
    return evidence.of(clue).select_related("uploaded_by__department").order_by("uploaded_at")


def course_of(clue: Clue, letters: list[Referral]) -> list[TimelineEntry]:
    """The trail of the clue, and of its letters that have a life of their own, each event in one
    line; what was late stands out. Clocks and the letters that the clue's own acts move are told
    by the lanes."""
    own = [letter for letter in letters if letter.spec.led_by != "clue"]
    told = timeline(clue, *own, files_of=clue, without=_TOLD_BY_ANOTHER)
    entries = _together(one for one in told if not one.verb.startswith(_CLOCK))
    before = [*(one.at for one in entries[1:]), None] if entries else []
    return [
        replace(
            entry,
            tone="bad" if entry.verb.startswith(LATE_LABEL) else entry.tone,
            since_previous=waited(entry.at, at),
        )
        for entry, at in zip(entries, before, strict=True)
    ]


def _together(entries: Iterable[TimelineEntry]) -> list[TimelineEntry]:
    """What one person did several times at once (letters to each party, files of one form) as one
    step with all its files; newest first."""
    steps: list[TimelineEntry] = []
    for entry in entries:
        last = steps[-1] if steps else None
        same = last is not None and (last.verb, last.who, last.opinion, last.tone) == (
            *(entry.verb, entry.who, entry.opinion, entry.tone),
        )
        if last is not None and same and waited(last.at, entry.at) is None:
            steps[-1] = replace(last, attachments=(*entry.attachments, *last.attachments))
        else:
            steps.append(entry)
    return steps


def _lines(stops: list[Stop], now: dt.datetime) -> list[Line]:
    days = deadlines.calendar()
    clocks = [stop.deadline for stop in stops if stop.deadline is not None]
    chips = {chip.deadline.pk: chip for chip in deadlines.chips(clocks, now)}
    lines = []
    for stop in stops:
        until = stop.left_at or now
        left = stop.left_at is not None
        # The duty was taken away, or its clock went on at another stop.
        unmet = left and stop.deadline is not None and stop.deadline.met_at is None
        chip = None if unmet else chips.get(stop.deadline_id or 0)
        timed = stop.deadline is not None and (stop.left_late or not left)
        late = deadlines.late_by(stop.deadline, until, days) if stop.deadline and timed else None
        if chip is not None and late is not None and stop.left_at is not None:
            chip.chip_text, chip.chip_level = f"{late.text}完成", "overdue"
        lines.append(
            Line(
                stop=stop,
                spent=until - stop.entered_at,
                chip=chip,
                late=late.text if late else "",
                url="" if stop.kind == "clue" else reverse("clues:stop", args=[stop.pk]),
            )
        )
    return lines


def _lane(lines: list[Line], axis: _Axis, now: dt.datetime) -> Lane:
    own = [line for line in lines if line.is_main]
    return Lane(
        department=lines[0].stop.department,
        lines=lines,
        bars=[_bar(line, axis, now) for line in lines],
        spent=sum((line.spent for line in own), dt.timedelta()),
        holds=any(line.is_open for line in own),
        late=any(line.late for line in lines),
    )


def _bar(line: Line, axis: _Axis, now: dt.datetime) -> Bar:
    tone = "late" if line.late else "open" if line.is_open else "done"
    until = line.stop.left_at or now
    return Bar(
        x=axis.at(line.stop.entered_at),
        width=axis.width(line.stop.entered_at, until),
        tone=tone,
        is_main=line.is_main,
        title=f"{line.stop.waits}：{timezone.localtime(line.stop.entered_at):%m-%d %H:%M} 至 "
        + (f"{timezone.localtime(until):%m-%d %H:%M}" if line.stop.left_at else "现在"),
    )


@dataclass(frozen=True)
class _Axis:
    begins: dt.datetime
    ends: dt.datetime

    def _share(self, span: dt.timedelta) -> float:
        whole = (self.ends - self.begins) or dt.timedelta(seconds=1)
        return min(max(span / whole * 100, 0.0), 100.0)

    def at(self, moment: dt.datetime) -> str:
        return f"{min(self._share(moment - self.begins), 100 - _NARROWEST):.2f}%"

    def width(self, first: dt.datetime, last: dt.datetime) -> str:
        return f"{max(self._share(last - first), _NARROWEST):.2f}%"
