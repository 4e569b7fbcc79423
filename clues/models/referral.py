from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import ExpressionWrapper, F, Q
from django.urls import reverse

from clues.models.base import Concealable
from clues.models.clue import Clue
from clues.models.parties import (
    ListedQuerySet,
    is_named,
    repeated_flag,
    repeated_key,
    repeated_text,
)
from clues.rules.kinds import KIND_CHOICES, KINDS, Kind
from credit.models import Subject
from departments.models import Department
from records import clock
from records.actor import Actor
from records.search import gram_index


class ReferralQuerySet(ListedQuerySet):
    MOMENT = "created_at"
    REPEATED = ("confidential", "state", "kind", "sender_id", "to_id")

    def _lists_by_party(self, actor: Actor) -> bool:
        return super()._lists_by_party(actor) and not is_named(actor)

    def _repeated(self, actor: Actor, prefix: str) -> dict[str, Any]:
        copied = ExpressionWrapper(
            Q(copied_to__contains=[actor.department_id]), output_field=models.BooleanField()
        )
        own = F("own__copied") if prefix else copied
        return super()._repeated(actor, prefix) | {"listed_copied": own}

    def _internal(self) -> Q:
        return Q(sent_at=None) | Q(state__in=Referral.UNSENT)

    def _parties(self, actor: Actor) -> Q:
        received = Q(to_id=actor.department_id) | Q(copied_to__contains=[actor.department_id])
        return Q(sender_id=actor.department_id) | (received & ~self._internal())

    def open(self) -> ReferralQuerySet:
        """The letters that still wait for somebody."""
        return self.filter(is_open())


def is_open(prefix: str = "") -> Q:
    """That a letter waits for somebody. One of a procedure has ended when it is returned, or sent
    where no answer is asked for. ``prefix`` as in ``listed_for``."""
    led = [kind for kind in KINDS.values() if kind.led_by]
    told = [kind.code for kind in led if not kind.answers]
    state, kinds = f"{prefix}state", f"{prefix}kind__in"
    going = [each for each in Referral.State if each not in Referral.ENDED]
    ended = Q(**{state: Referral.State.RETURNED, kinds: [kind.code for kind in led]})
    ended |= Q(**{state: Referral.State.SENT, kinds: told})
    return Q(**{f"{state}__in": going}) & ~ended


