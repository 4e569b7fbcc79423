"""Rows of lists are shown as the framework shows them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from rest_framework import serializers

from clues.api.clues import ClueDetailSerializer, ClueSerializer
from clues.models import Clue
from clues.services import intake
from credit.api.directory import SubjectSerializer
from credit.models import Subject
from departments.models import Region

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("api")]


def both_ways(serializer: type[Any], instance: Any, actor: Any) -> tuple[Any, Any]:
    """A row by the serializer, and by what the framework itself does."""
    request = SimpleNamespace(_request=SimpleNamespace(known_actor=lambda: actor))
    made = serializer(context={"request": request})
    return made.to_representation(instance), serializers.Serializer.to_representation(
        made, instance
    )


@pytest.mark.parametrize("where", ["411603101", None])
@pytest.mark.parametrize("kind", ["uscc", "person"])
def test_a_subject(county, actor, where, kind) -> None:  # type: ignore[no-untyped-def]
    subject = Subject.objects.create(
        region=county,
        township=Region.objects.get(code=where) if where else None,
        id_kind=kind,
        identifier="S-1",
        name="欧阳小明",
        categories=["nursing-home"],
        grade="B",
        labels=["重点"],
    )
    own, framework = both_ways(SubjectSerializer, subject, actor("fgw_clerk"))
    assert list(own.items()) == list(framework.items())
    assert own["created_at"].endswith("+08:00") and own["labels"] == ["重点"]


@pytest.mark.parametrize("serializer", [ClueSerializer, ClueDetailSerializer])
def test_a_clue(actor, serializer) -> None:  # type: ignore[no-untyped-def]
    clerk = actor("mzj_clerk")
    clue = intake.register(clerk, channel="hotline", content="甲", occurred_on=None)
    clue = Clue.objects.get(pk=clue.pk)
    own, framework = both_ways(serializer, clue, clerk)
    assert own == framework and own["closed_at"] is None
