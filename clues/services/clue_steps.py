"""What every act on a clue shares: the late ones are said, obligations beside are closed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from clues.acts.clue import CLUE_ACTS
from clues.models import Clue, Referral, Stop
from clues.rules import clue as rules
from clues.services import complainants
from clues.services.letters import led
from clues.stages import close_side, open_side
from records import deadlines, trail
from records.actor import Actor
from records.errors import Refused
from records.models import Deadline
from records.workdays import Unit

LED_BY_THE_HOLDER = ("joint", "part", "crime")
"""Kinds of procedures that would be left without a leader if the clue went elsewhere."""

LATE_VERB = "clue.late"
LATE_LABEL = "逾期"


@contextmanager
def step(actor: Actor, code: str, pk: int, opinion: str = "") -> Iterator[Clue]:
    """Do one act on a clue as ``CLUE_ACTS.take``; if it leaves its stop after the due date, the
    timeline says which department was late by how much, with the evidence at risk (T 9)."""
    with transaction.atomic():
        with CLUE_ACTS.take(actor, code, pk, opinion=opinion) as clue:
            stops = open_stops(clue)
            yield clue
        say_late_ones(actor, clue, stops)


def open_stops(*targets: Clue | Referral) -> list[int]:
    """The stops at which the objects lie now; what is left of them later may have been late."""
    return list(Stop.objects.open().of(*targets).values_list("pk", flat=True))


def say_late_ones(actor: Actor, clue: Clue, stops: Iterable[int]) -> None:
    """Write into the clue's timeline which of the stops were left after their due date."""
    for stop in (
        Stop.objects.filter(pk__in=stops, left_at__isnull=False, deadline__isnull=False)
        .select_related("department", "deadline")
        .order_by("pk")
    ):
        _say_if_late(actor, clue, stop)


def _say_if_late(actor: Actor, clue: Clue, left: Stop) -> None:
    late = deadlines.late_by(left.deadline) if left.deadline else None
    if left.deadline is None or late is None:
        return
    words = f"{left.department.name}应于 {_due(left.deadline)} 前{left.waits}，{late.text}。"
    if clue.evidence_at_risk:
        words += f"证据灭失风险：{clue.evidence_at_risk}"
    trail.record(
        actor,
        LATE_VERB,
        f"{LATE_LABEL}：{left.waits}",
        clue,
        opinion=words,
        after={
            "department": left.department_id,
            "waits": left.waits,
            "late": late.amount,
            "unit": str(late.unit),
        },
    )


def _due(deadline: Deadline) -> str:
    moment = timezone.localtime(deadline.due_at)
    by_hours = deadline.unit == Unit.HOUR
    return f"{moment:%Y-%m-%d %H:%M}" if by_hours else f"{moment:%Y-%m-%d}"


def close_sides(actor: Actor, clue: Clue, *codes: str) -> None:
    """End what was owed beside the main stop."""
    for code in codes:
        close_side(actor, clue, code)


def owe_telling(actor: Actor, clue: Clue, department_id: int) -> None:
    """Who passed the clue on tells the complainant within the limit (T 8); no duty where nobody
    that can be told complained."""
    if all(complainants.obstacle(one) for one in complainants.all_of(clue)):
        return
    open_side(
        actor,
        clue,
        "tell",
        kind="clue",
        waits="告知反映人",
        department_id=department_id,
        clock=rules.TELL_DUE,
    )


def must_have_ended(clue: Clue, kinds: Iterable[str], what: str) -> None:
    """Raise ``Refused`` while something of these kinds (``Stop.KINDS``) hangs on the clue, to be
    ended before ``what``. What another department only prepares does not count: nobody knows."""
    known = Q(internal=False) | Q(department_id=clue.holder_id)
    stops = Stop.objects.open().filter(known, clue_id=clue.pk, kind__in=kinds)
    # The verification before its parts.
    running = stops.order_by("kind", "pk").first()
    if running is not None:
        raise Refused(f"{running.kind_label}尚未结束（{running.waits}），不能{what}。")


def with_merged(clue: Clue) -> list[Clue]:
    """The clue and all that were merged into it, however often."""
    found, last = [clue], [clue]
    while last:
        last = list(Clue.objects.filter(merged_into__in=last))
        found += last
    return found


def settle_letters(actor: Actor, clue: Clue, text: str, *, assigned_to: int | None = None) -> None:
    """Withdraw the open letters of transfer, because the clue went another way; the one to the
    department that it was assigned to counts as received."""
    under_way = clue.letters.open().filter(kind="clue_transfer")
    for letter in under_way.select_for_update(of=("self",)):
        kept = letter.state not in Referral.UNSENT and letter.to_id == assigned_to
        state = Referral.State.RECEIVED if kept else Referral.State.WITHDRAWN
        if letter.state != state:
            led.mark(actor, letter, state, text=text)
