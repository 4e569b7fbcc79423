"""For gateways that send app id, timestamp, nonce and a digest in headers of their own.

``X-Digest`` is the HMAC, in lower-case hex, of these lines joined by a line feed:

    the method, in capitals
    the path with the query, as sent
    X-App-Id, X-Timestamp, X-Nonce
    Idempotency-Key, or nothing
    the hash of the body, in lower-case hex, by the algorithm of the key

The host is not among them, since such gateways often stand in between and call on under another.
"""

from __future__ import annotations

import hmac

from supervision.gateway.algorithms import digest, mac
from supervision.gateway.schemes.proof import Call, Proof, Unproven, checked_nonce

_NAMES = ("x-app-id", "x-timestamp", "x-nonce", "x-digest")
_MILLISECONDS = 13
"""How many digits a timestamp in milliseconds has."""


def speaks(call: Call) -> bool:
    """Whether the call is signed in this way."""
    return "x-app-id" in call.headers


def canonical(call: Call, algorithm: str) -> bytes:
    """The lines that are signed."""
    names = (*_NAMES[:3], "idempotency-key")
    given = [call.headers.get(name, "") for name in names]
    lines = (call.method, call.target, *given, digest(algorithm, call.body))
    return "\n".join(lines).encode()


def read(call: Call) -> Proof:
    """What the call says of its signature; raises ``Unproven`` when it cannot be read."""
    for name in _NAMES:
        if not call.headers.get(name):
            raise Unproven("signature_malformed", f"缺少请求头 {name.title()}。")
    app_id, timestamp, nonce, given = (call.headers[name] for name in _NAMES)
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= _MILLISECONDS):
        raise Unproven("signature_malformed", "X-Timestamp 应为 1970 年以来的秒数或毫秒数。")
    created = int(timestamp) // (1000 if len(timestamp) == _MILLISECONDS else 1)

    def holds(secret: bytes, algorithm: str) -> bool:
        own = mac(algorithm, secret, canonical(call, algorithm)).hex()
        return hmac.compare_digest(own.encode(), given.encode())

    return Proof(app_id, created, checked_nonce(nonce), holds)
