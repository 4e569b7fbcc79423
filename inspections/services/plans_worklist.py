"""What waits for a person in the yearly plan (D1)."""

from __future__ import annotations

from django.db.models import Exists, OuterRef
from django.urls import reverse

from departments.actors import is_clerk_of
from departments.roles import Role
from inspections import rules
from inspections.acts.plans import PLAN_ITEM_ACTS, heads_receiver, receives_plans
from inspections.models import PlanItem, PlanItemPart, YearPlan
from inspections.selectors.plans import matters_led_by
from records import clock, deadlines
from records.actor import Actor
from records.models import Deadline
from records.worklist import WorkItem

_S = PlanItem.State


def pending_plan_work(actor: Actor) -> list[WorkItem]:
    """Own items to finish or file, parts to confirm, items to merge and publish, and the filing
    deadlines of the department."""
    if actor.department_id is None:
        return []
    return [
        *(_filing_deadlines(actor, actor.department_id) or _to_plan(actor, actor.department_id)),
        *_parts_to_confirm(actor, actor.department_id),
        *_own_items(actor),
        *_to_merge(actor),
    ]


def _filing_deadlines(actor: Actor, department_id: int) -> list[WorkItem]:
    if not is_clerk_of(actor, department_id):
        return []
    running = list(
        Deadline.objects.filter(
            rule__startswith=f"{rules.PLAN_FILING_DATE.key}.",
            department_id=department_id,
            met_at=None,
            cancelled_at=None,
        ).order_by("due_at")[:20]
    )
    years = dict(
        YearPlan.objects.filter(pk__in=[deadline.target_id for deadline in running]).values_list(
            "pk", "year"
        )
    )
    return [
        WorkItem(
            what="编报年度计划",
            about=deadline.title,
            url=reverse("inspections:plan", args=[years[deadline.target_id]]),
            label="去编报",
            due_at=deadline.due_at,
            chip=chip,
        )
        for deadline, chip in zip(running, deadlines.chips(running), strict=True)
    ]


def _to_plan(actor: Actor, department_id: int) -> list[WorkItem]:
    """Matters led by the department for which this year's plan has nothing yet; those in force
    only after the yearly date have no deadline that would tell it."""
    if not is_clerk_of(actor, department_id):
        return []
    year = clock.today().year
    planned = PlanItem.objects.filter(
        matter_version__matter_id=OuterRef("matter_id"), plan__year=year
    ).exclude(state=_S.WITHDRAWN)
    matters = list(matters_led_by(department_id).filter(~Exists(planned)))
    if not matters:
        return []
    first, number = matters[0].name, len(matters)
    return [
        WorkItem(
            what="编制年度计划项目",
            about=f"“{first}”等 {number} 个事项" if number > 1 else first,
            url=reverse("inspections:plan", args=[year]),
            label="去编制",
        )
    ]


def _parts_to_confirm(actor: Actor, department_id: int) -> list[WorkItem]:
    if not actor.has_role(Role.HEAD, Role.CLERK):
        return []
    parts = PlanItemPart.objects.filter(
        department_id=department_id,
        state=PlanItemPart.State.PENDING,
        item__state=_S.CONFIRMING,
    ).select_related("item__lead")[:50]
    word = "确认参加联合检查" if actor.has_role(Role.HEAD) else "核对本部门检查事项"
    return [
        WorkItem(
            what=word,
            about=f"{part.item.lead} 提请：{part.item.title}",
            url=reverse("inspections:plan-item", args=[part.item_id]),
            label="办理",
        )
        for part in parts
    ]


def _own_items(actor: Actor) -> list[WorkItem]:
    items = PlanItem.objects.filter(
        lead_id=actor.department_id, state__in=(_S.DRAFT, _S.CONFIRMED)
    ).select_related("plan__region", "lead")[:50]
    rows = []
    for item in items:
        code = "submit" if item.state == _S.DRAFT else "file"
        if PLAN_ITEM_ACTS[code].who(actor, item):
            rows.append(
                WorkItem(
                    what="完成计划项目并提请确认" if code == "submit" else "报送备案",
                    about=item.title,
                    url=reverse("inspections:plan-item", args=[item.pk]),
                    label="办理",
                )
            )
    return rows


def _to_merge(actor: Actor) -> list[WorkItem]:
    if not receives_plans(actor, actor.region_code):
        return []
    rows = []
    for plan in YearPlan.objects.filter(region__code=actor.region_code).order_by("year"):
        filed = plan.items.filter(state=_S.FILED).count()
        merged = plan.items.filter(state=_S.MERGED).count()
        url = reverse("inspections:plan", args=[plan.year])
        if filed:
            rows.append(
                WorkItem("汇总年度计划", f"{plan.year} 年 {filed} 个项目已备案", url, "办理")
            )
        if merged and heads_receiver(actor, actor.region_code):
            rows.append(
                WorkItem("公布年度计划", f"{plan.year} 年 {merged} 个项目已汇总", url, "办理")
            )
    return rows
