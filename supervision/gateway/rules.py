"""The figures of the gateway; a region may override each."""

from __future__ import annotations

from departments.profile import Number

_PRACTICE = "平台缺省值，由本地区设定"

OVERLAP_DAYS = Number(
    "gateway.key_overlap", 7, "更换接入密钥后旧密钥继续有效的时间", "天", _PRACTICE
)
KEPT_DAYS = Number("gateway.answers_kept", 7, "同一幂等键返回原应答的时间", "天", _PRACTICE)

SKEW_SECONDS = 300
"""How far the clock of a call may be from ours, either way. A nonce is kept twice as long."""

MOST_ITEMS = 10_000
"""How many items one call may push."""
