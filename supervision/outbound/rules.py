"""Code lists of the supervision-act data, told in docs/gateway.md."""

from __future__ import annotations

from collections.abc import Mapping

ACT_TYPES: Mapping[str, str] = {"check": "1", "penalty": "2"}
"""行政检查, 行政处罚; 3 is kept for 行政强制."""

LONGEST_WAIT = 30
"""Seconds that a receiving system may take at most, to connect and to answer each."""
