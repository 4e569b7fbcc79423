from __future__ import annotations

from typing import Self, TypeVar

from django.db import models
from django.db.models import Q

from departments.actors import is_staff_member
from departments.models import Department
from departments.roles import Function
from departments.versions import IN_FORCE, RETIRED, Version, VersionQuerySet
from records.actor import Actor

V = TypeVar("V", bound="DrawnUp")


class DrawnUpQuerySet(VersionQuerySet[V]):
    def visible_to(self, actor: Actor) -> Self:
        """Every department of the region reads what holds and held; what is being prepared only
        its department and the credit group."""
        if actor.is_system:
            return self
        if not is_staff_member(actor):
            return self.none()
        own = self.filter(region__code__startswith=actor.region_code)
        if actor.fills(Function.CREDIT):
            return own
        shown = Q(state__in=(IN_FORCE, RETIRED))
        return own.filter(shown | Q(department_id=actor.department_id))


class DrawnUp(Version):
    """A version that a department has drawn up."""

    department = models.ForeignKey(
        Department, models.PROTECT, related_name="+", verbose_name="编制部门"
    )

    class Meta:
        abstract = True
