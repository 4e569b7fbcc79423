from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse

from credit.models.evaluation import Adjustment
from credit.models.events import CreditEvent
from credit.models.indicators import Indicator
from credit.models.sanction import Sanction
from credit.models.subject import Subject
from credit.models.whitelist import WhiteListEntry
from credit.rules.events import KIND_CHOICES
from departments.actors import is_staff_member
from departments.models import Department, Region
from departments.roles import STAFF, Function
from records.actor import Actor
from records.models import Toned


class PetitionQuerySet(models.QuerySet["Petition"]):
    def visible_to(self, actor: Actor) -> PetitionQuerySet:
        """The department it was handed to; once its head has taken it up or declined, the credit
        group of the region and the verifying department too. Nobody else: it names people."""
        if actor.is_system:
            return self
        if not is_staff_member(actor) or not actor.has_role(*STAFF):
            return self.none()
        found = Q(department_id=actor.department_id)
        found |= Q(verifier_id=actor.department_id, accepted_at__isnull=False)
        if actor.fills(Function.CREDIT):
            signed = Q(accepted_at__isnull=False) | Q(decided_at__isnull=False)
            found |= signed & Q(region__code__startswith=actor.region_code)
        return self.filter(found)

    def internal_to_others(self, actor: Actor) -> PetitionQuerySet:
        """What other departments have not signed (``records.concealment.INTERNAL``)."""
        unsigned = self.filter(accepted_at=None, decided_at=None)
        return unsigned.exclude(department_id=actor.department_id)

    def open(self) -> PetitionQuerySet:
        return self.filter(state__in=Petition.OPEN)


