"""Secrets of keys as they lie in the database: encrypted, so that a dump reveals none.

HMAC needs the secret itself for every check, so it cannot be kept as a hash. It is encrypted with
``GATEWAY_SECRETS`` of the environment: the first encrypts, all decrypt, which is how the
environment's own secret is changed (``manage.py gateway_reencrypt``).
"""

from __future__ import annotations

import base64
import secrets
from functools import lru_cache

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_SECRET_BYTES = 32
_PURPOSE = b"supervision.gateway key secrets 1"


def new_secret() -> bytes:
    """A fresh secret, 32 random bytes."""
    return secrets.token_bytes(_SECRET_BYTES)


def shown(secret: bytes) -> str:
    """A secret as it is handed over: URL-safe base64 without padding."""
    return base64.urlsafe_b64encode(secret).decode().rstrip("=")


def read(text: str) -> bytes:
    """The secret that ``shown`` stands for; raises ``ValueError`` for what is none."""
    padded = text + "=" * (-len(text) % 4)
    return base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True)


def encrypt(secret: bytes) -> str:
    """A secret as it is stored."""
    return _box(tuple(settings.GATEWAY_SECRETS)).encrypt(secret).decode()


def decrypt(stored: str) -> bytes:
    """The secret; raises ``cryptography.fernet.InvalidToken`` if no secret of the environment
    opens it."""
    return _box(tuple(settings.GATEWAY_SECRETS)).decrypt(stored.encode())


def encrypt_again(stored: str) -> str:
    """The same secret under the first secret of the environment."""
    return _box(tuple(settings.GATEWAY_SECRETS)).rotate(stored.encode()).decode()


@lru_cache(maxsize=4)
def _box(passwords: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(_key(password)) for password in passwords])


def _key(password: str) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE)
    return base64.urlsafe_b64encode(derived.derive(password.encode()))
