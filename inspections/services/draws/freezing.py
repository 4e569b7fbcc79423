"""The freeze: both directories become one hashed commit, chained to the one before."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from inspections import draw as dr
from inspections.acts.draws import DRAW_ACTS
from inspections.models import Draw, DrawCode, PlanItem
from inspections.services.draws import chain
from inspections.services.draws.completing import complete
from inspections.services.draws.gathering import Gathered, gather, quotas
from inspections.services.draws.stored import keep
from records import clock, outbox
from records.actor import Actor
from records.errors import Conflict, Refused
from records.outbox_names import PROVINCE


def freeze(actor: Actor, draw_id: int, late_reason: str = "") -> Draw:
    """Freeze pool, exclusions, officers, recusals and rules; all parties have committed.

    A draw of level 0 needs nobody to reveal and is completed at once, in a transaction of its
    own. Raises ``Refused`` naming department and numbers when the draw could not be staffed;
    nothing is frozen then.
    """
    draw = _freeze(actor, draw_id, late_reason)
    return complete(draw.pk) if draw.level == PlanItem.Level.SYSTEM else draw


@transaction.atomic
def _freeze(actor: Actor, draw_id: int, late_reason: str) -> Draw:
    with DRAW_ACTS.take(actor, "freeze", draw_id, opinion=late_reason) as draw:
        _check(actor, draw)
        gathered = gather(draw.item, draw.code_key)
        chain.hold()
        position, previous = chain.last_link()
        try:
            frozen = _frozen(draw, gathered, previous)
        except dr.StaffingImpossible as problem:
            raise Refused(explain(problem, gathered), code="staffing") from problem
        except dr.InputError as problem:
            raise Refused(f"名录或计划中的数据不符合抽取格式，未冻结：{problem}") from problem
        keep(draw, frozen)
        draw.chain_position = position + 1
        draw.frozen_at = clock.now()
        draw.counts = gathered.counts | {
            "pool": len(gathered.pool),
            "strata": quotas(gathered.rules, gathered.pool),
        }
        draw.late_reason = draw.late_reason or late_reason.strip()
        draw.obstacle = ""
        for code in gathered.codes:
            code.draw = draw
        DrawCode.objects.bulk_create(gathered.codes, batch_size=2000)
    outbox.post(PROVINCE, "draw.frozen", message(draw), draw.region_code, thread=f"draw:{draw.pk}")
    return draw


def message(draw: Draw) -> dict[str, Any]:
    """What leaves the house at the freeze: enough to hold us to it, and no names."""
    return {
        "number": draw.number,
        "occurrence": draw.occurrence,
        "level": draw.level,
        "planned_at": draw.planned_at.isoformat(),
        "frozen_at": draw.frozen_at.isoformat() if draw.frozen_at else None,
        "chain_position": draw.chain_position,
        "commit": draw.commit_hash,
    }


def explain(problem: dr.StaffingImpossible, gathered: Gathered) -> str:
    """Which department stands in the way, with its numbers, in words."""
    row = next(row for row in gathered.counts["officers"] if row["code"] == problem.department)
    size = gathered.rules.staffing.size
    aside = f"（另有 {row['limited']} 名只负责部分乡镇街道，未计入）" if row["limited"] else ""
    return (
        f"{row['name']}当前持证在岗、可派往全部候选对象的执法人员只有 {row['able']} 名{aside},"
        f"每次检查至少需要 {size} 名，候选对象抽中后无法派人。"
        "未冻结，请先更新执法检查人员名录。"
    )


def _check(actor: Actor, draw: Draw) -> None:
    if draw.item.state != PlanItem.State.PUBLISHED:
        raise Conflict(
            f"计划项目已变为“{draw.item.get_state_display()}”，不能冻结；请先作废本次抽取。"
        )
    scheduled = draw.item.draw_mode == PlanItem.DrawMode.SCHEDULED
    if scheduled and not actor.is_system and clock.now() < draw.planned_at:
        planned = timezone.localtime(draw.planned_at)
        raise Conflict(f"本次抽取到 {planned:%Y-%m-%d %H:%M} 自动冻结，不能提前。")


def _frozen(draw: Draw, gathered: Gathered, previous: str | None) -> dr.Frozen:
    return dr.freeze(
        draw=draw.number,
        previous=previous,
        occurrence=draw.occurrence,
        planned_at=draw.planned_at,
        level=draw.level,
        pool=gathered.pool,
        excluded=gathered.excluded,
        officers=gathered.officers,
        recusals=gathered.recusals,
        rules=gathered.rules,
        parties={party.code: party.commitment for party in draw.parties.all()},
        changed_since_filing=gathered.changed,
        townships=gathered.townships,
    )
