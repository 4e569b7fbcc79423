"""The keyed hashes that calls are signed with: HMAC with SHA-256, and with SM3 (GB/T 32905)."""

from __future__ import annotations

import hashlib
import hmac

from http_message_signatures import HTTPSignatureAlgorithm, InvalidSignature
from http_message_signatures.algorithms import HMAC_SHA256

from supervision.gateway.models import GatewayKey


class HMAC_SM3(HTTPSignatureAlgorithm):
    """HMAC with SM3 from OpenSSL. RFC 9421's registry has none; ``hmac-sm3`` is our name for it."""

    algorithm_id = "hmac-sm3"

    def __init__(self, public_key: bytes | None = None, private_key: bytes | None = None) -> None:
        secret = public_key if public_key is not None else private_key
        if secret is None:
            raise ValueError("an HMAC needs its secret")
        self.secret = secret

    def sign(self, message: bytes) -> bytes:
        return mac("hmac-sm3", self.secret, message)

    def verify(self, signature: bytes, message: bytes) -> None:
        if not hmac.compare_digest(signature, self.sign(message)):
            raise InvalidSignature("the signature does not fit")


ALGORITHMS: dict[str, type[HTTPSignatureAlgorithm]] = {
    GatewayKey.Algorithm.SHA256: HMAC_SHA256,
    GatewayKey.Algorithm.SM3: HMAC_SM3,
}
_HASHES = {GatewayKey.Algorithm.SHA256.value: "sha256", GatewayKey.Algorithm.SM3.value: "sm3"}


def mac(algorithm: str, secret: bytes, message: bytes) -> bytes:
    """The HMAC of a message by one of ``GatewayKey.Algorithm``."""
    return hmac.digest(secret, message, _HASHES[algorithm])


def digest(algorithm: str, content: bytes) -> str:
    """The plain hash that goes with an algorithm, as lower-case hex."""
    return hashlib.new(_HASHES[algorithm], content).hexdigest()