class Referral(Concealable):
    """A formal letter from one department to another (函、移送书 …); ``clues.rules.kinds`` says
    of each kind who sends it, what it carries, which answers it allows and its clocks."""

    class State(models.TextChoices):
        DRAFT = "draft", "拟稿"
        REVIEW = "review", "待签发"
        SENT = "sent", "已发出待签收"
        RECEIVED = "received", "办理中"
        SUPPLEMENT = "supplement", "待补充材料"
        ANSWERED = "answered", "已答复"
        NOTED = "noted", "已签收"
        RETURNED = "returned", "已退回"
        WITHDRAWN = "withdrawn", "已撤回"

    UNSENT = (State.DRAFT, State.REVIEW)
    ENDED = (State.ANSWERED, State.NOTED, State.WITHDRAWN)
    TONES: ClassVar[dict[str, str]] = {
        State.DRAFT: "neutral",
        State.REVIEW: "warn",
        State.SENT: "warn",
        State.RECEIVED: "info",
        State.SUPPLEMENT: "warn",
        State.ANSWERED: "ok",
        State.NOTED: "ok",
        State.RETURNED: "bad",
        State.WITHDRAWN: "neutral",
    }

    kind = models.CharField("类别", max_length=30, choices=KIND_CHOICES)
    number = models.CharField("文号", max_length=60, blank=True)
    state = models.CharField("状态", max_length=12, choices=State.choices, default=State.DRAFT)
    title = models.CharField("标题", max_length=100)
    body = models.TextField("正文", max_length=10000)
    clue = models.ForeignKey(
        Clue, models.PROTECT, null=True, blank=True, related_name="letters", verbose_name="线索"
    )
    subject = models.ForeignKey(
        Subject, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="监管对象"
    )
    cause_type = models.ForeignKey(ContentType, models.PROTECT, null=True, related_name="+")
    cause_id = models.BigIntegerField("所属程序", null=True)
    cause = GenericForeignKey("cause_type", "cause_id")
    sender = models.ForeignKey(
        Department, models.PROTECT, related_name="letters_out", verbose_name="发函部门"
    )
    to = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="letters_in",
        verbose_name="收函部门",
    )
    outside = models.CharField("平台外收函单位", max_length=100, blank=True)
    answers_to = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="follow_ups", verbose_name="前函"
    )
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="拟稿人"
    )
    signed_by = models.CharField("签发人", max_length=60, blank=True)
    created_at = models.DateTimeField("拟稿时间", default=clock.now)
    sent_at = models.DateTimeField("发出时间", null=True)
    received_at = models.DateTimeField("签收时间", null=True)
    received_by = models.CharField("签收人", max_length=60, blank=True)
    answer = models.CharField("答复", max_length=30, blank=True)
    answer_text = models.TextField("答复内容", max_length=10000, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True)
    answered_by = models.CharField("答复签发人", max_length=60, blank=True)
    answer_proposed = models.BooleanField("答复待签发", default=False)
    is_return_spent = models.BooleanField("已退回过一次", default=False)
    # Repeats the copies, so that a department's letters are found by indexes of this table.
    copied_to = ArrayField(models.BigIntegerField(), default=list, verbose_name="抄送部门")

    objects = ReferralQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "函件"
        ordering = ("-created_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("sender", "number"), condition=~Q(number=""), name="letter_number_once"
            ),
            models.CheckConstraint(
                condition=Q(to__isnull=False) | ~Q(outside=""), name="letter_has_addressee"
            ),
            models.CheckConstraint(
                condition=Q(state__in=("draft", "review", "withdrawn")) | ~Q(number=""),
                name="sent_letter_has_number",
            ),
        )
        indexes = (
            models.Index(fields=("-created_at", "-id")),
            models.Index(fields=("sender", "-created_at", "-id")),
            models.Index(fields=("to", "-created_at", "-id")),
            models.Index(fields=("region_code", "-created_at", "-id")),
            models.Index(
                fields=("region_code", "state", "-created_at", "-id"), name="letter_region_state"
            ),
            models.Index(
                fields=("region_code", "kind", "-created_at", "-id"), name="letter_region_kind"
            ),
            models.Index(fields=("clue", "id")),
            models.Index(fields=("cause_type", "cause_id")),
            GinIndex(fields=("copied_to",), name="letter_copied_to"),
            gram_index("title", "number", name="letter_grams"),
            models.Index(fields=("clue",), condition=Q(state="returned"), name="letter_returned"),
            # What overseers do not read of yet (``records.concealment.INTERNAL``).
            models.Index(
                fields=("id",),
                condition=Q(sent_at=None) | Q(state__in=("draft", "review")),
                name="letter_internal",
            ),
        )

    def __str__(self) -> str:
        if self.confidential:
            return f"保密{self.spec.label} {self.number}".strip()
        return f"{self.number or self.spec.label} {self.title}"

    def get_state_display(self) -> str:
        """The state in words; nobody outside the platform can receive a letter there."""
        if self.state == self.State.SENT and self.to_id is None:
            return "已发出待外部答复"
        if self._is_told:
            return "已发出"
        return str(self.State(self.state).label)

    def get_absolute_url(self) -> str:
        return reverse("clues:letter", args=[self.pk])

    @property
    def spec(self) -> Kind:
        """What the rules say of this kind."""
        return KINDS[self.kind]

    @property
    def addressee(self) -> str:
        return self.to.name if self.to else self.outside

    @property
    def is_led(self) -> bool:
        """Whether a procedure moves the letter, so that it has no acts and clocks of its own."""
        return bool(self.spec.led_by)

    @property
    def answer_label(self) -> str:
        return self.spec.answers.get(self.answer, self.answer)

    @property
    def state_tone(self) -> str:
        return "ok" if self._is_told else self.TONES[self.State(self.state)]

    @property
    def _is_told(self) -> bool:
        """Whether sending the letter is all: a procedure's letter that asks for no answer."""
        return self.state == self.State.SENT and self.is_led and not self.spec.answers


class ReferralCopy(models.Model):
    """A department that gets a copy (抄送), and when somebody there opened it. Written together
    with ``Referral.copied_to`` by ``clues.services.letters.led.copy_to``."""

    referral = models.ForeignKey(Referral, models.CASCADE, related_name="copies")
    department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    read_at = models.DateTimeField("阅知时间", null=True)
    read_by = models.CharField("阅知人", max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "抄送"
        constraints = (
            models.UniqueConstraint(fields=("referral", "department"), name="letter_copy_once"),
        )
        indexes = (models.Index(fields=("department", "referral")),)

    def __str__(self) -> str:
        return f"{self.department}：{self.referral_id}"


class LetterParty(models.Model):
    """A department that sees a letter: its sender, and once it is sent those that get it. Written
    by the database alone, with every change of a letter."""

    letter = models.ForeignKey(Referral, models.CASCADE, related_name="parties", editable=False)
    department = models.ForeignKey(Department, models.PROTECT, related_name="+", editable=False)
    created_at = models.DateTimeField("拟稿时间", editable=False)
    confidential = repeated_flag()
    state = repeated_text(12)
    kind = repeated_text(30)
    sender_id = repeated_key()
    to_id = repeated_key()
    copied = models.BooleanField("抄送", default=False, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "函件相关部门"
        constraints = (
            models.UniqueConstraint(fields=("letter", "department"), name="letter_party_once"),
        )
        indexes = (
            models.Index(
                fields=("department", "-created_at", "-letter"),
                include=("confidential", "state", "kind", "sender_id", "to_id"),
                name="letter_party_listed",
            ),
            models.Index(
                fields=("department", "-created_at", "-letter"),
                condition=Q(copied=True),
                name="letter_party_copied",
            ),
        )

    def __str__(self) -> str:
        return f"{self.department}：{self.letter_id}"
