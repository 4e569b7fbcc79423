"""The course of a plan item: asked for, confirmed, filed, merged, published, changed (I2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db import transaction

from departments.profile import must_fill
from departments.roles import Function
from inspections.acts.plans import HELD, PLAN_ITEM_ACTS, PLAN_PART_ACTS, YEAR_PLAN_ACTS
from inspections.models import Draw, PlanItem, PlanItemPart, YearPlan
from inspections.selectors.plans import filing_rule, fitting_check_items
from inspections.services.plan_data import check, data_of
from inspections.services.plans import current_version
from records import clock, deadlines, trail
from records.actor import SYSTEM, Actor
from records.errors import Conflict, NotAllowed, Refused

_ITEM = PlanItem.State
_PART = PlanItemPart.State


def submit(actor: Actor, pk: int, opinion: str = "") -> PlanItem:
    """Ask the departments that take part; the lead's own part is confirmed by this."""
    with PLAN_ITEM_ACTS.take(actor, "submit", pk, opinion=opinion) as item:
        if item.matter_version_id != current_version(item).pk:
            raise Conflict("所依据的监管事项已有新版本，请先“修改”并按新版本核对保存。")
        check(item.plan.year, item.matter_version, data_of(item))
        asked = item.parts.exclude(state=_PART.DECLINED)
        asked.update(state=_PART.PENDING, opinion="", decided_at=None)
        asked.filter(department_id=item.lead_id).update(
            state=_PART.CONFIRMED, decided_at=clock.now()
        )
    return item


def choose_check_items(actor: Actor, part_pk: int, check_item_ids: Iterable[int]) -> PlanItemPart:
    """A partner puts its own check items right before it confirms."""
    wanted = set(check_item_ids)
    with transaction.atomic():
        _lock_item_of(part_pk)
        known = PlanItemPart.objects.select_related("item").filter(pk=part_pk).first()
        chosen = (
            list(
                fitting_check_items([known.department_id], known.item.categories).filter(
                    pk__in=wanted
                )
            )
            if known
            else []
        )
        words = "检查事项：" + ("、".join(entry.title for entry in chosen) or "无")
        with PLAN_PART_ACTS.take(actor, "items", part_pk, opinion=words) as part:
            if len(chosen) != len(wanted):
                raise Refused("所选检查事项不属于本部门或不适用于检查对象。", field="check_items")
            part.check_items.set(chosen)
    return part


def confirm(actor: Actor, part_pk: int, opinion: str = "") -> PlanItemPart:
    """The head of a department agrees to take part; the last one makes the item confirmed."""
    with transaction.atomic():
        _lock_item_of(part_pk)
        with PLAN_PART_ACTS.take(actor, "confirm", part_pk, opinion=opinion) as part:
            if part.sends_inspectors and not part.check_items.exists():
                raise Refused("本部门派出执法人员，请先选择检查事项再确认。", field="opinion")
            _decide(part, opinion)
        _settle(part.item_id)
    return part


def decline(actor: Actor, part_pk: int, opinion: str) -> PlanItemPart:
    """The head of a department will not take part this time, with the reason."""
    with transaction.atomic():
        _lock_item_of(part_pk)
        with PLAN_PART_ACTS.take(actor, "decline", part_pk, opinion=opinion) as part:
            _decide(part, opinion)
            part.sends_inspectors = False
        _settle(part.item_id)
    return part


def file(actor: Actor, pk: int, opinion: str = "") -> PlanItem:
    """File the item with the department that receives plans; stops the matter's yearly clock."""
    with PLAN_ITEM_ACTS.take(actor, "file", pk, opinion=opinion) as item:
        item.filed_with = must_fill(item.region_code, Function.PLAN_RECEIVER)
        item.filed_at = clock.now()
        deadlines.meet(
            item.plan, filing_rule(item.matter_version.matter_id), department_id=item.lead_id
        )
    return item


def return_item(actor: Actor, pk: int, opinion: str) -> PlanItem:
    """The receiver sends a filed item back; the clock of the filing runs on."""
    with transaction.atomic():
        with PLAN_ITEM_ACTS.take(actor, "return", pk, opinion=opinion) as item:
            _unfile(item)
        _reopen_filing(actor, item)
    return item


def adjust(actor: Actor, pk: int, opinion: str) -> PlanItem:
    """Take back a filed item to change it, as its next version. Refused once a draw is open or
    done."""
    with transaction.atomic():
        _refuse_drawn(actor, "adjust", pk)
        with PLAN_ITEM_ACTS.take(actor, "adjust", pk, opinion=opinion) as item:
            item.version += 1
            _unfile(item)
    return item


def withdraw(actor: Actor, pk: int, opinion: str) -> PlanItem:
    """End an item for good. Refused once a draw is open or done; the matter owes its filing
    again when no other item of it is filed."""
    with transaction.atomic():
        _refuse_drawn(actor, "withdraw", pk)
        with PLAN_ITEM_ACTS.take(actor, "withdraw", pk, opinion=opinion) as item:
            _unfile(item)
        _reopen_filing(actor, item)
    return item


