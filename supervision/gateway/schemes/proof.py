"""What every scheme reads from a call: whose it claims to be, when, once, and how to check it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Call:
    """A call as it came in. ``url`` is absolute, ``target`` its path with the query; header names
    are in lower case."""

    method: str
    url: str
    target: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Proof:
    """What a call says of its signature. ``created`` is in seconds since 1970; ``holds`` tells
    whether the signature was made with a secret by an algorithm."""

    key_id: str
    created: int
    nonce: str
    holds: Callable[[bytes, str], bool]


class Unproven(Exception):
    """A call whose signature cannot be looked at; ``reason`` is one of ``reasons.REASONS``."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


SHORTEST_NONCE = 16
LONGEST_NONCE = 64


def checked_nonce(nonce: object) -> str:
    """The nonce of a call; raises ``Unproven`` for one that is too short to be random."""
    if (
        not isinstance(nonce, str)
        or not SHORTEST_NONCE <= len(nonce) <= LONGEST_NONCE
        or not nonce.isascii()
        or not nonce.isprintable()
    ):
        raise Unproven(
            "signature_malformed",
            f"随机数（nonce）应为 {SHORTEST_NONCE} 至 {LONGEST_NONCE} 个可见的 ASCII 字符。",
        )
    return nonce
