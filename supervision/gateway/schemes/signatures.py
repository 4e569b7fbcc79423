"""HTTP Message Signatures (RFC 9421) with Content-Digest (RFC 9530)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import http_sf
from http_message_signatures import (
    ContentDigest,
    HTTPMessageSignaturesException,
    HTTPMessageVerifier,
    InvalidSignature,
    MappingKeyResolver,
)

from supervision.gateway.algorithms import ALGORITHMS
from supervision.gateway.rules import SKEW_SECONDS
from supervision.gateway.schemes.proof import Call, Proof, Unproven, checked_nonce

_WHOLE_TARGET = frozenset({"@target-uri"})
_TARGET_IN_PARTS = frozenset({"@authority", "@path", "@query"})


class _Verifier(HTTPMessageVerifier):
    max_clock_skew = dt.timedelta(seconds=SKEW_SECONDS)


@dataclass(frozen=True)
class _Message:
    """A call as the library reads it."""

    method: str
    url: str
    headers: Mapping[str, str]


def speaks(call: Call) -> bool:
    """Whether the call is signed in this way."""
    return "signature-input" in call.headers or "signature" in call.headers


def read(call: Call) -> Proof:
    """What the call says of its signature.

    Raises ``Unproven`` when it cannot be read, leaves out what it must cover, or the body is not
    the one that the digest was made of.
    """
    covered, parameters = _input(call.headers.get("signature-input", ""))
    for name, kind in (("created", int), ("nonce", str), ("keyid", str)):
        if not isinstance(parameters.get(name), kind):
            raise Unproven("signature_malformed", f"Signature-Input 缺少参数 {name}。")
    _ensure_covered(covered, call)
    _ensure_digest(call)
    nonce = checked_nonce(parameters["nonce"])
    key_id: str = parameters["keyid"]

    def holds(secret: bytes, algorithm: str) -> bool:
        resolver = MappingKeyResolver(public_keys={key_id: secret}, private_keys={})
        verifier = _Verifier(signature_algorithm=ALGORITHMS[algorithm], key_resolver=resolver)
        try:
            verifier.verify(_Message(call.method, call.url, call.headers), max_age=dt.timedelta())
        except HTTPMessageSignaturesException:
            return False
        return True

    return Proof(key_id, parameters["created"], nonce, holds)


def _input(header: str) -> tuple[set[str], Mapping[str, Any]]:
    """The components that the one signature covers as plain fields, and its parameters."""
    try:
        labels: Any = http_sf.parse(header.encode(), tltype="dictionary")
        ((members, parameters),) = labels.values()
        # A component with parameters is another one: a part of the field, or of another message.
        return {name for name, own in members if isinstance(name, str) and not own}, parameters
    except (ValueError, TypeError, KeyError) as error:
        raise Unproven(
            "signature_malformed", "Signature-Input 应有且只有一个符合 RFC 9421 的签名。"
        ) from error


def _ensure_covered(covered: set[str], call: Call) -> None:
    must = {"@method"}
    if call.body or "content-digest" in call.headers:
        must.add("content-digest")
    if "idempotency-key" in call.headers:
        must.add("idempotency-key")
    missing = sorted(must - covered)
    if not (covered >= _WHOLE_TARGET or covered >= _TARGET_IN_PARTS):
        missing.append("@target-uri")
    if missing:
        raise Unproven("signature_coverage", f"签名没有覆盖 {'、'.join(missing)}。")


def _ensure_digest(call: Call) -> None:
    given = call.headers.get("content-digest")
    if given is None:
        if call.body:
            raise Unproven("digest_mismatch", "有正文的调用必须带 Content-Digest（RFC 9530）。")
        return
    try:
        ContentDigest.verify(given, call.body)
    except InvalidSignature as error:
        raise Unproven(
            "digest_mismatch", "Content-Digest 与收到的正文不符，应为正文的 sha-256 或 sha-512。"
        ) from error
