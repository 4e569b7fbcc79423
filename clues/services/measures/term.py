"""While a measure stands: more time, tests that stop its clock, what the party is told."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from clues.acts.measures import MEASURE_ACTS
from clues.models import CompulsoryMeasure, MeasureTest, Stop
from clues.rules import measures as rules
from clues.services.measures.begin import DELIVER
from clues.services.procedures import told
from clues.stages import close_side, main_stop, open_side
from credit.services.origins import restate
from departments.profile import TimeLimit, number
from records import clock, deadlines
from records.actor import Actor
from records.errors import Conflict, Refused
from records.models import Deadline
from records.periods import day_after

SIGN, TELL = "sign", "told"
"""Codes of the stops beside the term: what the head has to sign, what the party is to be told."""


@dataclass(frozen=True, kw_only=True)
class TestData:
    """A test: what by whom, for how many days from today on, and when the party was told."""

    what: str
    institution: str
    days: int
    told_on: dt.date


def ask_extension(actor: Actor, pk: int, days: int, reason: str) -> CompulsoryMeasure:
    """Ask the head for more time, in a complex case and before the term ends. Raises ``Refused``
    for more than the law allows in all."""
    with MEASURE_ACTS.take(actor, "ask-extension", pk, opinion=reason) as measure:
        _check_extension(measure, days)
        measure.asked_days = days
        measure.asked_reason = told(reason, "延长理由", "reason")
        wait_for_head(actor, measure, rules.EXTENSION_SIGN_DUE, "批准延长强制措施期限")
    return measure


@transaction.atomic
def grant_extension(actor: Actor, pk: int, opinion: str = "") -> CompulsoryMeasure:
    """The head gives the time that was asked for; the party is to be told in writing."""
    with MEASURE_ACTS.take(actor, "grant-extension", pk, opinion=opinion) as measure:
        days = measure.asked_days or 0
        _check_extension(measure, days)
        deadlines.extend(actor, term(measure).pk, days, measure.asked_reason)
        measure.extended_days += days
        measure.asked_days, measure.extension_told_on = None, None
        close_side(actor, measure, SIGN)
        open_side(
            actor,
            measure,
            TELL,
            kind="measure",
            waits="书面告知当事人延长决定和理由",
            department_id=measure.department_id,
            clock=rules.EXTENSION_TOLD_DUE,
        )
    restate(actor, measure)
    return measure


def deny_extension(actor: Actor, pk: int, opinion: str) -> CompulsoryMeasure:
    """The head gives no more time."""
    with MEASURE_ACTS.take(actor, "deny-extension", pk, opinion=opinion) as measure:
        measure.asked_days = None
        close_side(actor, measure, SIGN)
    return measure


def test(actor: Actor, pk: int, data: TestData) -> CompulsoryMeasure:
    """Let the term stand still while what was sealed or seized is tested, for the time that the
    party was told (第二十五条第三款). Raises ``Refused`` at the field."""
    with MEASURE_ACTS.take(actor, "test", pk) as measure:
        _refuse_when_over(measure)
        today = clock.today()
        if not 0 < data.days <= rules.LONGEST_TEST:
            raise Refused(f"检测期间应为 1 至 {rules.LONGEST_TEST} 天。", field="days")
        if data.told_on > today:
            raise Refused("告知日期不能晚于今天。", field="told_on")
        deadlines.pause(actor, term(measure).pk, f"检测：{data.what}", data.days)
        MeasureTest.objects.create(
            measure=measure,
            what=told(data.what, "检测事项", "what"),
            institution=told(data.institution, "检测机构", "institution"),
            since=today,
            until=day_after(today, data.days - 1),
            told_on=data.told_on,
        )
    return measure


def end_test(actor: Actor, pk: int, opinion: str) -> CompulsoryMeasure:
    """Enter the result of the test; the term runs on from tomorrow."""
    with MEASURE_ACTS.take(actor, "end-test", pk, opinion=opinion) as measure:
        finish_test(actor, measure, opinion)
    return measure


def deliver(actor: Actor, pk: int, opinion: str = "") -> CompulsoryMeasure:
    """The party has been given the decision of the freeze (第三十一条)."""
    with MEASURE_ACTS.take(actor, "deliver", pk, opinion=opinion) as measure:
        measure.delivered_on = clock.today()
        close_side(actor, measure, DELIVER)
    return measure


def tell_extension(actor: Actor, pk: int, opinion: str = "") -> CompulsoryMeasure:
    """The party has been told of the extension and its reasons."""
    with MEASURE_ACTS.take(actor, "tell-extension", pk, opinion=opinion) as measure:
        measure.extension_told_on = clock.today()
        close_side(actor, measure, TELL)
    return measure


def term(measure: CompulsoryMeasure) -> Deadline:
    """The running clock of the term."""
    stop = main_stop(measure)
    if stop is None or stop.deadline is None:
        raise Conflict("该措施没有正在计算的期限。")
    return stop.deadline


def is_over(measure: CompulsoryMeasure) -> bool:
    """Whether the term has ended: then the measure can only be lifted (第二十八条第一款第四项)."""
    due = term(measure).due_at
    return due is not None and due < clock.now()


def most_extension(measure: CompulsoryMeasure) -> int:
    """The days by which the term may still be extended."""
    rule = rules.EXTENSIONS.get(measure.kind)
    if rule is None:
        return 0
    return max(0, number(measure.region_code, rule) - measure.extended_days)


def wait_for_head(actor: Actor, measure: CompulsoryMeasure, limit: TimeLimit, waits: str) -> Stop:
    """Let the head sign something while the term runs on; nobody else is told before."""
    return open_side(
        actor,
        measure,
        SIGN,
        kind="measure",
        waits=waits,
        department_id=measure.department_id,
        clock=limit,
        for_head=True,
        internal=True,
    )


def finish_test(actor: Actor, measure: CompulsoryMeasure, result: str) -> None:
    """End the test that goes on, if one does."""
    found = measure.open_test
    if found is None:
        return
    today = clock.today()
    if found.until > today and measure.state in CompulsoryMeasure.RUNNING:
        deadlines.resume(actor, term(measure).pk, f"检测结束：{result}")
    found.ended_on, found.result = today, result.strip()
    found.save()


def _check_extension(measure: CompulsoryMeasure, days: int) -> None:
    _refuse_when_over(measure)
    most = most_extension(measure)
    source = rules.EXTENSIONS[measure.kind].source
    if most == 0:
        raise Refused(f"延长的期限已经用完（{source}）。", field="days")
    if not 0 < days <= most:
        raise Refused(f"可以延长 1 至 {most} 天（{source}）。", field="days")


def _refuse_when_over(measure: CompulsoryMeasure) -> None:
    if is_over(measure):
        raise Conflict("期限已经届满，应当解除。")
