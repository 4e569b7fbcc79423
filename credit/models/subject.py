from __future__ import annotations

from collections.abc import Iterable

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.urls import reverse

from credit.industries import name_of
from credit.validation import normalise_identifier
from departments.actors import is_staff_member
from departments.models import Region
from departments.roles import STAFF, Role
from matters.models import SubjectCategory
from records import clock
from records.actor import Actor
from records.masking import masked_identifier, masked_name, masked_place
from records.search import Among, containing, gram_index

NATURAL_PERSONS = (SubjectCategory.IdKind.PERSON, SubjectCategory.IdKind.HOUSE)

_GRADE_TONES = {"A": "ok", "B": "info", "C": "warn", "D": "bad"}
_PERSONAL = ("created", "name", "address")
"""The fields whose history names a person."""
_CHANGED_FIELDS = {
    "created": "列入名录",
    "name": "名称",
    "categories": "对象类别",
    "industry_class": "行业代码",
    "address": "地址",
    "township": "乡镇街道",
    "grade": "信用风险等级",
    "status": "状态",
    "labels": "标签",
    "merged": "重复合并",
}


def identified(text: str) -> Q:
    """That the identifier begins with the text; that of a natural person only when it is written
    in full, or it could be found out bit by bit."""
    typed = normalise_identifier(text)
    return Q(identifier__startswith=typed) & (~Q(id_kind__in=NATURAL_PERSONS) | Q(identifier=typed))


class SubjectQuerySet(models.QuerySet["Subject"]):
    def visible_to(self, actor: Actor) -> SubjectQuerySet:
        """Departments see the subjects of their region, a township office those of its own; a
        witness takes part in draws only."""
        if actor.is_system:
            return self
        if not is_staff_member(actor):
            return self.none()
        if not actor.has_role(*STAFF):
            if actor.has_role(Role.TOWNSHIP) and actor.township_code:
                return self.filter(township__code=actor.township_code)
            return self.none()
        return self.filter(region__code__startswith=actor.region_code)

    def identified(self, identifiers: Iterable[str]) -> SubjectQuerySet:
        """Those with one of the identifiers, which may be thousands."""
        return self.filter(Among("identifier", identifiers))

    def of_categories(self, codes: Iterable[str]) -> SubjectQuerySet:
        return self.filter(categories__overlap=list(codes))

    def current(self) -> SubjectQuerySet:
        """Without those that were merged into others: what lists and choices offer."""
        return self.exclude(status=Subject.Status.MERGED)

    def matching(self, text: str) -> SubjectQuerySet:
        """Those whose name contains the text, or whose identifier begins with it."""
        return containing(self, text, order=("-id",), also=identified(text))


