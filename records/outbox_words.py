"""What other systems said of messages, for whoever keeps the ways open without reading what goes
on them: systems that refuse a message often repeat it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from records.actor import Actor
from records.models import OutboxMessage
from records.roles import COORDINATION

_SHORTEST = 2
_LEFT_OUT = "…"


def reads_content(actor: Actor) -> bool:
    """Whether the person may read what messages tell: the coordination office."""
    return actor.fills(COORDINATION)


def error_for(actor: Actor, message: OutboxMessage) -> str:
    """The last error of a message as the person may read it."""
    if reads_content(actor):
        return message.last_error
    return without_content(message, message.last_error)


def without_content(message: OutboxMessage, words: str) -> str:
    """Words without what the message told, plain or as JSON writes it, whole or cut off."""
    told = {form for text in _texts(message.payload) for form in (text, json.dumps(text)[1:-1])}
    for text in sorted(told, key=len, reverse=True):
        words = words.replace(text, _LEFT_OUT)
    for text in told:
        for length in range(len(text) - 1, _SHORTEST - 1, -1):
            if words.endswith(text[:length]):
                words = words[:-length] + _LEFT_OUT
    return words


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif value is not None and len(str(value)) >= _SHORTEST:
        yield str(value)
