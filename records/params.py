"""Reading what a request names outside of a form; nothing here raises."""

from __future__ import annotations

from collections.abc import Iterable

_DIGITS = 18
"""As many as surely fit the keys of the database."""

YEARS = range(2000, 2101)
"""The years that a page can be asked for."""


def key_of(text: str) -> int | None:
    """The key that a request names; None for what cannot be one."""
    fits = text.isascii() and text.isdecimal() and len(text) <= _DIGITS
    return int(text) if fits else None


def keys_of(texts: Iterable[str]) -> set[int]:
    """The keys among the ticked rows of a list; anything else is left out."""
    return {key for text in texts if (key := key_of(text)) is not None}
