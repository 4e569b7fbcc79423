"""The start of a draw: number, planned occurrence and parties become known."""

from __future__ import annotations

from django.db import transaction

from departments.profile import number
from inspections import draw as dr
from inspections.acts.draws import OPEN, may_announce
from inspections.models import Draw, DrawParty, PlanItem
from inspections.rules import MIN_PARTIES
from inspections.services.draws import chain
from records import trail
from records.actor import Actor
from records.acts import refuse_long
from records.errors import Conflict, NotAllowed, Refused


@transaction.atomic
def announce(actor: Actor, item_id: int, late_reason: str = "") -> Draw:
    """Announce the draw of a published plan item; ``late_reason`` is kept and published.

    At level 0 the system makes and keeps its own nonce right here. Raises ``NotAllowed`` unless
    the actor is of the lead department or the system, ``Conflict`` when the occurrence has an
    open or a done draw, ``Refused`` when the plan item cannot be drawn.
    """
    item = (
        PlanItem.objects.select_for_update(of=("self",))
        .select_related("plan__region", "lead")
        .filter(pk=item_id)
        .first()
    )
    if item is None:
        raise Refused("计划项目不存在或已被删除。", code="not_found")
    if not may_announce(actor, item):
        raise NotAllowed(
            f"您没有启动“{item}”随机抽取的权限，应由牵头部门启动。",
            verb="draw.announce",
            target=item,
        )
    refuse_long(late_reason, "未按时启动的原因", "late_reason")
    _check(item)
    parties = _parties(item)
    chain.hold()
    draw = Draw.objects.create(
        number=chain.next_number(),
        item=item,
        occurrence=item.occurrence,
        planned_at=item.draw_at,
        level=item.draw_level,
        announced_by=actor.name,
        late_reason=late_reason.strip(),
        code_key=dr.new_nonce(),
    )
    for party in parties:
        party.draw = draw
        if party.department_id is None:
            party.nonce = dr.new_nonce()
            party.commitment = dr.commitment(draw.number, party.code, party.nonce)
            party.committed_at = draw.announced_at
    DrawParty.objects.bulk_create(parties)
    trail.record(
        actor,
        "draw.announce",
        "公告抽取",
        draw,
        opinion=draw.late_reason,
        after={
            "number": draw.number,
            "occurrence": draw.occurrence,
            "planned_at": draw.planned_at,
            "level": draw.level,
            "parties": {party.code: party.commitment for party in parties},
        },
    )
    return draw


def _check(item: PlanItem) -> None:
    if item.state != PlanItem.State.PUBLISHED:
        raise Conflict(f"计划项目当前为“{item.get_state_display()}”，年度计划公布后才能启动抽取。")
    earlier = Draw.objects.filter(
        occurrence=item.occurrence, state__in=(*OPEN, Draw.State.DONE)
    ).first()
    if earlier is None:
        return
    if earlier.state == Draw.State.DONE:
        raise Conflict(f"本场次已由{earlier}完成，一个计划场次只能抽取一次。")
    raise Conflict(f"本场次的{earlier}尚未结束，不能重复启动。")


def _parties(item: PlanItem) -> list[DrawParty]:
    if item.draw_level == PlanItem.Level.SYSTEM:
        return [DrawParty(code=dr.SYSTEM_PARTY)]
    planned = list(item.parties.order_by("code"))
    least = number(item.region_code, MIN_PARTIES)
    if len(planned) < least:
        raise Refused(f"多方揭示抽取至少要有 {least} 个参与方，计划项目只列了 {len(planned)} 个。")
    if any(party.code == dr.SYSTEM_PARTY for party in planned):
        raise Refused(f"参与方代号“{dr.SYSTEM_PARTY}”由系统保留，请调整计划项目。")
    return [DrawParty(code=party.code, department_id=party.department_id) for party in planned]
