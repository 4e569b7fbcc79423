"""Fixed vectors: what these draws gave once they give for ever."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from inspections.draw import Frozen, canonical, commitment, sha256_hex
from inspections.draw.seed import Tickets

from .samples import finish, replacement

VECTORS: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("vectors.json").read_text("utf-8")
)
each = pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])


def frozen(vector: dict[str, Any]) -> Frozen:
    """The frozen draw of a vector; its commit names no verifier, so no edit of that breaks it."""
    files = {name: text.encode() for name, text in vector["files"].items()}
    return Frozen(vector["commit"], canonical(vector["commit"]), vector["commit_hash"], files)


@each
def test_the_drawer_gives_the_fixed_results(vector: dict[str, Any]) -> None:
    draw = frozen(vector)
    certificate = finish(draw, public=vector["public"], nonces=vector["nonces"])
    assert sha256_hex(draw.canonical) == vector["commit_hash"]
    assert draw.quotas == vector["quotas"]
    for name in ("seed", "selected", "reserves", "staffing"):
        assert certificate.content[name] == vector[name]
    assert certificate.hash == vector["certificate_hash"]
    done: list[dict[str, Any]] = []
    for _ in vector["amendments"]:
        done.append(replacement(certificate, done, stratum="C"))
    assert done == vector["amendments"]
    seed = bytes.fromhex(vector["seed"])
    for purpose, value, ticket in vector["tickets"]:
        assert Tickets(seed, purpose).ticket(value).hex() == ticket


@each
def test_the_fixed_results_follow_from_the_format(vector: dict[str, Any]) -> None:
    """Recomputed here with nothing but hashlib and json."""

    def raw(text: str) -> bytes:
        return hashlib.sha256(text.encode()).digest()

    commit = json.dumps(vector["commit"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert raw(commit).hex() == vector["commit_hash"]
    for name, text in vector["files"].items():
        if name in ("rules.json", "townships.tsv"):
            continue
        assert raw(text).hex() == vector["commit"][name[:-4]]["digest"]
    assert raw(vector["files"]["rules.json"]).hex() == vector["commit"]["rules"]["digest"]
    for party, nonce in vector["nonces"].items():
        promise = raw(f"dr-nonce-v1\x0012\x00{party}\x00{nonce}").hex()
        assert promise == vector["commit"]["parties"][party] == commitment(12, party, nonce)
    nonces = "".join(f"{party}\t{nonce}\n" for party, nonce in sorted(vector["nonces"].items()))
    public = "03 08 12 17 25 31 + 09" if vector["public"] else ""
    seed = hashlib.sha256(b"dr-seed-v1" + raw(commit) + raw(nonces) + raw(public)).digest()
    assert seed.hex() == vector["seed"]
    for purpose, value, ticket in vector["tickets"]:
        text = f"dr-ticket-v1{purpose}\x00{value}".encode()
        assert hashlib.sha256(seed + text).hexdigest() == ticket
    pool = [line.split("\t") for line in vector["files"]["pool.tsv"].splitlines()]
    for stratum, quota in {"A": 1, "C": 2, "D": 4}.items():
        order = sorted(
            (hashlib.sha256(seed + b"dr-ticket-v1subject\0" + id_.encode()).hexdigest(), id_)
            for id_, code in pool
            if code == stratum
        )
        assert [[id_, ticket] for ticket, id_ in order[:quota]] == vector["selected"][stratum]
