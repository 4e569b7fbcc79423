from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q

from clues.models.clue import Clue

LONGEST_RATING_NOTE = 300


class Receipt(models.Model):
    """What somebody who complained on the public site follows the clue by: its number and a code
    that only they were told, of which the mark is kept. Once answered, they may rate the handling.
    """

    class Rating(models.TextChoices):
        GOOD = "good", "满意"
        FAIR = "fair", "基本满意"
        POOR = "poor", "不满意"

    TONES: ClassVar[dict[str, str]] = {
        Rating.GOOD: "ok",
        Rating.FAIR: "info",
        Rating.POOR: "bad",
    }

    clue = models.OneToOneField(Clue, models.CASCADE, related_name="receipt")
    sent_key = models.UUIDField("发送编号", unique=True, editable=False)
    code_mark = models.CharField("查询码校验值", max_length=64, editable=False)
    rating = models.CharField("评价", max_length=4, choices=Rating.choices, blank=True)
    rating_note = models.TextField(
        "评价说明", blank=True, validators=[MaxLengthValidator(LONGEST_RATING_NOTE)]
    )
    rated_at = models.DateTimeField("评价时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "网上反映回执"
        constraints = (
            models.CheckConstraint(
                condition=Q(rating="") | Q(rated_at__isnull=False), name="rating_has_its_time"
            ),
        )

    def __str__(self) -> str:
        return f"{self.clue_id}"

    @property
    def state_tone(self) -> str:
        return self.TONES.get(self.rating, "neutral")
