"""Signatures: what is signed passes, and nothing of it can be changed. No database."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from script.gateway_client import signed, signed_by_headers
from supervision.gateway.algorithms import mac
from supervision.gateway.schemes import headers, signatures
from supervision.gateway.schemes.proof import Call, Unproven

SECRET = b"s" * 32
URL = "https://platform.example/gateway/v1/subjects/?all_or_none=1"
TARGET = "/gateway/v1/subjects/?all_or_none=1"
BODY = '{"items": [{"name": "安泰养老院"}]}'.encode()
SCHEMES = [(signatures, signed), (headers, signed_by_headers)]
ALGORITHMS = ["hmac-sha256", "hmac-sm3"]


def a_call(sign: Callable[..., dict[str, str]], algorithm: str = "hmac-sm3") -> Call:
    given = sign(
        "POST",
        URL,
        BODY,
        key_id="411603-1",
        secret=SECRET,
        algorithm=algorithm,
        idempotency_key="call-1",
        created=1_800_000_000,
        nonce="n" * 32,
    )
    return Call("POST", URL, TARGET, {k.lower(): v for k, v in given.items()}, BODY)


def holds(scheme: Any, call: Call, algorithm: str = "hmac-sm3", secret: bytes = SECRET) -> bool:
    try:
        proof = scheme.read(call)
    except Unproven:
        return False
    return proof.key_id == "411603-1" and proof.holds(secret, algorithm)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize(("scheme", "sign"), SCHEMES)
def test_what_the_client_signs_holds(scheme: Any, sign: Any, algorithm: str) -> None:
    created = int(time.time())
    call = a_call(lambda *a, **k: sign(*a, **k | {"created": created}), algorithm)
    proof = scheme.read(call)
    assert proof.created == created and proof.nonce == "n" * 32
    assert holds(scheme, call, algorithm)
    assert not holds(scheme, call, algorithm, b"another secret of thirty-two byte")
    other = next(each for each in ALGORITHMS if each != algorithm)
    assert not holds(scheme, call, other)


def test_sm3_is_that_of_the_standard() -> None:
    # GB/T 32905-2016, example 1, through the HMAC construction with an empty key and two blocks.
    import hashlib

    assert hashlib.new("sm3", b"abc").hexdigest() == (
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    )
    inner = hashlib.new("sm3", b"\x36" * 64 + b"abc").digest()
    assert mac("hmac-sm3", b"", b"abc") == hashlib.new("sm3", b"\x5c" * 64 + inner).digest()


@pytest.mark.parametrize(("scheme", "sign"), SCHEMES)
@given(data=st.data())
def test_no_byte_of_a_signed_call_can_be_changed(scheme: Any, sign: Any, data: Any) -> None:
    created = int(time.time())
    call = a_call(lambda *a, **k: sign(*a, **k | {"created": created}))
    assert holds(scheme, call)
    parts = ["method", "url", "body", *(n for n in call.headers if n != "content-type")]
    part = data.draw(st.sampled_from(parts))
    if part == "method":
        changed = replace(call, method="PUT")
    elif part == "body":
        place = data.draw(st.integers(0, len(BODY) - 1))
        byte = data.draw(st.integers(0, 255).filter(lambda b: b != BODY[place]))
        changed = replace(call, body=BODY[:place] + bytes([byte]) + BODY[place + 1 :])
    elif part == "url":
        place = data.draw(st.integers(len("https://platform.example"), len(URL) - 1))
        letter = data.draw(st.sampled_from("abcxyz019-_").filter(lambda c: c != URL[place]))
        url = URL[:place] + letter + URL[place + 1 :]
        changed = replace(call, url=url, target=url.removeprefix("https://platform.example"))
    else:
        text = call.headers[part]
        place = data.draw(st.integers(0, len(text) - 1))
        letter = data.draw(st.sampled_from('abcxyz019=:;(" ').filter(lambda c: c != text[place]))
        new = text[:place] + letter + text[place + 1 :]
        changed = replace(call, headers={**call.headers, part: new})
    if _same_signature(call, changed):
        return
    assert not holds(scheme, changed)


def _same_signature(call: Call, changed: Call) -> bool:
    """Whether the change left every value as it was: base64 ignores bits that fill up its end, a
    structured field its white space and its label."""
    if {**call.headers, **changed.headers} == call.headers or changed.body != call.body:
        return False
    if (changed.method, changed.url) != (call.method, call.url):
        return False
    try:
        one, two = (
            signatures._input(call.headers["signature-input"]),
            signatures._input(changed.headers["signature-input"]),
        )
    except (KeyError, Unproven):
        return False
    return one == two and _bytes(call) == _bytes(changed) is not None


def _bytes(call: Call) -> Any:
    import http_sf

    try:
        own = http_sf.parse(call.headers["signature"].encode(), tltype="dictionary")
        digest = http_sf.parse(call.headers["content-digest"].encode(), tltype="dictionary")
    except ValueError:
        return None
    return [value[0] for value in own.values()], digest, call.headers["idempotency-key"]


@pytest.mark.parametrize("name", ["@method", "@target-uri", "content-digest", "idempotency-key"])
def test_what_must_be_covered_is_named_when_it_is_not(name: str) -> None:
    call = a_call(signed)
    inputs = call.headers["signature-input"].replace(f'"{name}"', '"content-type"')
    with pytest.raises(Unproven) as refusal:
        signatures.read(replace(call, headers={**call.headers, "signature-input": inputs}))
    assert refusal.value.reason == "signature_coverage" and name in refusal.value.message


def test_the_target_may_be_covered_in_parts() -> None:
    call = a_call(signed)
    inputs = call.headers["signature-input"].replace(
        '"@target-uri"', '"@authority" "@path" "@query"'
    )
    assert signatures.read(replace(call, headers={**call.headers, "signature-input": inputs}))


def test_a_component_with_parameters_covers_nothing() -> None:
    call = a_call(signed)
    inputs = call.headers["signature-input"].replace('"@method"', '"@method";req')
    with pytest.raises(Unproven) as refusal:
        signatures.read(replace(call, headers={**call.headers, "signature-input": inputs}))
    assert refusal.value.reason == "signature_coverage"


@pytest.mark.parametrize(
    "inputs",
    ["", "sig", "sig=1", 'sig=("@method"', 'a=("@method");created=1, b=("@method");created=1'],
)
def test_what_is_no_signature_is_said_to_be_none(inputs: str) -> None:
    call = a_call(signed)
    with pytest.raises(Unproven) as refusal:
        signatures.read(replace(call, headers={**call.headers, "signature-input": inputs}))
    assert refusal.value.reason == "signature_malformed"


@pytest.mark.parametrize("name", ["x-timestamp", "x-nonce", "x-digest"])
def test_a_missing_header_is_named(name: str) -> None:
    call = a_call(signed_by_headers)
    left = {k: v for k, v in call.headers.items() if k != name}
    with pytest.raises(Unproven, match=name.title()):
        headers.read(replace(call, headers=left))


def test_a_timestamp_may_be_in_milliseconds() -> None:
    call = a_call(signed_by_headers)
    given = {**call.headers, "x-timestamp": "1800000000123"}
    assert headers.read(replace(call, headers=given)).created == 1_800_000_000
