"""What the public reads of natural persons (I12)."""

from __future__ import annotations

_SHOWN_AT_END = 4
_SHORTEST_SHOWN = 8


def masked_name(name: str) -> str:
    """The first character, the rest as stars: 王小明 → 王**; at most five stars, at least one."""
    return name[:1] + "*" * min(max(len(name) - 1, 1), 5)


def masked_identifier(identifier: str) -> str:
    """The last four characters only; those of less than eight characters are wholly masked."""
    shown = _SHOWN_AT_END if len(identifier) >= _SHORTEST_SHOWN else 0
    hidden = len(identifier) - shown
    return "*" * hidden + identifier[hidden:]


def masked_text(text: str, name: str, identifier: str) -> str:
    """A sentence in which the person's name and identifier are masked wherever they stand."""
    for word, mask in ((identifier, masked_identifier), (name, masked_name)):
        if word:
            text = text.replace(word, mask(word))
    return text