class Petition(Toned):
    """What a subject asks about its credit (S3): an objection (异议) to what is held against it,
    or the repair (信用修复) of what it has put right.

    ``department`` took it in, ``verifier`` is where what it names comes from, ``holder`` whose turn
    it is. Both kinds go the same way: taken up, verified, answered by the verifier's head, told.
    """

    class Kind(models.TextChoices):
        OBJECTION = "objection", "异议"
        REPAIR = "repair", "信用修复"

    class State(models.TextChoices):
        ENTERED = "entered", "待受理"
        VERIFYING = "verifying", "核查中"
        REVIEW = "review", "待负责人签发"
        DECIDED = "decided", "待告知"
        CLOSED = "closed", "已办结"
        WITHDRAWN = "withdrawn", "已撤回"
        REVOKED = "revoked", "修复已撤销"

    class Outcome(models.TextChoices):
        DECLINED = "declined", "不予受理"
        KEPT = "kept", "属实维持"
        CORRECTED = "corrected", "有误更正"
        LAPSED = "lapsed", "已失效"
        GRANTED = "granted", "准予修复"
        REFUSED = "refused", "不予修复"
        PARTLY = "partly", "部分成立"

    TONES: ClassVar[dict[str, str]] = {
        State.ENTERED: "warn",
        State.VERIFYING: "info",
        State.REVIEW: "warn",
        State.DECIDED: "warn",
        State.CLOSED: "ok",
        State.REVOKED: "bad",
    }

    OPEN = (State.ENTERED, State.VERIFYING, State.REVIEW)
    """Before the answer."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="区划")
    subject = models.ForeignKey(
        Subject, models.PROTECT, related_name="petitions", verbose_name="监管对象"
    )
    kind = models.CharField("种类", max_length=10, choices=Kind.choices)
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="+", verbose_name="受理部门"
    )
    verifier = models.ForeignKey(
        Department, models.PROTECT, related_name="+", verbose_name="核查部门"
    )
    holder = models.ForeignKey(
        Department, models.PROTECT, null=True, related_name="+", verbose_name="当前办理部门"
    )
    applicant = models.CharField("申请人", max_length=60)
    contact = models.CharField("联系方式", max_length=60)
    reason = models.CharField("申请事由", max_length=1000)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.ENTERED)
    outcome = models.CharField("结果", max_length=10, choices=Outcome.choices, blank=True)
    created_at = models.DateTimeField("登记时间")
    entered_by = models.CharField("登记人", max_length=60)
    accepted_at = models.DateTimeField("受理时间", null=True)
    finding = models.CharField("核查意见", max_length=1000, blank=True)
    decided_at = models.DateTimeField("决定时间", null=True)
    decided_by = models.CharField("签发人", max_length=60, blank=True)
    decision = models.TextField("不予受理或撤销的理由", blank=True)
    informed_at = models.DateTimeField("登记告知时间", null=True)
    informed_how = models.TextField("告知方式和日期", blank=True)
    revoked_at = models.DateTimeField("撤销时间", null=True)

    objects = PetitionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "异议与修复"
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("subject", "state"), name="petition_of_subject"),
            models.Index(
                fields=("holder", "state"),
                condition=Q(holder__isnull=False),
                name="petition_turn",
            ),
        )

    def __str__(self) -> str:
        """Nameless: it stands in trails, clocks and lists."""
        return f"{self.get_kind_display()}申请（{self.pk}）"

    def get_absolute_url(self) -> str:
        return reverse("credit:petition", args=[self.pk])

    @property
    def region_code(self) -> str:
        return self.region.code

    @property
    def is_repair(self) -> bool:
        return self.kind == self.Kind.REPAIR

    @property
    def grants(self) -> bool:
        """Whether it ended the effect of something as a repair."""
        return self.is_repair and self.outcome in (self.Outcome.GRANTED, self.Outcome.PARTLY)


class PetitionItem(models.Model):
    """One thing that a petition names, in words of its own since the thing may go.

    Of a credit event it keeps how the event said itself, so that told again by its source it is
    held to what was decided (``credit.services.petition_effects``). ``ends_on`` is the first day on
    which it no longer counts, by decision or while an objection suspends it; ``until_before`` what
    the event said before. ``outcome`` is a proposal until the petition is decided.
    """

    class About(models.TextChoices):
        EVENT = "event", "信用记录"
        LINE = "line", "评价扣分"
        ADJUSTMENT = "adjustment", "等级人工调整"
        SANCTION = "sanction", "失信惩戒"
        WHITE_LIST = "white_list", "未列入白名单"

    class Outcome(models.TextChoices):
        KEPT = "kept", "属实维持"
        CORRECTED = "corrected", "有误更正"
        LAPSED = "lapsed", "已失效"
        GRANTED = "granted", "准予修复"
        REFUSED = "refused", "不予修复"
        REVOKED = "revoked", "修复已撤销"

    ANSWERS: ClassVar[dict[str, tuple[str, ...]]] = {
        Petition.Kind.OBJECTION: (Outcome.KEPT, Outcome.CORRECTED, Outcome.LAPSED),
        Petition.Kind.REPAIR: (Outcome.GRANTED, Outcome.REFUSED),
    }
    """What may be answered to each kind of petition."""
    _REFERENCES: ClassVar[dict[str, str]] = {
        About.EVENT: "event_id",
        About.LINE: "indicator_id",
        About.ADJUSTMENT: "adjustment_id",
        About.SANCTION: "sanction_id",
        About.WHITE_LIST: "white_list_id",
    }

    petition = models.ForeignKey(Petition, models.CASCADE, related_name="items")
    about = models.CharField("种类", max_length=10, choices=About.choices)
    title = models.CharField("内容", max_length=300)
    event = models.ForeignKey(
        CreditEvent, models.SET_NULL, null=True, related_name="petition_items"
    )
    indicator = models.ForeignKey(Indicator, models.PROTECT, null=True, related_name="+")
    adjustment = models.ForeignKey(Adjustment, models.PROTECT, null=True, related_name="+")
    sanction = models.ForeignKey(Sanction, models.PROTECT, null=True, related_name="petition_items")
    white_list = models.ForeignKey(WhiteListEntry, models.PROTECT, null=True, related_name="+")
    source = models.CharField("来源", max_length=60, blank=True)
    source_key = models.CharField("来源编号", max_length=100, blank=True)
    kind = models.CharField("信用记录种类", max_length=20, choices=KIND_CHOICES, blank=True)
    happened_on = models.DateField("发生日期", null=True)
    amount = models.BigIntegerField("数值", null=True)
    outcome = models.CharField("核查结果", max_length=10, choices=Outcome.choices, blank=True)
    note = models.CharField("说明", max_length=300, blank=True)
    ends_on = models.DateField("效力止于", null=True)
    until_before = models.DateField("原效力止日", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "异议与修复的内容"
        ordering = ("petition_id", "id")
        indexes = (
            models.Index(
                fields=("source", "source_key"),
                condition=~Q(source=""),
                name="petition_item_of_fact",
            ),
        )

    def __str__(self) -> str:
        return "来源单位已撤回的信用记录" if self.is_gone else self.title

    @property
    def is_gone(self) -> bool:
        """Whether its source took the fact back by itself: then its words must not stay either, for
        what it comes from may have become confidential."""
        return (
            self.about == self.About.EVENT
            and self.event_id is None
            and self.outcome != self.Outcome.CORRECTED
        )

    @property
    def named(self) -> str:
        """What it names, as forms and the API say it: ``event:12``; a fact that its source took
        back has no id any more, and goes by that of the item."""
        reference = getattr(self, self._REFERENCES[self.about])
        return f"{self.about}:{reference or f'gone-{self.pk}'}"
