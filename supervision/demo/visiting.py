"""Whom the demo bar offers for the visits that lie ahead: the inspectors whom the draw chose."""

from __future__ import annotations

from departments.models import User
from inspections.models import JointTask, TaskOfficer

MOST = 16
"""About two visits of four departments with two inspectors each."""


def visiting_inspectors() -> list[User]:
    """The accounts of the inspectors of the next visits, visit by visit."""
    rows = (
        TaskOfficer.objects.filter(
            part__task__state__in=(JointTask.State.NOTIFIED, JointTask.State.IN_PROGRESS),
            inspector__user__isnull=False,
        )
        .order_by("part__task__visit_on", "part__task_id", "part_id", "pk")
        .values_list("inspector__user_id", flat=True)
    )
    chosen = list(dict.fromkeys(rows[: MOST * 2]))[:MOST]
    users = User.objects.select_related("department", "township").in_bulk(chosen)
    return [users[pk] for pk in chosen]