class Subject(models.Model):
    """Who or what is supervised (S1): a business with its unified social credit code, or a
    house, vehicle, site or person with its own identifier.

    One that turned out to be entered twice stays as a row with ``merged_into``, which is never
    merged itself, so that what names it for good still finds it.
    """

    class Grade(models.TextChoices):
        A = "A", "A（低风险）"
        B = "B", "B（较低风险）"
        C = "C", "C（较高风险）"
        D = "D", "D（高风险）"

    class Status(models.TextChoices):
        OPEN = "open", "在业"
        CLOSED = "closed", "停业"
        DEREGISTERED = "deregistered", "注销"
        REVOKED = "revoked", "吊销"
        MOVED = "moved", "迁出"
        MERGED = "merged", "已合并"

    ENTERED = tuple(choice for choice in Status.choices if choice[0] != "merged")
    """The states that people and other systems may say a subject is in."""

    CURRENT = tuple(value for value, _ in ENTERED)

    # The indexes of the lists begin with them.
    region = models.ForeignKey(
        Region, models.PROTECT, related_name="+", db_index=False, verbose_name="区划"
    )
    township = models.ForeignKey(
        Region,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name="乡镇街道",
    )
    id_kind = models.CharField("标识类型", max_length=10, choices=SubjectCategory.IdKind.choices)
    identifier = models.CharField("标识", max_length=40)
    name = models.CharField("名称", max_length=120)
    categories = ArrayField(models.SlugField(max_length=40), verbose_name="对象类别")
    industry_class = models.CharField("行业代码", max_length=6, blank=True)
    address = models.CharField("地址", max_length=200, blank=True)
    grade = models.CharField("信用风险等级", max_length=1, choices=Grade.choices)
    status = models.CharField("状态", max_length=15, choices=Status.choices, default=Status.OPEN)
    labels = ArrayField(
        models.CharField(max_length=30), default=list, blank=True, verbose_name="标签"
    )
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", verbose_name="并入"
    )
    created_at = models.DateTimeField("录入时间", auto_now_add=True)
    updated_at = models.DateTimeField("更新时间", auto_now=True)

    objects = SubjectQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "监管对象"
        constraints = (
            models.UniqueConstraint(
                fields=("region", "id_kind", "identifier"), name="subject_identifier_once"
            ),
            models.CheckConstraint(
                condition=Q(status="merged", merged_into__isnull=False)
                | (~Q(status="merged") & Q(merged_into=None)),
                name="merged_subject_names_survivor",
            ),
            models.CheckConstraint(
                condition=~Q(merged_into=models.F("id")), name="not_merged_into_itself"
            ),
        )
        indexes = (
            GinIndex(fields=("categories",)),
            GinIndex(fields=("labels",), name="subject_labels"),
            gram_index("name", name="subject_grams"),
            models.Index(
                fields=("identifier",),
                name="subject_identifier_prefix",
                opclasses=["varchar_pattern_ops"],
            ),
            models.Index(fields=("region", "id")),
            models.Index(fields=("township", "id")),
        )

    def __str__(self) -> str:
        return self.shown_name

    def get_absolute_url(self) -> str:
        return reverse("portraits:portrait", args=[self.pk])

    @property
    def industry_name(self) -> str:
        return name_of(self.industry_class)

    @property
    def card_url(self) -> str:
        return reverse("credit:subject-card", args=[self.pk])

    @property
    def survivor(self) -> Subject:
        """The subject itself, or the one that it was merged into."""
        return self.merged_into or self

    @property
    def grade_tone(self) -> str:
        """The tone of the grade's chip."""
        return _GRADE_TONES[self.grade]

    @property
    def risk(self) -> str:
        """What the grade means, in words."""
        return self.get_grade_display().removeprefix(f"{self.grade}（").removesuffix("）")

    @property
    def status_tone(self) -> str:
        """The tone of the status's chip: only who is in business can be inspected."""
        return "ok" if self.status == Subject.Status.OPEN else "neutral"

    @property
    def is_natural_person(self) -> bool:
        """Whether the subject is shown masked: people, and houses, which have owners."""
        return self.id_kind in NATURAL_PERSONS

    @property
    def shown_name(self) -> str:
        """The name for whoever need not know it in full (R2)."""
        if self.id_kind == SubjectCategory.IdKind.HOUSE:
            return masked_place(self.name)
        return masked_name(self.name) if self.is_natural_person else self.name

    @property
    def shown_identifier(self) -> str:
        return masked_identifier(self.identifier) if self.is_natural_person else self.identifier

    @property
    def shown_address(self) -> str:
        return masked_place(self.address) if self.is_natural_person else self.address

    def masked(self, text: str) -> str:
        """A sentence that may name the subject, as whoever need not know it in full reads it."""
        if not self.is_natural_person:
            return text
        for word, shown in (
            (self.identifier, self.shown_identifier),
            (self.name, self.shown_name),
            (self.address, self.shown_address),
        ):
            text = text.replace(word, shown) if word else text
        return text


class SubjectChange(models.Model):
    """History of every field of a subject; the draw counts the changes between filing of the plan
    and freeze, and names who made them."""

    subject = models.ForeignKey(Subject, models.CASCADE, related_name="changes", db_index=False)
    at = models.DateTimeField("时间", default=clock.now, editable=False)
    actor_name = models.CharField("操作人", max_length=60)
    department_name = models.CharField("部门", max_length=100, blank=True)
    field = models.CharField("字段", max_length=40)
    old = models.CharField("原值", max_length=300, blank=True)
    new = models.CharField("新值", max_length=300, blank=True)
    source = models.CharField("来源", max_length=100)

    class Meta:
        verbose_name = verbose_name_plural = "监管对象变更"
        ordering = ("-id",)
        indexes = (models.Index(fields=("subject", "-id")), models.Index(fields=("at",)))

    def __str__(self) -> str:
        return f"{self.subject_id} {self.field}"

    @property
    def shown_old(self) -> str:
        """The value before, masked as the subject is."""
        return self._shown(self.old)

    @property
    def shown_new(self) -> str:
        return self._shown(self.new)

    def _shown(self, value: str) -> str:
        if not self.subject.is_natural_person or self.field not in _PERSONAL:
            return value
        if self.field == "address" or self.subject.id_kind == SubjectCategory.IdKind.HOUSE:
            return masked_place(value)
        return masked_name(value)

    @property
    def field_label(self) -> str:
        """The changed field in words; ``created`` is the entry itself."""
        return _CHANGED_FIELDS.get(self.field, self.field)
