"""A frozen draw and its bundle, from the texts as they were hashed."""

from __future__ import annotations

import json
from collections.abc import Mapping

from inspections import draw as dr
from inspections.draw import verify
from inspections.models import Draw
from inspections.services.draws.rows import row_findings

UNREADABLE = (dr.InputError, ValueError, TypeError, KeyError, AttributeError)
"""What reading a text that somebody changed may raise."""

FIELDS = {
    "pool.tsv": "pool_tsv",
    "excluded.tsv": "excluded_tsv",
    "officers.tsv": "officers_tsv",
    "recusals.tsv": "recusals_tsv",
    "townships.tsv": "townships_tsv",
    "rules.json": "rules_json",
    "verify.py": "verifier_py",
}


def keep(draw: Draw, frozen: dr.Frozen) -> None:
    """Put a frozen draw into the row, text for text; the caller saves."""
    draw.commit = frozen.canonical.decode()
    draw.commit_hash = frozen.hash
    for name, content in frozen.files.items():
        setattr(draw, FIELDS[name], content.decode())


def frozen_of(draw: Draw) -> dr.Frozen:
    """The frozen draw of a row; raises ``inspections.draw.InputError`` when a text was changed."""
    files = {name: getattr(draw, field).encode() for name, field in FIELDS.items()}
    return dr.load(draw.commit.encode(), files)


def certificate_of(draw: Draw) -> dr.Certificate:
    """The certificate of a finished draw."""
    return dr.certify(json.loads(draw.certificate))


def bundle(draw: Draw) -> bytes:
    """The zip that anyone can check with the ``verify.py`` in it.

    A void draw's pool stays closed: its bundle holds the certificate and the verifier only.
    """
    files: Mapping[str, bytes] = {}
    if draw.state == Draw.State.DONE:
        files = _files(draw)
    elif draw.verifier_py:
        files = {"verify.py": draw.verifier_py.encode()}
    return dr.make_bundle(draw.certificate.encode(), files, [])


def _files(draw: Draw) -> Mapping[str, bytes]:
    try:
        return frozen_of(draw).files
    except UNREADABLE:
        # Somebody changed a text: handed out as it stands, for the verifier to name the place.
        return {name: getattr(draw, field).encode() for name, field in FIELDS.items()}


def verification(draw: Draw) -> list[verify.Finding]:
    """What the independent verifier finds in the bundle of a finished draw, and whether the rows
    that tasks are made from still are what the certificate says."""
    done = draw.state == Draw.State.DONE
    published = draw.commit_hash if done or draw.commit else None
    findings = verify.verify_bundle(bundle(draw), published)
    if done and all(finding.ok for finding in findings):
        findings += row_findings(draw, _files(draw), certificate_of(draw))
    return findings


def is_damaged(draw: Draw) -> bool:
    """Whether a frozen draw no longer holds what was registered, or not in a readable form."""
    try:
        if draw.frozen_at:
            counts = draw.counts
            list(counts["strata"].items()), counts["pool"], sum(counts["excluded"].values())
            frozen_of(draw)
    except UNREADABLE:
        return True
    over = draw.state in (Draw.State.DONE, Draw.State.VOID)
    return over and any(not finding.ok for finding in verification(draw))
