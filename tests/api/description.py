"""The committed description of the REST interface."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).resolve().parents[2] / "docs" / "openapi.yaml"
# The loader in C takes a tenth of the time, where it is there.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def committed() -> dict[str, Any]:
    """Read once, since it is long."""
    described: dict[str, Any] = yaml.load(FILE.read_text(), Loader=LOADER)
    return described
