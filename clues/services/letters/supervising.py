"""Letters of supervision (督办函): the coordination office presses a department (D4, N四（二）)."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from clues.acts.common import knows
from clues.models import Concealable, Referral, Stop
from clues.services.letters.drafts import BODY_MOST, Content, draft
from clues.services.turns import wait_turn_of_department
from clues.stages import main_stop
from departments.actors import fills_in
from departments.roles import Function
from records import deadlines
from records.actor import Actor
from records.errors import Conflict, NotAllowed, Refused
from records.models import Deadline
from records.workdays import Unit

KIND = "supervision"


@transaction.atomic
def supervise(actor: Actor, about: int | Concealable, text: str = "") -> Referral:
    """Draft a letter of supervision to the department whose turn it is.

    ``about`` is the id of a stop, or the object whose main stop is meant. The draft says where
    the thing lies, since when and how late; ``text`` is put before the closing demand. Raises
    ``NotAllowed`` unless the actor works for the region's coordination office, ``Refused`` when
    nothing lies there any more, ``Conflict`` when a letter about it is on its way.
    """
    stop = _stop(actor, about)
    if not fills_in(actor, Function.COORDINATION, stop.region_code):
        raise NotAllowed("只有综合协调组可以督办。", verb="letter.supervise", target=stop.target)
    if stop.department_id == actor.department_id:
        raise Refused("该事项由本部门办理，不能向本部门发督办函。", field="to")
    # Colleagues who press at the same moment send one letter.
    wait_turn_of_department(actor)
    under_way = (
        Referral.objects.visible_to(actor)
        .open()
        .filter(
            kind=KIND,
            cause_type=stop.target_type,
            cause_id=stop.target_id,
            to=stop.department,
        )
    )
    if (present := under_way.first()) is not None:
        raise Conflict(f"已有督办函（{present.number or present.get_state_display()}）在办。")
    content = Content(
        title=f"关于督办“{_named(stop)}”的函",
        body=_body(stop, text)[:BODY_MOST],
        to=stop.department,
    )
    return draft(actor, KIND, content, clue=stop.clue, cause=stop.target)


def _stop(actor: Actor, about: int | Concealable) -> Stop:
    stops = Stop.objects.open().select_related("department", "deadline", "clue")
    stop: Stop | None = (
        stops.filter(pk=about).first() if isinstance(about, int) else main_stop(about)
    )
    if stop is None or not knows(actor, stop):
        raise Refused("该事项已经办结或流转，无需督办。请刷新页面查看最新情况。", code="not_found")
    return stop


def _named(stop: Stop) -> str:
    """What is supervised as a title names it: a letter by its number alone, whose own title would
    make a title within a title."""
    target = stop.target
    if isinstance(target, Referral):
        return target.number or target.spec.label
    return stop.about[:80]


def _body(stop: Stop, text: str) -> str:
    lines = [f"{_duty(stop)}，至今未办结。"]
    if stop.deadline is not None:
        lines.append(_lateness(stop.deadline))
    if text.strip():
        lines.append(text.strip())
    lines.append("请你单位抓紧办理，并在规定期限内将整改情况或未按期办理的原因书面反馈。")
    return "\n".join(lines)


def _duty(stop: Stop) -> str:
    """Whose turn it is for what since when; what was entered after its clock had begun to run has
    two dates."""
    since, began = stop.entered_at, stop.deadline.started_at if stop.deadline else stop.entered_at
    if timezone.localtime(began).date() >= timezone.localtime(since).date():
        return f"“{stop.about}”自 {_day(since)} 起由你单位负责“{stop.waits}”"
    return (
        f"“{stop.about}”由你单位负责“{stop.waits}”，期限自 {_day(began)} 起算，"
        f"于 {_day(since)} 在平台登记"
    )


def _lateness(deadline: Deadline) -> str:
    """How much time there was, until when, and how much more has passed, in the one unit of the
    limit."""
    limit = f"{deadline.amount} {Unit(deadline.unit).chinese}" if deadline.amount else ""
    source = deadline.source.replace("平台缺省值，", "")
    words = f"期限 {limit}（{source}）" if limit else f"期限依据{source}"
    more = sum(extension.amount for extension in deadline.extensions.all())
    if more:
        words += f"，延长 {more} {Unit(deadline.unit).chinese}"
    if deadline.due_at is None:
        return f"{words}，目前暂停计算。"
    at = f" {timezone.localtime(deadline.due_at):%H:%M}" if deadline.unit == Unit.HOUR else ""
    words += f"，应于 {_day(deadline.due_at)}{at} 前办结"
    late = deadlines.late_by(deadline)
    return f"{words}，已{late.text}。" if late is not None else f"{words}。"


def _day(moment: dt.datetime) -> str:
    return f"{timezone.localtime(moment):%Y年%-m月%-d日}"
