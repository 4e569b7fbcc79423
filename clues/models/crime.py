from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from clues.models.base import ConcealableQuerySet
from clues.models.procedure import Procedure
from credit.models import Subject
from departments.models import Department
from records.actor import Actor
from records.models import Toned


class CrimeHandoverQuerySet(ConcealableQuerySet):
    def _internal(self) -> Q:
        """Once its head has approved it, whoever oversees sees how long sending takes."""
        return Q(approved_at=None) & Q(sent_at=None)

    def _parties(self, actor: Actor) -> Q:
        """The side that hands over sees it from the start, the others once it is sent."""
        own = actor.department_id
        out = CrimeHandover.Direction.TO_POLICE
        begun = Q(direction=out, department_id=own) | Q(
            direction=CrimeHandover.Direction.TO_DEPARTMENT, police_id=own
        )
        concerned = Q(department_id=own) | Q(police_id=own) | Q(procuratorate_id=own)
        return begun | (concerned & Q(sent_at__isnull=False))


class CrimeHandover(Procedure, Toned):
    """A case between administrative and criminal justice (行刑衔接, L7).

    ``TO_POLICE``: a department hands a suspected crime over. ``TO_DEPARTMENT``: the police hand
    over what is no crime but may deserve an administrative penalty (第十三条).
    """

    class Direction(models.TextChoices):
        TO_POLICE = "to_police", "移送公安机关"
        TO_DEPARTMENT = "to_department", "移送行政处理"

    class State(models.TextChoices):
        INVESTIGATING = "investigating", "专案组核实中"
        ENDING = "ending", "待审批终止核实"
        ENDED = "ended", "已终止核实"
        REPORTED = "reported", "待负责人审批"
        REFUSED = "refused", "不批准移送"
        APPROVED = "approved", "已批准待移送"
        TRANSFERRED = "transferred", "待公安机关签收"
        FORWARDED = "forwarded", "已转送有管辖权机关"
        REVIEWING = "reviewing", "立案审查中"
        SUPPLEMENT = "supplement", "待补正材料"
        FILED = "filed", "已立案待移交物品"
        DELIVERED = "delivered", "待办结交接手续"
        ACCEPTED = "accepted", "已立案侦查"
        NOT_FILED = "not_filed", "不予立案"
        RECONSIDERING = "reconsidering", "复议中"
        UPHELD = "upheld", "复议维持不立案"
        OVERSIGHT = "oversight", "立案监督审查中"
        REASONS = "reasons", "待说明不立案理由"
        WEIGHING = "weighing", "审查不立案理由"
        ORDERED = "ordered", "已通知立案"
        BACK_DRAFT = "back_draft", "待签发移送行政处理"
        CANCELLED = "cancelled", "已撤销"
        BACK_SENT = "back_sent", "待行政机关签收"
        ADMINISTRATIVE = "administrative", "行政处理中"
        CONCLUDED = "concluded", "已行政处理"

    PREPARING = (
        State.INVESTIGATING,
        State.ENDING,
        State.REPORTED,
        State.APPROVED,
        State.BACK_DRAFT,
    )
    WITH_POLICE = (
        State.TRANSFERRED,
        State.REVIEWING,
        State.SUPPLEMENT,
        State.RECONSIDERING,
        State.REASONS,
        State.ORDERED,
    )
    FILED_STATES = (State.FILED, State.DELIVERED, State.ACCEPTED)
    OBJECTING = (State.NOT_FILED, State.UPHELD, State.OVERSIGHT, State.WEIGHING)
    RETURNED = (State.BACK_SENT, State.ADMINISTRATIVE, State.CONCLUDED)
    NOT_PURSUED = (State.ENDED, State.REFUSED, State.FORWARDED, State.CANCELLED)
    FINAL = (State.ACCEPTED, State.CONCLUDED, *NOT_PURSUED)
    REPEATABLE = (State.CONCLUDED, *NOT_PURSUED)
    """After these the same clue may be handed over again."""

    TONES: ClassVar[dict[str, str]] = {
        **dict.fromkeys(State.values, "warn"),
        State.INVESTIGATING: "info",
        State.REVIEWING: "info",
        State.ADMINISTRATIVE: "info",
        State.FILED: "info",
        State.NOT_FILED: "bad",
        State.UPHELD: "bad",
        State.ACCEPTED: "ok",
        State.CONCLUDED: "ok",
        State.ENDED: "neutral",
        State.REFUSED: "neutral",
        State.FORWARDED: "neutral",
        State.CANCELLED: "neutral",
    }

    direction = models.CharField(
        "方向", max_length=14, choices=Direction.choices, default=Direction.TO_POLICE
    )
    state = models.CharField(
        "状态", max_length=14, choices=State.choices, default=State.INVESTIGATING
    )
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="+", verbose_name="行政执法机关"
    )
    police = models.ForeignKey(
        Department, models.PROTECT, related_name="+", verbose_name="公安机关"
    )
    procuratorate = models.ForeignKey(
        Department, models.PROTECT, null=True, related_name="+", verbose_name="人民检察院"
    )
    suspect = models.CharField("当事人", max_length=120)
    subject = models.ForeignKey(
        Subject, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="监管对象"
    )
    offence = models.CharField("涉嫌罪名", max_length=100, blank=True)
    officers = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="+", verbose_name="专案组成员"
    )
    report = models.TextField("核实报告", max_length=10000, blank=True)
    penalties = models.TextField("已作出的行政处罚", max_length=5000, blank=True)
    decision = models.TextField("公安机关决定", max_length=10000, blank=True)
    result = models.TextField("行政处理结果", max_length=5000, blank=True)
    reported_at = models.DateTimeField("报告时间", null=True)
    approved_at = models.DateTimeField("审批时间", null=True)
    sent_at = models.DateTimeField("移送时间", null=True)
    received_at = models.DateTimeField("签收时间", null=True)
    decided_at = models.DateTimeField("公安机关决定时间", null=True)
    delivered_at = models.DateTimeField("物品移交时间", null=True)

    objects = CrimeHandoverQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "行刑衔接案件"
        ordering = ("-created_at", "-id")
        indexes = (
            models.Index(fields=("region_code", "state", "-id")),
            models.Index(fields=("department", "-id")),
            models.Index(fields=("police", "-id")),
            models.Index(fields=("procuratorate", "-id")),
            models.Index(fields=("clue", "-id")),
        )

    def get_absolute_url(self) -> str:
        return reverse("clues:crime", args=[self.pk])

    @property
    def goes_out(self) -> bool:
        """Whether the department hands over to the police."""
        return self.direction == self.Direction.TO_POLICE
