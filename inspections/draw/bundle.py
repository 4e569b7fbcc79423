"""The bundle that anyone can check, and the verifier that goes with it."""

from __future__ import annotations

import functools
import io
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from .canonical import canonical, sha256_hex

_EPOCH = (1980, 1, 1, 0, 0, 0)
VERIFIER = "verify.py"


@functools.cache
def verifier_source() -> bytes:
    """The bytes of verify.py as published."""
    return Path(__file__).with_name(VERIFIER).read_bytes()


def verifier_hash() -> str:
    """SHA-256 of verify.py in hex, as commits carry it."""
    return sha256_hex(verifier_source())


def make_bundle(
    certificate: bytes,
    files: Mapping[str, bytes],
    amendments: Iterable[Mapping[str, Any]],
) -> bytes:
    """The zip of a draw; the same content gives the same bytes.

    ``certificate``: its canonical bytes. ``files``: those of the frozen draw; of a void draw
    whose pool stays closed its verify.py only, or nothing when it was never frozen.
    ``amendments``: in their order.
    """
    content = {
        VERIFIER: verifier_source(),
        **files,
        "certificate.json": certificate,
        "amendments.json": canonical(list(amendments)),
    }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in sorted(content):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system = 3  # written alike on every system
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content[name])
    return target.getvalue()