def merge(actor: Actor, pk: int, opinion: str = "") -> YearPlan:
    """Take every filed item into the county plan; possible again for later items."""
    with YEAR_PLAN_ACTS.take(actor, "merge", pk, opinion=opinion) as plan:
        _move(actor, plan, _ITEM.FILED, _ITEM.MERGED, "merge", "汇入年度计划")
        plan.merged_at = clock.now()
        if plan.state == YearPlan.State.COLLECTING:
            plan.state = YearPlan.State.MERGED
    return plan


def publish(actor: Actor, pk: int, opinion: str = "") -> YearPlan:
    """Publish every merged item; possible again for later items."""
    with YEAR_PLAN_ACTS.take(actor, "publish", pk, opinion=opinion) as plan:
        _move(actor, plan, _ITEM.MERGED, _ITEM.PUBLISHED, "publish", "公布计划项目")
        plan.published_at = clock.now()
    return plan


ITEM_HANDLERS: Mapping[str, Callable[[Actor, Any, str], PlanItem]] = {
    "submit": submit,
    "file": file,
    "return": return_item,
    "adjust": adjust,
    "withdraw": withdraw,
}
PART_HANDLERS: Mapping[str, Callable[[Actor, Any, str], PlanItemPart]] = {
    "confirm": confirm,
    "decline": decline,
}
YEAR_HANDLERS: Mapping[str, Callable[[Actor, Any, str], YearPlan]] = {
    "merge": merge,
    "publish": publish,
}


def must_see(actor: Actor, item: PlanItem | None, verb: str) -> None:
    """Refuse an act forged on an item that the actor cannot see, without saying what it is.

    Raises ``NotAllowed``, so that the attempt is recorded, and ``Refused`` when there is none.
    """
    if item is None:
        raise Refused("计划项目不存在或已被删除。", code="not_found")
    if not PlanItem.objects.visible_to(actor).filter(pk=item.pk).exists():
        raise NotAllowed("您没有办理该计划项目的权限。", verb=verb, target=item)


def _move(actor: Actor, plan: YearPlan, source: str, target: str, code: str, label: str) -> None:
    items = list(plan.items.select_for_update(of=("self",)).filter(state=source))
    if not items:
        raise Refused(f"目前没有“{_ITEM(source).label}”的项目。")
    for item in items:
        item.state = target
        item.save(update_fields=("state",))
        trail.record(
            actor,
            f"plan-item.{code}",
            label,
            item,
            before={"state": source},
            after={"state": target},
        )


def _lock_item_of(part_pk: int) -> PlanItem | None:
    """Two partners that confirm at once are dealt with one after the other."""
    return PlanItem.objects.select_for_update(of=("self",)).filter(parts=part_pk).first()


def _decide(part: PlanItemPart, opinion: str) -> None:
    part.opinion, part.decided_at = opinion.strip(), clock.now()


def _settle(item_pk: int) -> None:
    """Once every department has answered: confirmed, or back to draft when nobody is left to go
    with the lead department."""
    item = PlanItem.objects.get(pk=item_pk)
    parts = list(item.parts.exclude(state=_PART.DECLINED))
    if any(part.state == _PART.PENDING for part in parts):
        return
    joint = any(part.department_id != item.lead_id for part in parts)
    if joint and any(part.sends_inspectors for part in parts):
        state, verb, label = _ITEM.CONFIRMED, "confirmed", "参与部门全部确认"
    else:
        state, verb, label = _ITEM.DRAFT, "reopened", "没有可以联合检查的部门，退回草稿"
    before, item.state = item.state, state
    item.save(update_fields=("state",))
    trail.record(
        SYSTEM,
        f"plan-item.{verb}",
        label,
        item,
        before={"state": before},
        after={"state": state},
    )


def _unfile(item: PlanItem) -> None:
    item.filed_at = None
    item.filed_with = None


def _reopen_filing(actor: Actor, item: PlanItem) -> None:
    matter_id = item.matter_version.matter_id
    others = item.plan.items.filter(matter_version__matter_id=matter_id, state__in=HELD)
    if not others.exists():
        deadlines.reopen(actor, item.plan, filing_rule(matter_id), item.lead_id)


def _refuse_drawn(actor: Actor, code: str, pk: int) -> None:
    """In words, before the act; whoever may not act at all is told that by the act."""
    item = PlanItem.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if item is None or not PLAN_ITEM_ACTS[code].who(actor, item):
        return
    if item.draws.filter(state=Draw.State.DONE).exists():
        raise Conflict("本项目的抽取已经完成，不能再调整或撤回。")
    if item.draws.filter(state__in=(Draw.State.ANNOUNCED, Draw.State.FROZEN)).exists():
        raise Conflict("本项目有正在进行的抽取，请待抽取结束或作废后再办理。")
