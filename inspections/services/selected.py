"""Starting a visit by selection with a reason, without a draw (L4): proposed, approved by the
head of the lead department, then on its way like any other visit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from credit.models import Subject
from departments.actors import is_clerk_of
from departments.models import Department
from departments.profile import resolve, time_limit
from inspections.acts.tasks import JOINT_TASK_ACTS
from inspections.models import (
    Inspector,
    JointTask,
    Notice,
    TaskItem,
    TaskOfficer,
    TaskPart,
)
from inspections.rules import APPROVAL_DUE, MIN_OFFICERS
from inspections.services import emergencies
from inspections.services.dispatch import PartPlan, check_visit_date, next_codes
from inspections.services.yearly_visits import over_cap
from inspections.signals import visit_called_off
from matters.models import CheckItem, MatterVersion
from records import clock, deadlines, trail
from records.actor import Actor
from records.errors import NotAllowed, Refused

_LONGEST_REASON = 500
_LONGEST_CAP_REASON = 300


def start_selected(
    actor: Actor,
    subject: Subject,
    lead: Department,
    parts: Sequence[PartPlan],
    visit_on: dt.date,
    reason: str,
    *,
    origin: str = JointTask.Origin.CLUE,
    matter_version: MatterVersion | None = None,
    over_cap_reason: str = "",
) -> JointTask:
    """Propose one visit to a chosen subject, by a clerk or the head of the lead department.

    ``parts`` say what each department checks and who goes; the lead takes part. ``reason`` is
    read by all who take part, and allows a day off. Over the yearly cap on visits (S5) it needs
    an ``over_cap_reason``, which the head reads. Nothing leaves the department before its head
    approves, but for an emergency today: it begins at once and is approved afterwards.
    Raises ``NotAllowed``, or ``Refused`` with the field at fault.
    """
    if not is_clerk_of(actor, lead.pk):
        raise NotAllowed("只有牵头部门的经办人或负责人可以发起联合检查。", verb="task.propose")
    if not reason.strip():
        raise Refused("请填写启动检查的理由。", field="reason")
    if len(reason.strip()) > _LONGEST_REASON:
        raise Refused(f"理由不能超过 {_LONGEST_REASON} 个字。", field="reason")
    if subject.status != Subject.Status.OPEN:
        raise Refused(f"{subject}{subject.get_status_display()}，不能安排检查。")
    check_visit_date(None, visit_on, reason)
    _check_parts(subject, lead, parts, visit_on)
    departments = [plan.department for plan in parts]
    over_cap_reason = over_cap_reason.strip()
    _check_cap(over_cap(lead.region.code, subject, departments, origin, visit_on), over_cap_reason)
    with transaction.atomic():
        (code,) = next_codes(lead.region, 1)
        task = JointTask.objects.create(
            region=lead.region,
            code=code,
            origin=origin,
            reason=reason.strip(),
            over_cap_reason=over_cap_reason,
            matter_version=matter_version,
            subject=subject,
            lead=lead,
            state=JointTask.State.PROPOSED,
            visit_on=visit_on,
            visit_proposed_by=lead,
        )
        for plan in sorted(parts, key=lambda plan: plan.department != lead):
            _write_part(task, plan)
        Notice.objects.create(task=task)
        trail.record(
            actor,
            "task.propose",
            f"发起{task.get_origin_display()}",
            task,
            opinion=reason.strip(),
            after={
                "visit_on": visit_on,
                "departments": [one.name for one in departments],
                "over_cap_reason": over_cap_reason,
            },
        )
        if origin == JointTask.Origin.EMERGENCY and visit_on == clock.today():
            emergencies.begin(actor, task)
            return task
        resolved = time_limit(lead.region.code, APPROVAL_DUE)
        deadlines.start(
            actor,
            task,
            rule=resolved.key,
            title=resolved.title,
            source=resolved.source,
            limit=resolved.limit,
            department_id=lead.pk,
            region_code=lead.region.code,
        )
    return task


def approve(actor: Actor, task_id: int, opinion: str = "") -> JointTask:
    """Send a proposed visit out, by the head of the lead department; its own part is accepted
    with this. Raises ``Refused`` when the day is over, somebody may no longer go, or the yearly cap
    was reached meanwhile and no reason was given to go over it."""
    with JOINT_TASK_ACTS.take(actor, "approve", task_id, opinion=opinion) as task:
        if task.visit_on is None or task.visit_on < clock.today():
            raise Refused("检查日期已过，请不予批准，另行发起。")
        plans = [
            PartPlan(
                part.department,
                tuple(item.check_item for item in part.items.select_related("check_item")),
                tuple(part.officers.all()),
            )
            for part in task.parts.select_related("department")
        ]
        _check_parts(task.subject, task.lead, plans, task.visit_on)
        # Of two approvals for the same subject the second counts the first.
        subject = Subject.objects.select_for_update(of=("self",)).get(pk=task.subject_id)
        departments = [plan.department for plan in plans]
        over = over_cap(task.region.code, subject, departments, task.origin, task.visit_on)
        _check_cap(over, task.over_cap_reason, "请不予批准，写明超限理由后另行发起。")
        now = clock.now()
        task.parts.filter(department_id=task.lead_id).update(
            state=TaskPart.State.ACCEPTED, agreed_on=task.visit_on, accepted_at=now
        )
        task.dispatched_at = now
        alone = len(plans) == 1
        task.state = JointTask.State.SCHEDULED if alone else JointTask.State.DISPATCHED
        deadlines.meet(task, APPROVAL_DUE.key)
    return task


def decline(actor: Actor, task_id: int, opinion: str) -> JointTask:
    """The head of the lead department does not want the visit, with the reason."""
    with JOINT_TASK_ACTS.take(actor, "decline", task_id, opinion=opinion) as task:
        deadlines.meet(task, APPROVAL_DUE.key)
        visit_called_off.send(JointTask, task=task, actor=actor, reason=opinion)
    return task


def able_inspectors(
    subject: Subject, departments: Sequence[Department], day: dt.date
) -> QuerySet[Inspector]:
    """Who of the departments may check a subject on a day: licence in force, responsible for its
    area, no recusal. Least busy first: ``visits`` counts the visits ahead of each."""
    area = Q(townships=[])
    if subject.township is not None:
        area |= Q(townships__contains=[subject.township.code])
    ahead = Q(task_parts__task__visit_on__gte=day) & ~Q(
        task_parts__task__state__in=(*JointTask.UNSENT, JointTask.State.CANCELLED)
    )
    return (
        Inspector.objects.filter(area, department__in=departments)
        .licensed_on(day)
        .exclude(recusals__subject=subject)
        .annotate(visits=Count("task_parts", filter=ahead))
        .order_by("visits", "pk")
    )


def fitting_items(
    subject: Subject, departments: Sequence[Department]
) -> Mapping[int, list[CheckItem]]:
    """The check items of each department (by id) that fit a subject."""
    found: dict[int, list[CheckItem]] = {department.pk: [] for department in departments}
    for item in CheckItem.objects.filter(
        department__in=departments, is_active=True, categories__overlap=subject.categories
    ).order_by("pk"):
        found[item.department_id].append(item)
    return found


def _check_cap(over: str, reason: str, advice: str = "") -> None:
    if len(reason) > _LONGEST_CAP_REASON:
        raise Refused(
            f"超过次数上限的理由不能超过 {_LONGEST_CAP_REASON} 个字。", field="over_cap_reason"
        )
    if over and not reason:
        advice = advice or "确需检查的，请写明超过上限的理由，由牵头部门负责人批准。"
        raise Refused(f"{over}。{advice}", field="over_cap_reason", code="over_cap")


def _check_parts(
    subject: Subject, lead: Department, parts: Sequence[PartPlan], day: dt.date
) -> None:
    departments = [plan.department for plan in parts]
    if lead not in departments:
        raise Refused("牵头部门须参加检查。", field="departments")
    if len(set(departments)) < len(departments):
        raise Refused("同一部门只能参加一次。", field="departments")
    needed = resolve(lead.region.code, MIN_OFFICERS)
    fitting = fitting_items(subject, departments)
    able: dict[int, set[int]] = {department.pk: set() for department in departments}
    for inspector in able_inspectors(subject, departments, day):
        able[inspector.department_id].add(inspector.pk)
    for plan in parts:
        pk, name = plan.department.pk, plan.department.name
        if not plan.department.enforces:
            raise Refused(f"{name}不是执法部门，不能派执法人员检查。", field="departments")
        if not plan.check_items:
            raise Refused(f"请为{name}选择检查事项。", field=f"items_{pk}")
        if not set(plan.check_items) <= set(fitting[pk]):
            raise Refused(f"{name}有检查事项已停用或不适用于该对象。", field=f"items_{pk}")
        chosen = {officer.pk for officer in plan.officers}
        if not chosen <= able[pk]:
            raise Refused(
                f"{name}所选人员中有人当日无有效执法证、不负责该区域或须回避。",
                field=f"officers_{pk}",
            )
        if len(chosen) < needed.value:
            raise Refused(
                f"{name}到场不得少于 {needed.value} 名执法人员（{needed.source}）。",
                field=f"officers_{pk}",
            )


def _write_part(task: JointTask, plan: PartPlan) -> None:
    part = TaskPart.objects.create(task=task, department=plan.department)
    TaskOfficer.objects.bulk_create(TaskOfficer(part=part, inspector=o) for o in plan.officers)
    TaskItem.objects.bulk_create(
        TaskItem(part=part, check_item=item, title=item.title) for item in plan.check_items
    )
