"""The check of a signed message of ten kilobytes by SM3, against SHA-256."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from script.gateway_client import signed, signed_by_headers
from supervision.gateway.algorithms import mac
from supervision.gateway.models import GatewayKey
from supervision.gateway.schemes import headers, signatures
from supervision.gateway.schemes.proof import Call
from tests.benchmark.measure import Report, seconds

BYTES = 10 * 1024
_SECRET = b"0123456789abcdef0123456789abcdef"
_REPEATS, _TIMES = 30, 50
NEEDS_CLUES = False
_URL = "https://platform.example/gateway/v1/subjects/"
SCHEMES = (
    ("RFC 9421", signatures, signed),
    ("headers", headers, signed_by_headers),
)


def run(size: int) -> Report:
    """Measure; the size of the database does not matter."""
    report = Report("sm3", size)
    message = b"a" * BYTES
    by = {
        algorithm: seconds(lambda: _often(lambda: mac(algorithm, _SECRET, message)), _REPEATS)  # noqa: B023
        for algorithm in GatewayKey.Algorithm.values
    }
    report.add(
        f"{_TIMES} × HMAC-SM3 of 10 KB", by["hmac-sm3"], "HMAC-SHA-256", by["hmac-sha256"], 4
    )
    for name, scheme, sign in SCHEMES:
        took = {}
        for algorithm in GatewayKey.Algorithm.values:
            call = _call(sign, algorithm, message)
            took[algorithm] = seconds(
                lambda: _often(lambda: scheme.read(call).holds(_SECRET, algorithm)),  # noqa: B023
                _REPEATS,
            )
            assert scheme.read(call).holds(_SECRET, algorithm)
        what = f"{_TIMES} × the whole check of a call of 10 KB, {name}, SM3"
        report.add(what, took["hmac-sm3"], "the same, SHA-256", took["hmac-sha256"], 4)
    return report


def _often(work: Callable[[], Any]) -> None:
    for _ in range(_TIMES):
        work()


def _call(sign: Callable[..., dict[str, str]], algorithm: str, body: bytes) -> Call:
    """A signed call as the platform reads it."""
    given = sign(
        "POST",
        _URL,
        body,
        key_id="411603-benchmark",
        secret=_SECRET,
        algorithm=algorithm,
        idempotency_key="benchmark",
    )
    target = "/" + _URL.split("/", 3)[3]
    return Call("POST", _URL, target, {k.lower(): v for k, v in given.items()}, body)
