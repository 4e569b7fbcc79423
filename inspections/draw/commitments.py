"""A party's promise before the freeze: a hash that its nonce opens later."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping

from .errors import NonceError

SYSTEM_PARTY = "system"
_NONCE = re.compile(r"[0-9a-f]{64}")


def new_nonce() -> str:
    """32 bytes from the operating system's generator as 64 hex characters."""
    return secrets.token_hex(32)


def commitment(draw: int, party: str, nonce: str) -> str:
    """The commitment of a party to its nonce for one draw number, in hex.

    Raises NonceError when the nonce is not 64 lower-case hex characters.
    """
    if not _NONCE.fullmatch(nonce):
        raise NonceError(party, "随机数应为 64 个十六进制小写字符")
    return hashlib.sha256(
        b"dr-nonce-v1\0%d\0%s\0%s" % (draw, party.encode(), nonce.encode())
    ).hexdigest()


def check_nonces(draw: int, commitments: Mapping[str, str], nonces: Mapping[str, str]) -> None:
    """Raise NonceError for the first party (by code) whose nonce is missing, odd or uninvited."""
    for party in sorted(commitments.keys() | nonces.keys()):
        if party not in commitments:
            raise NonceError(party, "不在本次抽取的参与方之列")
        if party not in nonces:
            raise NonceError(party, "尚未公开随机数")
        if not hmac.compare_digest(commitment(draw, party, nonces[party]), commitments[party]):
            raise NonceError(party, "公开的随机数与事先提交的承诺不符")
