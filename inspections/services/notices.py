"""The 行政检查通知书: its number and its frozen content (I8; H on notices before a check)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Prefetch, QuerySet

from departments.models import Department, Region
from inspections.acts.tasks import JOINT_TASK_ACTS
from inspections.models import JointTask, Notice, TaskPart
from records import clock, trail
from records.actor import Actor
from records.errors import Refused

_BATCH = 500


def sign_notice(actor: Actor, task_id: int, opinion: str = "") -> Notice:
    """Approve and sign the notice of a scheduled visit, by the head of its lead department.

    Gives the number, freezes the content, and makes the task ``notified``. Raises ``Refused``
    when the agreed date is over by now.
    """
    with JOINT_TASK_ACTS.take(actor, "sign", task_id, opinion=opinion) as task:
        if date_is_over(task):
            raise Refused("约定的检查日期已过，请先由部门另提日期。")
        notice = sign_afterwards(actor, task)
    return notice


def sign_notices(actor: Actor, task_ids: Collection[int], opinion: str = "") -> list[Notice]:
    """Sign many notices at once; a fixed number of queries.

    The caller has locked the tasks and seen that the act is possible with each of them.
    """
    tasks = list(for_notices().filter(pk__in=task_ids).order_by("pk"))
    notices = _sign(actor, tasks)
    for task in tasks:
        task.state = JointTask.State.NOTIFIED
    JointTask.objects.bulk_update(tasks, ("state",), batch_size=_BATCH)
    trail.record_each(
        actor,
        "task.sign",
        JOINT_TASK_ACTS["sign"].label,
        tasks,
        opinion=opinion.strip(),
        before={"state": JointTask.State.SCHEDULED},
        after={"state": JointTask.State.NOTIFIED},
    )
    return notices


def sign_afterwards(actor: Actor, task: JointTask) -> Notice:
    """Sign the notice of a visit that began before it was approved; the caller holds the task."""
    (notice,) = _sign(actor, for_notices().filter(pk=task.pk))
    return notice


def date_is_over(task: JointTask) -> bool:
    """Whether the agreed day has passed, so that no notice can announce it any more."""
    return task.visit_on is None or task.visit_on < clock.today()


def for_notices() -> QuerySet[JointTask]:
    """Tasks with all that their notices say."""
    parts = (
        TaskPart.objects.select_related("department")
        .prefetch_related("officers", "items__check_item")
        .order_by("pk")
    )
    return JointTask.objects.select_related(
        "item__matter_version", "matter_version", "subject", "lead", "region", "notice"
    ).prefetch_related(Prefetch("parts", parts))


def notice_content(task: JointTask) -> dict[str, Any]:
    """What the notice of a task from ``for_notices`` says now; plain values, ready for JSON."""
    version = task.matter
    legal_bases = version.legal_bases if version else ""
    return {
        "subject": {
            "name": task.subject.name,
            "identifier": task.subject.identifier,
            "address": task.subject.address,
        },
        "task": task.code,
        "plan": task.item.title if task.item else "",
        "matter": version.name if version else "",
        "legal_bases": [citation(line) for line in legal_bases.splitlines() if line.strip()],
        "lead": full_name(task.lead, task.region),
        "visit_on": task.visit_on.isoformat() if task.visit_on else "",
        "departments": [
            {
                "name": part.department.name,
                "officers": [
                    {"name": officer.name, "licence": officer.licence}
                    for officer in part.officers.all()
                ],
                "items": [
                    {"title": item.title, "legal_basis": item.check_item.legal_basis}
                    for item in part.items.all()
                ],
            }
            for part in task.parts.all()
        ],
    }


def citation(line: str) -> str:
    """A legal basis as papers cite it: 《养老机构管理办法》第三十二条."""
    law, _, article = line.strip().partition(" ")
    return line.strip() if law.startswith("《") else f"《{law}》{article.strip()}"


def full_name(department: Department, region: Region) -> str:
    """The name a department signs with: 周口市淮阳区民政局 for 区民政局."""
    place, name = region.full_name, department.name
    return place + name[1:] if place and name.startswith(place[-1]) else name


def short_region_name(region: Region) -> str:
    """The name without its kind, as it stands in document numbers: 淮阳 for 淮阳区."""
    name = region.name
    return name[:-1] if len(name) > 2 and name[-1] in "省市县区" else name


def _sign(actor: Actor, tasks: Iterable[JointTask]) -> list[Notice]:
    now = clock.now()
    notices = []
    by_region: dict[Region, list[JointTask]] = defaultdict(list)
    for task in tasks:
        by_region[task.region].append(task)
    for region, found in by_region.items():
        for task, number in zip(found, _next_numbers(region, len(found)), strict=True):
            notice = task.notice
            notice.number = number
            notice.content = notice_content(task)
            notice.state = Notice.State.SIGNED
            notice.signed_by_id = actor.user_id
            notice.signed_at = now
            notices.append(notice)
    Notice.objects.bulk_update(
        notices, ("number", "content", "state", "signed_by", "signed_at"), batch_size=_BATCH
    )
    return notices


def _next_numbers(region: Region, count: int) -> list[str]:
    """The next numbers of the year without gaps; the region's row is the queue."""
    Region.objects.select_for_update(no_key=True).get(pk=region.pk)
    prefix = f"{short_region_name(region)}联检通〔{clock.today().year}〕"
    used = Notice.objects.filter(task__region=region, number__startswith=prefix).count()
    return [f"{prefix}{used + index}号" for index in range(1, count + 1)]
