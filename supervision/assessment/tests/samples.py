"""A third quarter of 2026 with clocks that were kept and missed, and a scheme to judge it by."""

from __future__ import annotations

import datetime as dt
from itertools import count

from clues.models import Clue
from clues.tests.samples import make_clue
from records import clock
from records.actor import Actor
from records.models import Deadline
from records.workdays import SHANGHAI
from supervision.assessment.models import LineScore, Round, Score
from supervision.assessment.services import computing, rounds, schemes

_serial = count(1)


def day(month: int, number: int, hour: int = 10) -> dt.datetime:
    """A moment of 2026."""
    return dt.datetime(2026, month, number, hour, tzinfo=SHANGHAI)


AFTER = day(10, 9)
"""A working day after the end of the quarter."""


def clue_of(actor: Actor) -> Clue:
    """A clue of the actor's department, whose own clocks lie before the quarter."""
    with clock.at(day(1, 5)):
        return make_clue(actor, title=f"线索{next(_serial)}")


def owed(
    actor: Actor,
    due: dt.datetime,
    met: dt.datetime | None = None,
    rule: str = "clues.handle",
    clue: Clue | None = None,
    **differs: object,
) -> Deadline:
    """A clock of the actor's department, about a clue of its own unless one is given."""
    target = clue or clue_of(actor)
    return Deadline.objects.create(
        **{
            "rule": rule,
            "title": "办理并答复",
            "source": "测试",
            "amount": 15,
            "unit": "working_day",
            "region_code": "411603",
            "department_id": actor.department_id,
            "target": target,
            "target_name": str(target),
            "started_at": day(7, 1),
            "due_at": due,
            "met_at": met,
        }
        | differs
    )


def scheme_in_force(actor):  # type: ignore[no-untyped-def]
    """The platform's proposal, signed."""
    with clock.at(day(6, 1)):
        made = schemes.draft(actor("xzsp_clerk"), "考核方案", "首次编制")
        return schemes.enforce(actor("xzsp_head"), made.pk)


def third_quarter(actor) -> Round:  # type: ignore[no-untyped-def]
    """The round as computed after the quarter, by the scheme in force."""
    scheme_in_force(actor)
    with clock.at(AFTER):
        return computed(rounds.begin(actor("xzsp_clerk"), 2026, 3))


def computed(of: Round) -> Round:
    """The round once the worker has done with it."""
    assert computing.go_on(of.pk)
    of.refresh_from_db()
    return of


def line_of(of: Round, actor, key: str) -> LineScore:  # type: ignore[no-untyped-def]
    """What the actor's department has in a line."""
    return LineScore.objects.get(of__round=of, of__department_id=actor.department_id, line__key=key)


def score_of(of: Round, actor) -> Score:  # type: ignore[no-untyped-def]
    """The result of the actor's department."""
    return Score.objects.get(round=of, department_id=actor.department_id)
