"""The codes under which officers and natural persons stand in one draw, and in no other."""

from __future__ import annotations

import hashlib
import hmac

_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_LENGTH = 10

OFFICER = "Z"
SUBJECT = "P"


def code_of(key: str, kind: str, pk: int) -> str:
    """The code of an inspector (``OFFICER``) or subject (``SUBJECT``) in the draw with this key.

    ``key`` is 64 hex characters. Nobody without it can tell whom a code means, or whether codes
    of two draws mean the same person; with it the code is always the same.
    """
    digest = hmac.digest(bytes.fromhex(key), f"{kind}:{pk}".encode(), hashlib.sha256)
    number = int.from_bytes(digest[:8])
    letters = [_ALPHABET[number >> 5 * place & 31] for place in range(_LENGTH)]
    return f"{kind}-{''.join(letters)}"
