"""Letters of supervision (督办函): the coordination office presses a department (D4, N四（二）)."""

from __future__ import annotations

from django.utils import timezone

from clues.acts.common import knows
from clues.models import Concealable, Referral, Stop
from clues.services.letters.drafts import BODY_MOST, TITLE_MOST, Content, draft
from clues.stages import main_stop
from departments.actors import fills_in
from departments.roles import Function
from records import deadlines
from records.actor import Actor
from records.errors import Conflict, NotAllowed, Refused
from records.models import Deadline
from records.workdays import Unit

KIND = "supervision"


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
    under_way = Referral.objects.visible_to(actor).filter(
        kind=KIND,
        cause_type=stop.target_type,
        cause_id=stop.target_id,
        to=stop.department,
        state__in=Referral.OPEN_STATES,
    )
    if (present := under_way.first()) is not None:
        raise Conflict(f"已有督办函（{present.number or present.get_state_display()}）在办。")
    content = Content(
        title=f"关于督办“{stop.about}”的函"[:TITLE_MOST],
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


def _body(stop: Stop, text: str) -> str:
    since = timezone.localtime(stop.entered_at)
    lines = [f"“{stop.about}”自 {since:%Y年%-m月%-d日} 起由你单位负责“{stop.waits}”，至今未办结。"]
    if stop.deadline is not None:
        lines.append(_lateness(stop.deadline))
    if text.strip():
        lines.append(text.strip())
    lines.append("请你单位抓紧办理，并在规定期限内将整改情况或未按期办理的原因书面反馈。")
    return "\n".join(line for line in lines if line)


def _lateness(deadline: Deadline) -> str:
    if deadline.due_at is None:
        return "该事项的期限目前暂停计算。"
    due = timezone.localtime(deadline.due_at)
    day = f"{due:%Y年%-m月%-d日}" + (f" {due:%H:%M}" if deadline.unit == Unit.HOUR else "")
    words = f"依据{deadline.source}，应于 {day} 前办结"
    late = deadlines.late_by(deadline)
    return f"{words}，{late.text}。" if late is not None else f"{words}。"
