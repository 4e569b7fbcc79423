"""What the province believes it has sent: each record once, as it was sent last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.province.intents import Item

_KEYS = {
    "subjects": ("identifier",),
    "clues": ("channel", "external_number"),
    "warnings": ("origin", "external_number"),
    "credit-facts": ("key",),
    "matters": ("code",),
}
_FAULTS = {"subjects": "name", "matters": "lead", "credit-facts": "title"}


@dataclass
class Ledger:
    """``records`` by resource and key, ``changes`` counts how often a record became another,
    ``answers`` what was said to each idempotency key, ``refusals`` the calls turned away."""

    records: dict[str, dict[tuple[str, ...], Item]] = field(
        default_factory=lambda: {resource: {} for resource in _KEYS}
    )
    changes: Counter[str] = field(default_factory=Counter)
    answers: dict[str, object] = field(default_factory=dict)
    refusals: Counter[str] = field(default_factory=Counter)

    def enter(self, resource: str, items: Sequence[Item]) -> list[str]:
        """Enter a push that was answered; what must have become of each item."""
        return [self._enter(resource, item) for item in items]

    def _enter(self, resource: str, item: Item) -> str:
        if not item[_FAULTS.get(resource, "content")]:
            return "refused"
        records = self.records[resource]
        key = tuple(item[name] for name in _KEYS[resource])
        before = records.get(key)
        records[key] = item
        if before is None:
            return "created"
        if before == item:
            return "unchanged"
        self.changes[resource] += 1
        return "updated"
