"""Writing the trail: who did what to which object, in the same transaction as the act (R1)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models

from records.actor import Actor
from records.models import TrailEntry

_LONG_TEXT = 2000


def region_of(target: models.Model) -> str:
    """The region code of an object: its own ``region_code``, or that of its ``region``."""
    code: str | None = getattr(target, "region_code", None)
    if code is None:
        code = getattr(getattr(target, "region", None), "code", "")
    return code or ""


def snapshot(instance: models.Model) -> dict[str, Any]:
    """The concrete field values of an object as they stand, long or binary ones by their hash;
    without those that the database computes from others."""
    values: dict[str, Any] = {}
    for field in instance._meta.concrete_fields:
        if field.generated:
            continue
        value = field.value_from_object(instance)
        if isinstance(field, models.FileField):
            value = str(value)
        if isinstance(value, memoryview):
            value = bytes(value)
        if isinstance(value, bytes):
            value = f"sha256:{hashlib.sha256(value).hexdigest()}"
        elif isinstance(value, str) and len(value) > _LONG_TEXT:
            value = f"sha256:{hashlib.sha256(value.encode()).hexdigest()}"
        values[field.attname] = value
    return values


def record(
    actor: Actor,
    verb: str,
    label: str,
    target: models.Model | None = None,
    *,
    opinion: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    outcome: str = TrailEntry.Outcome.DONE,
    region_code: str | None = None,
) -> TrailEntry:
    """Append one entry. Call it inside the transaction of the act it tells of.

    ``before`` and ``after`` hold the changed values only. Raises nothing of its own.
    """
    entry = _entry(
        actor,
        verb,
        label,
        target,
        opinion=opinion,
        before=before,
        after=after,
        outcome=outcome,
        region_code=region_code,
    )
    entry.save(force_insert=True)
    return entry


def record_each(
    actor: Actor,
    verb: str,
    label: str,
    targets: Iterable[models.Model],
    *,
    opinion: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Append the same entry for many objects of one act, in one query per thousand."""
    TrailEntry.objects.bulk_create(
        (
            _entry(actor, verb, label, target, opinion=opinion, before=before, after=after)
            for target in targets
        ),
        batch_size=1000,
    )


def record_changes(
    actor: Actor,
    verb: str,
    label: str,
    changes: Iterable[tuple[models.Model, dict[str, Any], dict[str, Any]]],
    *,
    opinion: str = "",
    region_code: str | None = None,
) -> None:
    """Append an entry for each object with what it said before and after, in one query per
    thousand."""
    said: dict[str, Any] = {"opinion": opinion, "region_code": region_code}
    TrailEntry.objects.bulk_create(
        (
            _entry(actor, verb, label, target, before=before, after=after, **said)
            for target, before, after in changes
        ),
        batch_size=1000,
    )


def _entry(
    actor: Actor,
    verb: str,
    label: str,
    target: models.Model | None,
    *,
    opinion: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    outcome: str = TrailEntry.Outcome.DONE,
    region_code: str | None = None,
) -> TrailEntry:
    key = target.pk if target is not None else None
    return TrailEntry(
        actor_id=actor.user_id,
        actor_name=actor.name,
        department_id=actor.department_id,
        department_name=actor.department_name,
        verb=verb,
        label=label,
        outcome=outcome,
        target_type=ContentType.objects.get_for_model(target) if target is not None else None,
        target_id=key if isinstance(key, int) else None,
        target_name=str(target)[:300] if target is not None else "",
        region_code=(
            region_code
            if region_code is not None
            else (region_of(target) if target is not None else "") or actor.region_code
        ),
        opinion=opinion,
        before=before or {},
        after=after or {},
        request_id=actor.request_id,
        address=actor.address,
    )


def entries_of(target: models.Model) -> models.QuerySet[TrailEntry]:
    """The entries about one object, newest first."""
    return TrailEntry.objects.filter(
        target_type=ContentType.objects.get_for_model(target), target_id=target.pk
    )
