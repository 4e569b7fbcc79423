"""What departments are told of something and acknowledge, once each."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import models, transaction
from django.db.models import QuerySet

from departments.actors import is_clerk_of
from departments.models import Department
from records import clock, trail
from records.actor import Actor
from records.errors import NotAllowed, Refused

N = TypeVar("N", bound="Notice")


class Notice(models.Model):
    """What one department is told, and who has acknowledged it when."""

    department = models.ForeignKey(
        Department, models.PROTECT, related_name="+", verbose_name="部门"
    )
    told_at = models.DateTimeField("送达时间")
    read_at = models.DateTimeField("签收时间", null=True)
    read_by = models.CharField("签收人", max_length=60, blank=True)

    class Meta:
        abstract = True

    @property
    def thing(self) -> Any:
        """What it tells of; its trail shows who has acknowledged."""
        raise NotImplementedError

    @property
    def act_label(self) -> str:
        """Acknowledging it, in words."""
        raise NotImplementedError


def may_acknowledge(actor: Actor) -> bool:
    """Who acknowledges for a department: its clerk or head."""
    return is_clerk_of(actor, actor.department_id)


def acknowledge(actor: Actor, told: QuerySet[N], what: str, verb: str) -> N:
    """Note that the actor's department has read what ``told``, the notices of one thing, says to
    it; told twice it stays as it was. ``what`` is told, in words.

    Raises ``NotAllowed``; ``Refused`` when the department was not told.
    """
    if not may_acknowledge(actor):
        raise NotAllowed(f"您没有签收{what}的权限。", verb=verb)
    with transaction.atomic():
        own = told.filter(department=actor.department_id)
        notice = own.select_for_update(of=("self",)).first()
        if notice is None:
            raise Refused(f"{what}没有送达贵部门。", code="not_found")
        if notice.read_at is None:
            notice.read_at, notice.read_by = clock.now(), actor.name
            notice.save(update_fields=("read_at", "read_by"))
            trail.record(actor, verb, notice.act_label, notice.thing)
    return notice
