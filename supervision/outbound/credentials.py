"""How calls to other systems prove who we are: by a token, or signed (RFC 9421, RFC 9530)."""

from __future__ import annotations

import datetime as dt
import secrets as random
from collections.abc import Mapping
from dataclasses import dataclass, field

from http_message_signatures import HTTPMessageSigner
from http_message_signatures.resolvers import HTTPSignatureKeyResolver

from records.adapters import Sign
from records.delivery import bearer
from supervision.gateway.algorithms import ALGORITHMS

_COVERED = ("@method", "@target-uri", "content-digest", "idempotency-key")
_NONCE_BYTES = 16


@dataclass
class _Message:
    """A call as the library writes on it."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)


class _OneKey(HTTPSignatureKeyResolver):
    def __init__(self, secret: bytes) -> None:
        self.secret = secret

    def resolve_public_key(self, key_id: str) -> bytes:
        return self.secret

    def resolve_private_key(self, key_id: str) -> bytes:
        return self.secret


def sign_with(credential: str, key_id: str, secret: bytes) -> Sign:
    """The proof by a credential of ``OutboundLink.Credential``; signatures cover the method, the
    address, the body's digest and the idempotency key, and are new at every attempt."""
    if credential not in ALGORITHMS:
        return bearer(secret.decode() if credential == "bearer" else "")

    def sign(method: str, url: str, body: bytes, key: str) -> Mapping[str, str]:
        message = _Message(method, url, {"Idempotency-Key": key})
        signer = HTTPMessageSigner(
            signature_algorithm=ALGORITHMS[credential], key_resolver=_OneKey(secret)
        )
        signer.sign(
            message,
            key_id=key_id,
            created=dt.datetime.now(dt.UTC),
            nonce=random.token_hex(_NONCE_BYTES),
            covered_component_ids=_COVERED,
            body=body,
        )
        return message.headers

    return sign
