from __future__ import annotations

from django.db import models
from django.db.models import F, Func, Q, Value

from credit.models.subject import Subject
from credit.rules.events import EVENT_KINDS, KIND_CHOICES, LISTED, MAX_AMOUNT, EventKind
from matters.models import Matter
from records.actor import Actor


class KindHash(Func):
    """A number of four bytes for the code of a kind. An evaluation asks each fact thirty times of
    which kind it is, and words cost three times as much to compare."""

    function = "hashtext"
    output_field = models.IntegerField()


class CreditEventQuerySet(models.QuerySet["CreditEvent"]):
    def visible_to(self, actor: Actor) -> CreditEventQuerySet:
        """Who sees the subject sees what is known of it."""
        if actor.is_system:
            return self
        return self.filter(subject__in=Subject.objects.visible_to(actor))

    def of_kind(self, code: str) -> CreditEventQuerySet:
        """Those of one kind, by the index that evaluations read."""
        return self.filter(kind_hash=KindHash(Value(code)))


class CreditEvent(models.Model):
    """One thing known of a subject that may count for or against it (S4).

    ``source`` with ``source_key`` names it where it comes from: told twice it stands once.
    ``until`` ends its effect: removal from a list, or credit repair. A fact that turned out to be
    wrong is deleted by the service that wrote it, with a trail entry: it never was.
    """

    subject = models.ForeignKey(
        Subject, models.CASCADE, related_name="credit_events", db_index=False
    )
    kind = models.CharField("种类", max_length=20, choices=KIND_CHOICES)
    kind_hash = models.GeneratedField(
        expression=KindHash(F("kind")), output_field=models.IntegerField(), db_persist=True
    )
    happened_on = models.DateField("发生日期")
    amount = models.BigIntegerField("数值", default=1)
    until = models.DateField("效力止于", null=True, blank=True)
    matter = models.ForeignKey(
        Matter, models.PROTECT, null=True, blank=True, db_index=False, verbose_name="监管事项"
    )
    title = models.CharField("内容", max_length=200)
    basis = models.CharField("文号", max_length=100, blank=True)
    source = models.CharField("来源", max_length=60)
    source_key = models.CharField("来源编号", max_length=100)
    recorded_at = models.DateTimeField("记录时间")

    objects = CreditEventQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "信用记录"
        ordering = ("-happened_on", "-id")
        constraints = (
            models.UniqueConstraint(fields=("source", "source_key"), name="credit_event_once"),
            models.CheckConstraint(
                condition=Q(amount__gte=0, amount__lte=MAX_AMOUNT),
                name="credit_event_amount_in_range",
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("happened_on")),
                name="credit_event_ends_after_it_begins",
            ),
        )
        indexes = (
            # Holds all that an evaluation reads: it never visits the table.
            models.Index(
                fields=("subject", "kind_hash", "happened_on"),
                include=("amount", "until", "matter", "id"),
                name="credit_event_evaluation",
            ),
            models.Index(
                fields=("subject",), condition=Q(kind__in=LISTED), name="credit_event_listed"
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def shown_title(self) -> str:
        """The title for whoever need not know a natural person in full: others wrote it."""
        return self.subject.masked(self.title)

    @property
    def told(self) -> EventKind:
        return EVENT_KINDS[self.kind]

    @property
    def amount_words(self) -> str:
        """The amount as people read it: the word of a rating, or number and unit."""
        if self.told.scale:
            return self.told.scale[min(self.amount, len(self.told.scale) - 1)]
        return f"{self.amount} {self.told.unit}"
