"""Administrative compulsory measures (行政强制措施), from the application to the end."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse

from clues.models.base import DecisionQuerySet
from clues.models.procedure import Procedure
from clues.rules import measures as rules
from credit.models import Subject
from departments.models import Department
from inspections.models import Inspector
from records.masking import masked_identifier
from records.models import Toned


class CompulsoryMeasureQuerySet(DecisionQuerySet):
    def _internal(self) -> Q:
        return Q(state__in=CompulsoryMeasure.INTERNAL)


class CompulsoryMeasure(Procedure, Toned):
    """Sealing, seizing, freezing or another measure of one department against one subject (I13).

    ``facts`` are the reasons. ``term_days`` is the term that the decision states, counted from the
    day after ``carried_out_at``; ``extended_days`` what the head added. ``urgent`` is one that was
    carried out first and put before the head afterwards. What was proposed as its end is told to
    others once ``decided_at`` is set.
    """

    class Kind(models.TextChoices):
        SEAL = rules.SEAL, rules.KINDS[rules.SEAL]
        SEIZE = rules.SEIZE, rules.KINDS[rules.SEIZE]
        FREEZE = rules.FREEZE, rules.KINDS[rules.FREEZE]
        OTHER = rules.OTHER, rules.KINDS[rules.OTHER]

    class State(models.TextChoices):
        DRAFT = "draft", "退回修改"
        REVIEW = "review", "待批准"
        APPROVED = "approved", "已批准待实施"
        URGENT = "urgent", "已先行实施待补批"
        IN_FORCE = "in_force", "实施中"
        EXTENDING = "extending", "待批准延长"
        DISPOSING = "disposing", "待签发处理决定"
        DECIDED = "decided", "待执行处理决定"
        CLOSED = "closed", "已办结"
        WITHDRAWN = "withdrawn", "已撤销"
        REFUSED = "refused", "不予批准"
        DROPPED = "dropped", "不再实施"

    class Presence(models.TextChoices):
        PARTY = "party", "当事人到场"
        WITNESS = "witness", "当事人不到场，见证人到场"

    class Signature(models.TextChoices):
        SIGNED = "signed", "已签名或者盖章"
        REFUSED = "refused", "当事人拒绝签名，已在笔录中注明"

    OUTCOMES = tuple(rules.OUTCOMES.items())
    GROUNDS = tuple(rules.GROUNDS.items())
    RUNNING = (State.IN_FORCE, State.EXTENDING, State.DISPOSING)
    """Its term runs."""
    INTERNAL = (
        State.DRAFT,
        State.REVIEW,
        State.APPROVED,
        State.URGENT,
        State.REFUSED,
        State.DROPPED,
    )
    OPEN_STATES = (
        *(State.DRAFT, State.REVIEW, State.APPROVED, State.URGENT),
        *(*RUNNING, State.DECIDED),
    )
    STANDING = (*RUNNING, State.DECIDED, State.CLOSED)
    """Taken with the head's approval, or lifted: what others are told of."""
    FINAL = (State.CLOSED, State.WITHDRAWN, State.REFUSED, State.DROPPED)

    TONES: ClassVar[dict[str, str]] = {
        **dict.fromkeys(State.values, "neutral"),
        **dict.fromkeys((State.REVIEW, State.EXTENDING, State.DISPOSING, State.DECIDED), "warn"),
        State.URGENT: "bad",
        State.APPROVED: "info",
        State.IN_FORCE: "info",
        State.CLOSED: "ok",
    }

    subject = models.ForeignKey(
        Subject, models.PROTECT, related_name="measures", verbose_name="当事人"
    )
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="+", verbose_name="实施机关"
    )
    kind = models.CharField("措施种类", max_length=8, choices=Kind.choices)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.REVIEW)
    basis = models.CharField("法律、法规依据", max_length=300)
    term_days = models.PositiveSmallIntegerField("期限（天）")
    urgent = models.BooleanField("情况紧急，先行实施", default=False)
    approved_at = models.DateTimeField("批准时间", null=True)
    approved_by = models.CharField("批准人", max_length=60, blank=True)

    document = models.CharField("决定书文号", max_length=60, blank=True)
    carried_out_at = models.DateTimeField("实施时间", null=True)
    place = models.CharField("实施地点", max_length=200, blank=True)
    officers = models.ManyToManyField(Inspector, related_name="+", verbose_name="执法人员")
    presence = models.CharField("到场情况", max_length=8, choices=Presence.choices, blank=True)
    signature = models.CharField("笔录签名", max_length=8, choices=Signature.choices, blank=True)
    statement = models.CharField("陈述和申辩", max_length=1000, blank=True)
    steps = ArrayField(
        models.CharField(max_length=10), default=list, blank=True, verbose_name="现场程序"
    )
    delivered_on = models.DateField("冻结决定书交付日期", null=True)

    asked_days = models.PositiveSmallIntegerField("申请延长（天）", null=True)
    asked_reason = models.CharField("延长理由", max_length=500, blank=True)
    extended_days = models.PositiveSmallIntegerField("已延长（天）", default=0)
    extension_told_on = models.DateField("延长决定告知日期", null=True)

    outcome = models.CharField("处理结果", max_length=10, choices=OUTCOMES, blank=True)
    ground = models.CharField("解除情形", max_length=12, choices=GROUNDS, blank=True)
    outcome_reason = models.TextField("处理理由和依据", blank=True)
    outcome_document = models.CharField("处理决定文号", max_length=60, blank=True)
    decided_at = models.DateTimeField("处理决定时间", null=True)
    decided_by = models.CharField("处理决定签发人", max_length=60, blank=True)
    fulfilled_on = models.DateField("执行日期", null=True)
    fulfilment = models.CharField("执行情况", max_length=500, blank=True)
    withdrawn_reason = models.TextField("撤销理由", blank=True)

    objects = CompulsoryMeasureQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "行政强制措施"
        ordering = ("-created_at", "-id")
        constraints = (
            models.CheckConstraint(condition=Q(term_days__gte=1), name="measure_has_term"),
            models.CheckConstraint(
                condition=Q(carried_out_at=None)
                | (~Q(document="") & ~Q(place="") & ~Q(presence="") & ~Q(signature="")),
                name="measure_carried_out_with_papers",
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None) | ~Q(outcome=""), name="measure_decided_somehow"
            ),
            models.UniqueConstraint(
                fields=("department", "document"),
                condition=~Q(document="") & ~Q(state="withdrawn"),
                name="measure_document_once",
            ),
        )
        indexes = (
            models.Index(fields=("subject", "-created_at", "-id")),
            models.Index(fields=("department", "-created_at", "-id")),
            models.Index(fields=("region_code", "-created_at", "-id")),
            models.Index(fields=("clue", "-id")),
        )

    def get_absolute_url(self) -> str:
        return reverse("clues:measure", args=[self.pk])

    @property
    def steps_done(self) -> list[str]:
        """The steps on the spot in words, in the order of the law."""
        return [step.label for code, step in rules.STEPS.items() if code in self.steps]

    @property
    def open_test(self) -> MeasureTest | None:
        """The test whose result is not there yet; the term stands still to its last day at most."""
        return self.tests.filter(ended_on=None).first()


