"""Assessing the departments of a region for a period: begin, compute, publish, freeze (D3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction

from departments.models import Region
from records import clock, periods, trail
from records.actor import Actor
from records.errors import Conflict, NotAllowed, Refused
from records.params import YEARS
from supervision.assessment.acts import ROUND_ACTS, assesses
from supervision.assessment.models import Appeal, Round, RoundNotice, Scheme
from supervision.assessment.services.computing import ask_for
from supervision.assessment.services.notices import tell


@transaction.atomic
def begin(actor: Actor, year: int, quarter: int | None) -> Round:
    """Begin the assessment of a quarter (1 to 4), or of the whole year, by the scheme in force; a
    worker computes it as far as the period has gone.

    Raises ``NotAllowed``; ``Refused`` for a period that has not begun or without a scheme;
    ``Conflict`` when it was begun before.
    """
    if not assesses(actor, actor.region_code):
        raise NotAllowed("只有综合协调组可以发起部门考核。", verb="assessment_round.begin")
    if year not in YEARS:
        raise Refused("年度不正确。", field="year")
    if quarter is not None and quarter not in range(1, 5):
        raise Refused("季度应为 1 至 4。", field="quarter")
    months = Round.YEAR if quarter is None else Round.QUARTER
    month = 1 if quarter is None else (quarter - 1) * Round.QUARTER + 1
    first = dt.date(year, month, 1)
    if first > clock.today():
        raise Refused("这一考核周期还没有开始。", field="quarter" if quarter else "year")
    scheme = Scheme.objects.holding_in(actor.region_code).first()
    if scheme is None:
        raise Refused("本地区没有生效的考核方案，请先编制并批准生效。")
    region = Region.objects.get(code=actor.region_code)
    made, created = Round.objects.get_or_create(
        region=region,
        months=months,
        first=first,
        defaults={
            "scheme": scheme,
            "ends": periods.month_after(first, months),
            "state": Round.State.COMPUTING,
        },
    )
    if not created:
        raise Conflict(f"“{made}”已经发起。")
    trail.record(
        actor, "assessment_round.begin", "发起部门考核", made, after={"scheme": str(scheme)}
    )
    ask_for(made)
    made.save()
    return made


def compute(actor: Actor, pk: int, opinion: str = "") -> Round:
    """Have a provisional round computed anew from what is stored now."""
    with ROUND_ACTS.take(actor, "compute", pk, opinion=opinion) as found:
        ask_for(found)
    return found


def publish(actor: Actor, pk: int, opinion: str = "") -> Round:
    """Have it computed for the last time; then each department is shown its lines, and the time for
    appeals begins.

    Raises ``Refused`` before the period has ended.
    """
    with ROUND_ACTS.take(actor, "publish", pk, opinion=opinion) as found:
        if clock.today() < found.ends:
            raise Refused(f"{found.period}尚未结束，结束后才能公布。")
        ask_for(found)
    return found


def freeze(actor: Actor, pk: int, opinion: str = "") -> Round:
    """End a round for good.

    Raises ``Refused`` while departments may appeal or an appeal is not decided.
    """
    with ROUND_ACTS.take(actor, "freeze", pk, opinion=opinion) as found:
        if may_still_appeal(found):
            raise Refused("申诉期尚未届满，届满后才能定稿。")
        waiting = Appeal.objects.filter(line__of__round=found, state__in=Appeal.OPEN).count()
        if waiting:
            raise Refused(f"还有 {waiting} 件申诉没有答复，答复后才能定稿。")
        found.frozen_at, found.frozen_by = clock.now(), actor.name
        tell(found, RoundNotice.Stage.FROZEN)
    return found


def may_still_appeal(found: Round) -> bool:
    """Whether the departments may appeal against what was published."""
    return (
        found.state == Round.State.PUBLISHED
        and found.appeals_until is not None
        and clock.now() <= found.appeals_until
    )


def not_yet(found: Round) -> tuple[str, ...]:
    """The acts that the state allows but the day does not: publishing before the period has
    ended, freezing while departments may appeal."""
    early = ("publish",) if clock.today() < found.ends else ()
    return (*early, "freeze") if may_still_appeal(found) else early


HANDLERS: Mapping[str, Callable[[Actor, int, str], Any]] = {
    "compute": compute,
    "publish": publish,
    "freeze": freeze,
}
