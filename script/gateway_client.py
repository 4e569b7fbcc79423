#!/usr/bin/env python3
"""A client of the gateway to copy: signs calls by HTTP Message Signatures (RFC 9421).

Needs Python 3.9 and nothing but its standard library; SM3 needs a Python whose OpenSSL has it.

    client = GatewayClient("https://platform.example", "411603-…", "<secret>", "hmac-sm3")
    client.push("subjects", [{…}, {…}])
    for page in client.pages("results", cursor): …

    script/gateway_client.py https://platform.example 411603-… hmac-sm3 push subjects items.json
    script/gateway_client.py https://platform.example 411603-… hmac-sm3 pull results

The command reads the secret from the environment variable GATEWAY_SECRET.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import json
import os
import secrets
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

HASHES = {"hmac-sha256": "sha256", "hmac-sm3": "sm3"}


class Answer(Exception):
    """An answer that is no success: its status, its words, how long to wait before a repeat."""

    def __init__(self, status: int, problem: dict[str, Any], wait: float | None) -> None:
        super().__init__(f"{status} {problem.get('title', '')}：{problem.get('detail', '')}")
        self.status, self.problem, self.wait = status, problem, wait


def key_of(secret: str) -> bytes:
    """The bytes of a secret as the platform showed it (URL-safe base64 without padding)."""
    return base64.urlsafe_b64decode(secret + "=" * (-len(secret) % 4))


def body_of(items: list[dict[str, Any]]) -> bytes:
    """The body of a push."""
    return json.dumps({"items": items}, ensure_ascii=False).encode()


def signed(
    method: str,
    url: str,
    body: bytes,
    *,
    key_id: str,
    secret: bytes,
    algorithm: str = "hmac-sha256",
    idempotency_key: str = "",
    created: int | None = None,
    nonce: str = "",
) -> dict[str, str]:
    """The headers of a signed call (RFC 9421). ``url`` is what will be asked for, to the letter."""
    headers: dict[str, str] = {}
    covered = {"@method": method, "@target-uri": url}
    if body:
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        covered["content-digest"] = headers["Content-Digest"] = f"sha-256=:{digest}:"
        headers["Content-Type"] = "application/json"
    if idempotency_key:
        covered["idempotency-key"] = headers["Idempotency-Key"] = idempotency_key
    names = " ".join(f'"{name}"' for name in covered)
    parameters = (
        f"({names});created={created or int(time.time())};"
        f'nonce="{nonce or secrets.token_hex(16)}";keyid="{key_id}";alg="{algorithm}"'
    )
    lines = [f'"{name}": {value}' for name, value in covered.items()]
    base = "\n".join([*lines, f'"@signature-params": {parameters}'])
    mac = hmac.new(secret, base.encode(), HASHES[algorithm]).digest()
    headers["Signature-Input"] = f"sig={parameters}"
    headers["Signature"] = f"sig=:{base64.b64encode(mac).decode()}:"
    return headers


def signed_by_headers(
    method: str,
    url: str,
    body: bytes,
    *,
    key_id: str,
    secret: bytes,
    algorithm: str = "hmac-sha256",
    idempotency_key: str = "",
    created: int | None = None,
    nonce: str = "",
) -> dict[str, str]:
    """The same for gateways that know only X-App-Id, X-Timestamp, X-Nonce and X-Digest."""
    parts = urllib.parse.urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    headers = {
        "X-App-Id": key_id,
        "X-Timestamp": str(created or int(time.time())),
        "X-Nonce": nonce or secrets.token_hex(16),
    }
    digest = hashlib.new(HASHES[algorithm], body).hexdigest()
    lines = (method, target, *headers.values(), idempotency_key, digest)
    mac = hmac.new(secret, "\n".join(lines).encode(), HASHES[algorithm])
    headers["X-Digest"] = mac.hexdigest()
    if body:
        headers["Content-Type"] = "application/json"
    if idempotency_key:
        headers["Idempotency-Key"] = idempotency_key
    return headers


class GatewayClient:
    """Calls of one system with one key. Pushes are repeated under the same idempotency key until
    they are answered, so that each is done once whatever gets lost on the way."""

    def __init__(
        self,
        base: str,
        key_id: str,
        secret: str,
        algorithm: str = "hmac-sha256",
        attempts: int = 5,
        sign: Callable[..., dict[str, str]] = signed,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """``sign`` is ``signed`` or ``signed_by_headers``; ``pause`` waits some seconds."""
        self.base = base.rstrip("/")
        self.key = {"key_id": key_id, "secret": key_of(secret), "algorithm": algorithm}
        self.attempts = attempts
        self.sign, self.pause = sign, pause

    def push(
        self,
        resource: str,
        items: list[dict[str, Any]],
        *,
        all_or_none: bool = False,
        idempotency_key: str = "",
    ) -> dict[str, Any]:
        """Push up to 10,000 items; returns the outcome of each. Raises ``Answer``, ``OSError``.

        Keep the ``idempotency_key`` with the items until the answer is there, to go on with the
        same push after an interruption; without one a new one is made.
        """
        query = "?all_or_none=1" if all_or_none else ""
        body = body_of(items)
        key = idempotency_key or secrets.token_hex(16)
        for attempt in range(1, self.attempts + 1):
            try:
                return self.call("POST", f"{resource}/{query}", body, idempotency_key=key)
            except Answer as answer:
                again = answer.status in (409, 429, 502, 503, 504)
                if not again or attempt == self.attempts:
                    raise
                self.pause(answer.wait if answer.wait is not None else 2**attempt)
            except OSError:
                if attempt == self.attempts:
                    raise
                self.pause(2**attempt)
        raise AssertionError("not reached")

    def pages(self, resource: str, cursor: str = "") -> Iterator[dict[str, Any]]:
        """What changed since a cursor, page by page to the end. Deal with the ``changes`` of a
        page, then keep its ``cursor``, and begin there next time. Raises ``Answer``, ``OSError``.
        """
        while True:
            query = urllib.parse.urlencode({"cursor": cursor} if cursor else {})
            page = self.call("GET", f"{resource}/" + (f"?{query}" if query else ""))
            yield page
            cursor = page["cursor"]
            if not page["more"]:
                return

    def changes(self, resource: str, cursor: str = "") -> Iterator[dict[str, Any]]:
        """The changes of all ``pages``."""
        for page in self.pages(resource, cursor):
            yield from page["changes"]

    def call(
        self, method: str, address: str, body: bytes = b"", *, idempotency_key: str = ""
    ) -> dict[str, Any]:
        """One signed call below ``/gateway/v1/``. Raises ``Answer``, ``OSError``."""
        url = f"{self.base}/gateway/v1/{address}"
        headers = self.sign(method, url, body, idempotency_key=idempotency_key, **self.key)
        request = urllib.request.Request(url, data=body or None, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            wait = error.headers.get("Retry-After")
            try:
                problem = json.load(error)
            except ValueError:
                problem = {"title": error.reason}
            raise Answer(error.code, problem, float(wait) if wait else None) from None


def main() -> int:
    """The command: push the items of a JSON file, or print the changes since a cursor."""
    parser = argparse.ArgumentParser(description="调用跨部门综合监管平台的接口")
    parser.add_argument("base", help="平台地址，如 https://platform.example")
    parser.add_argument("key_id", help="密钥编号")
    parser.add_argument("algorithm", choices=sorted(HASHES), help="签名算法")
    parser.add_argument("what", choices=["push", "pull"], help="报送或获取")
    parser.add_argument("resource", help="如 subjects、results")
    parser.add_argument("rest", nargs="?", default="", help="报送的 JSON 文件，或上次的游标")
    given = parser.parse_args()
    client = GatewayClient(given.base, given.key_id, os.environ["GATEWAY_SECRET"], given.algorithm)
    try:
        if given.what == "push":
            with open(given.rest, encoding="utf-8") as file:
                print(json.dumps(client.push(given.resource, json.load(file)), ensure_ascii=False))
        else:
            for page in client.pages(given.resource, given.rest):
                for change in page["changes"]:
                    print(json.dumps(change, ensure_ascii=False))
                print(f"游标：{page['cursor']}", file=sys.stderr)
    except Answer as answer:
        print(answer, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
