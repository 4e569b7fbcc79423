"""What the public reads of natural persons (I12)."""

from __future__ import annotations


def masked_name(name: str) -> str:
    """The first character, the rest as stars: 王小明 → 王**; at most five stars."""
    return name[:1] + "*" * min(max(len(name) - 1, 1), 5)


def masked_identifier(identifier: str) -> str:
    """The last four characters only; shorter ones wholly masked."""
    if len(identifier) <= 4:
        return "*" * len(identifier)
    return "*" * (len(identifier) - 4) + identifier[-4:]
