"""What people are shown of what a message told: named in words, contacts masked."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.utils import timezone

from records.actor import Actor
from records.masking import masked_name, masked_phone
from records.models import OutboxMessage, TrailEntry
from records.outbox_names import COMPLAINT_CHANNEL
from records.roles import COORDINATION
from records.selectors import TimelineEntry, lines_of

_HIDDEN = "（不在此显示）"
_BLANK: tuple[Any, ...] = (None, "", [], {})
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")


@dataclass(frozen=True)
class Fields:
    """How the fields of a family of messages are shown: ``names`` in words and in their order, and
    what the ``codes`` under a name mean."""

    names: Mapping[str, str]
    codes: Mapping[str, Mapping[str, str]]


REGISTRY: dict[str, Fields] = {}
"""By the family of topics, the part before the dot."""


def register(
    family: str, names: Mapping[str, str], codes: Mapping[str, Mapping[str, str]] | None = None
) -> None:
    """Say how the fields of a family are shown: for the floor whose messages they are."""
    REGISTRY[family] = Fields(names, codes or {})


def told(actor: Actor, message: OutboxMessage) -> list[tuple[str, str]]:
    """What the message tells, for the coordination office; nothing for anybody else, so that who
    keeps the ways open does not read what goes on them."""
    if not actor.fills(COORDINATION):
        return []
    masks: dict[str, Callable[[Any], Any]] = {}
    if message.target == COMPLAINT_CHANNEL:
        masks = {"name": masked_name, "phone": masked_phone, "text": lambda _: _HIDDEN}
    family = message.topic.partition(".")[0]
    fields = REGISTRY.get(family, Fields({}, {}))
    order = {key: place for place, key in enumerate(fields.names)}
    lines = []
    for key, value in sorted(message.payload.items(), key=lambda each: order.get(each[0], 1000)):
        if value not in _BLANK:
            shown = masks[key](value) if key in masks else value
            lines.append((fields.names.get(key, key), _words(fields, key, shown)))
    return lines


def _listed(fields: Fields, key: str, value: Any) -> str:
    """One of many: of what has several values the first, the others in brackets."""
    if not isinstance(value, dict):
        return _words(fields, key, value)
    told = [_words(fields, name, each) for name, each in value.items() if each not in _BLANK]
    return f"{told[0]}（{'，'.join(told[1:])}）" if told[1:] else "".join(told)


def _words(fields: Fields, key: str, value: Any) -> str:
    """A value of a field as people read it."""
    if isinstance(value, dict):
        told = ((name, each) for name, each in value.items() if each not in _BLANK)
        return "，".join(f"{fields.names.get(n, n)}：{_words(fields, n, v)}" for n, v in told)
    if isinstance(value, list):
        return "、".join(_listed(fields, key, each) for each in value)
    if isinstance(value, bool):
        return "是" if value else "否"
    text = fields.codes.get(key, {}).get(str(value), str(value))
    if _MOMENT.match(text):
        return f"{timezone.localtime(dt.datetime.fromisoformat(text)):%Y-%m-%d %H:%M}"
    return text


def history(message: OutboxMessage) -> list[TimelineEntry]:
    """Who sent the message again or gave it up, newest first."""
    own = Q(target_type=ContentType.objects.get_for_model(OutboxMessage), target_id=None)
    about = Q(target_type=message.about_type_id, target_id=message.about_id)
    where = own | about if message.about_id is not None else own
    found = TrailEntry.objects.filter(
        where,
        verb__in=("outbox.send_again", "outbox.give_up"),
        after__message=str(message.pk),
    )
    return lines_of(found.order_by("at", "pk")[:100])
