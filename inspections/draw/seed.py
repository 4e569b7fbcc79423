"""The seed of a draw and the tickets that follow from it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping


def normalise_public(text: str | None) -> str:
    """A public value as it enters the seed: runs of white space become one space, trimmed."""
    return " ".join((text or "").split())


def make_seed(commit: bytes, nonces: Mapping[str, str], public: str | None) -> bytes:
    """The 32 raw bytes of the seed from the canonical commit, all nonces and the public value."""
    lines = "".join(f"{party}\t{nonces[party]}\n" for party in sorted(nonces))
    parts = (commit, lines.encode(), normalise_public(public).encode())
    return hashlib.sha256(
        b"dr-seed-v1" + b"".join(hashlib.sha256(part).digest() for part in parts)
    ).digest()


class Tickets:
    """Tickets of one purpose under one seed; the common prefix is hashed once."""

    def __init__(self, seed: bytes, purpose: str) -> None:
        self._prefix = hashlib.sha256(seed + b"dr-ticket-v1" + purpose.encode() + b"\0")

    def ticket(self, value: str) -> bytes:
        """The 32 raw bytes of the ticket of an id, officer code or team number."""
        hasher = self._prefix.copy()
        hasher.update(value.encode())
        return hasher.digest()

    def key(self, value: str) -> tuple[bytes, str]:
        """Sort key: ticket, then the bytes of the value (which are ASCII)."""
        return self.ticket(value), value

    def order(self, values: Iterable[str]) -> list[str]:
        """The values in ticket order."""
        return sorted(values, key=self.key)