class MeasureItem(models.Model):
    """A line of the list (清单): what was sealed, seized or frozen. Of frozen money ``name`` is the
    account, ``quantity`` the amount in ``unit`` and ``place`` the financial institution."""

    measure = models.ForeignKey(
        CompulsoryMeasure, models.CASCADE, related_name="items", verbose_name="强制措施"
    )
    name = models.CharField("名称或账号", max_length=120)
    quantity = models.DecimalField("数量", max_digits=15, decimal_places=3)
    unit = models.CharField("单位", max_length=20)
    place = models.CharField("存放地点或金融机构", max_length=120)
    note = models.CharField("规格、特征、状况", max_length=200, blank=True)
    outcome = models.CharField(
        "处理结果", max_length=10, choices=CompulsoryMeasure.OUTCOMES, blank=True
    )

    class Meta:
        verbose_name = verbose_name_plural = "强制措施清单"
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(condition=Q(quantity__gt=0), name="measure_item_is_something"),
        )

    def __str__(self) -> str:
        return f"{self.shown_name} {self.quantity_text}"

    @property
    def shown_name(self) -> str:
        """Its name; of an account the last digits only, and nobody's name in full."""
        if self.measure.kind == CompulsoryMeasure.Kind.FREEZE:
            return masked_identifier(self.name)
        return self.measure.subject.masked(self.name)

    @property
    def shown_place(self) -> str:
        return self.measure.subject.masked(self.place)

    @property
    def shown_note(self) -> str:
        return self.measure.subject.masked(self.note)

    @property
    def quantity_text(self) -> str:
        """3 箱; 1,200.50 元."""
        number = f"{self.quantity:,.3f}".rstrip("0").rstrip(".")
        return f"{number} {self.unit}"


class MeasureTest(models.Model):
    """A test of what was sealed or seized (检测、检验、检疫、技术鉴定). The term stands still from
    ``since`` to ``until``, or to ``ended_on`` if that is earlier; the party is told of it."""

    measure = models.ForeignKey(
        CompulsoryMeasure, models.CASCADE, related_name="tests", verbose_name="强制措施"
    )
    what = models.CharField("检测事项", max_length=200)
    institution = models.CharField("检测机构", max_length=100)
    since = models.DateField("开始日期")
    until = models.DateField("截止日期")
    told_on = models.DateField("书面告知当事人日期")
    ended_on = models.DateField("实际结束日期", null=True)
    result = models.TextField("检测结果", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "强制措施检测"
        ordering = ("since", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(until__gte=models.F("since")), name="measure_test_dates_in_order"
            ),
            models.UniqueConstraint(
                fields=("measure",),
                condition=Q(ended_on=None),
                name="measure_tested_once_at_a_time",
            ),
        )

    def __str__(self) -> str:
        return f"{self.what}（{self.since} 至 {self.ended_on or self.until}）"
