"""Code lists of the supervision-act data, told in docs/gateway.md."""

from __future__ import annotations

from collections.abc import Mapping

ACT_TYPES: Mapping[str, str] = {"check": "1", "penalty": "2", "measure": "3"}
"""行政检查, 行政处罚, 行政强制措施."""

MEASURE_STATES: dict[str, str] = {
    "in_force": "实施中",
    "decided": "已作出处理决定",
    "closed": "已办结",
}
"""How far a compulsory measure has come, as it is told."""


def record_of(kind: str, region_code: str, key: int) -> str:
    """The number by which an act is told for good; ``key`` is that of a check's part, a penalty or
    a measure."""
    return f"{region_code}-{ACT_TYPES[kind]}-{key}"


LONGEST_WAIT = 30
"""Seconds that a receiving system may take at most, to connect and to answer each."""
