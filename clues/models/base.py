"""What clues, letters and procedures have in common: numbers, concealment, and stops."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from guardian.models import UserObjectPermissionBase

from departments.actors import is_staff_member, oversees
from departments.models import Department
from departments.roles import STAFF
from records import clock
from records.actor import Actor
from records.concealment import hidden_id
from records.models import Deadline


class Counter(models.Model):
    """The last number issued in a series; one row is locked while a number is issued."""

    series = models.CharField("序列", max_length=80, unique=True)
    value = models.PositiveIntegerField("末号", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "编号序列"

    def __str__(self) -> str:
        return f"{self.series}：{self.value}"


class ConcealableQuerySet(models.QuerySet[Any]):
    """The one visibility rule of this floor. A subclass says in ``_parties`` which departments
    are concerned; who is told of a confidential one is named person by person."""

    def visible_to(self, actor: Actor) -> Self:
        """Departments concerned, and the overseers of the region once it has left its department;
        a confidential one only to the people named for its clue, whatever their department or
        function."""
        if actor.is_system:
            return self
        if not is_staff_member(actor) or not self._works_here(actor):
            return self.none()
        named = self._of_clues(
            ClueUserPermission.objects.filter(user_id=actor.user_id).values("content_object_id")
        )
        if oversees(actor, actor.region_code):
            overseen = Q(region_code__startswith=actor.region_code) & ~self._internal()
            open_to = overseen | self._parties(actor)
        else:
            open_to = self._parties(actor)
        return self.filter((Q(confidential=False) & open_to) | (Q(confidential=True) & named))

    def _works_here(self, actor: Actor) -> bool:
        return actor.has_role(*STAFF)

    def _parties(self, actor: Actor) -> Q:
        """Which rows concern the actor's department."""
        raise NotImplementedError

    def _internal(self) -> Q:
        """Which rows are still a department's own affair: drafts, what waits for its head's
        signature, and what was given up before it was signed."""
        return Q(pk__in=())

    def _of_clues(self, clue_ids: Any) -> Q:
        return Q(clue_id__in=clue_ids)

    def internal_to_others(self, actor: Actor) -> Self:
        """The rows that have not left their department, which is not the actor's."""
        found = self.filter(self._internal())
        return found.none() if actor.is_system else found.exclude(self._parties(actor))


class DecisionQuerySet(ConcealableQuerySet):
    """Decisions of a department about a subject. Those of ``_internal`` stay at home; what has
    become effective is known to every department of the region."""

    def _parties(self, actor: Actor) -> Q:
        return Q(department_id=actor.department_id) | (
            Q(region_code__startswith=actor.region_code) & ~self._internal()
        )


class Concealable(models.Model):
    """Something that may be confidential with the clue it belongs to.

    Ids, numbers and names of confidential rows tell nothing of them to those not named. A table
    has triggers that enter its confidential rows in ``ConcealedObject``.
    """

    region_code = models.CharField("行政区划", max_length=12)
    confidential = models.BooleanField("保密", default=False)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self._state.adding and self.pk is None and self.confidential:
            self.pk = hidden_id()
        super().save(*args, **kwargs)


class ClueUserPermission(UserObjectPermissionBase):
    """A person named to know a confidential clue and all that belongs to it."""

    content_object = models.ForeignKey("clues.Clue", models.CASCADE, verbose_name="线索")

    class Meta(UserObjectPermissionBase.Meta):
        verbose_name = verbose_name_plural = "保密线索知悉人"


class StopQuerySet(ConcealableQuerySet):
    def _parties(self, actor: Actor) -> Q:
        waited_for = Q(sender_id=actor.department_id)
        if oversees(actor, actor.region_code):
            # What the region sent lies in another one, and is still waited for here.
            own = Department.objects.filter(region__code__startswith=actor.region_code)
            waited_for |= Q(sender_id__in=own.values("pk"))
        return Q(department_id=actor.department_id) | waited_for

    def _internal(self) -> Q:
        return Q(internal=True)

    def open(self) -> Self:
        return self.filter(left_at=None)

    def of(self, *targets: models.Model) -> Self:
        """The stops of some objects of this floor."""
        found = Q(pk__in=())
        for target in targets:
            found |= Q(target_type=ContentType.objects.get_for_model(target), target_id=target.pk)
        return self.filter(found)

    def waiting_at(self, department_ids: Iterable[int]) -> Self:
        return self.open().filter(department_id__in=department_ids)


class Stop(Concealable):
    """Where something lies or lay: whose turn it is, what is waited for, since when, until when.

    Written by ``clues.stages`` only. The open ones are the inboxes, the outboxes and the board;
    all of one object are its lanes and the time spent at each stop (L3, L5).
    """

    MAIN = "main"

    target_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+")
    target_id = models.BigIntegerField("对象编号")
    target = GenericForeignKey("target_type", "target_id")
    clue = models.ForeignKey(
        "clues.Clue", models.CASCADE, null=True, related_name="stops", verbose_name="线索"
    )
    kind = models.CharField("类别", max_length=30)
    code = models.CharField("环节代码", max_length=30, default=MAIN)
    waits = models.CharField("等待事项", max_length=60)
    about = models.CharField("事由", max_length=200)
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="stops", verbose_name="责任部门"
    )
    sender = models.ForeignKey(
        Department, models.PROTECT, null=True, related_name="sent_stops", verbose_name="来自部门"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="责任人"
    )
    for_head = models.BooleanField("须由负责人办理", default=False)
    internal = models.BooleanField("部门内部环节", default=False)
    deadline = models.ForeignKey(
        Deadline, models.PROTECT, null=True, related_name="+", verbose_name="期限"
    )
    entered_at = models.DateTimeField("到达时间", default=clock.now)
    left_at = models.DateTimeField("离开时间", null=True)
    left_late = models.BooleanField("逾期离开", default=False)

    objects = StopQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "流转环节"
        ordering = ("entered_at", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("target_type", "target_id", "code"),
                condition=Q(left_at=None),
                name="stop_open_once",
            ),
        )
        indexes = (
            models.Index(fields=("target_type", "target_id", "entered_at")),
            models.Index(fields=("clue", "entered_at")),
            models.Index(
                fields=("department", "entered_at"),
                condition=Q(left_at=None),
                name="stop_open_by_department",
            ),
            models.Index(
                fields=("sender", "entered_at"),
                condition=Q(left_at=None),
                name="stop_open_by_sender",
            ),
            # Holds all that the board counts, so that it reads no open stop itself.
            models.Index(
                fields=("region_code", "department"),
                include=(
                    *("kind", "deadline", "entered_at", "clue"),
                    *("sender", "confidential", "internal"),
                ),
                condition=Q(left_at=None),
                name="stop_open_by_region",
            ),
            models.Index(fields=("left_at",), condition=Q(left_at__isnull=False), name="stop_left"),
        )

    def __str__(self) -> str:
        return f"{self.waits}：{self.about}"

    KINDS: ClassVar[dict[str, str]] = {
        "clue": "线索",
        "letter": "函件",
        "joint": "联合核查",
        "part": "核查分工",
        "crime": "行刑衔接",
        "dispute": "职责争议",
        "refusal": "履职推诿",
        "share": "信息共享",
        "warning": "预警",
        "campaign": "专项建议",
        "visit": "并入检查",
        "penalty": "处罚记录",
        "measure": "强制措施",
    }

    @property
    def kind_label(self) -> str:
        return self.KINDS[self.kind]
