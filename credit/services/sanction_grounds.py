"""Whether what a sanction rests on, and who is to carry it out, are still there (S7)."""

from __future__ import annotations

from django.db.models import QuerySet

from credit.models import CreditEvent, Sanction, Standing
from credit.selectors.sanctions import listed_now, vetoed_now
from records import clock
from records.errors import Refused

_Trigger = Sanction.Trigger


def ensure_still_sound(sanction: Sanction) -> None:
    """Raise ``Refused`` when the fact that a sanction rests on holds no more, or a department that
    is to carry it out exists no more. Between drawing up and signing both may change."""
    if words := _lost_ground(sanction):
        raise Refused(f"{words}，惩戒不再有依据。请退回修改或者作废。")
    gone = [
        part.department.name
        for part in sanction.parts.select_related("department__region").order_by("pk")
        if not part.department.is_active or part.department.region_id != sanction.region_id
    ]
    if gone:
        raise Refused(f"实施部门{'、'.join(gone)}已撤销或者不在本地区，请退回重新选择实施部门。")


def _lost_ground(sanction: Sanction) -> str:
    if sanction.event_id is not None:
        # Locked: whoever ends its effect meanwhile waits until the sanction stands.
        event = CreditEvent.objects.select_for_update(no_key=True).get(pk=sanction.event_id)
        if event.until is not None and event.until <= clock.today():
            return f"所依据的信用记录的效力已于 {event.until} 终止"
    elif sanction.trigger == _Trigger.EVENT:
        return "所依据的信用记录已被撤销，或者没有选定"
    if sanction.trigger == _Trigger.LISTED and not _of(sanction, listed_now()):
        return "信用记录中该对象没有列入严重失信名单，或者已经移出"
    if sanction.trigger == _Trigger.VETO and not _of(sanction, vetoed_now()):
        return "该对象现行的信用评价没有一票否决"
    return ""


def _of(sanction: Sanction, found: QuerySet[CreditEvent] | QuerySet[Standing]) -> bool:
    return found.filter(subject=sanction.subject_id).exists()
