"""Which objects of this floor are confidential, all kinds in one table, so that whoever lists
entries about objects of any kind asks once (``records.concealment``)."""

from __future__ import annotations

from typing import Self

from django.contrib.contenttypes.models import ContentType
from django.db import models

from clues.models.base import ClueUserPermission
from records.actor import Actor


class ConcealedQuerySet(models.QuerySet["ConcealedObject"]):
    def hidden_from(self, actor: Actor) -> Self:
        """The confidential objects that the actor is not named for."""
        if actor.is_system:
            return self.none()
        named = ClueUserPermission.objects.filter(user_id=actor.user_id)
        return self.exclude(clue_id__in=named.values("content_object_id"))


class ConcealedObject(models.Model):
    """A confidential object and the clue it is concealed with. Written by the database alone,
    with every change of a ``Concealable``."""

    target_type = models.ForeignKey(
        ContentType, models.CASCADE, related_name="+", editable=False, db_index=False
    )
    target_id = models.BigIntegerField("对象编号", editable=False)
    clue_id = models.BigIntegerField("线索", null=True, editable=False)

    objects = ConcealedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "保密对象"
        constraints = (
            models.UniqueConstraint(fields=("target_type", "target_id"), name="concealed_once"),
        )

    def __str__(self) -> str:
        return f"{self.target_type_id}：{self.target_id}"
