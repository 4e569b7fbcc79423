"""The differentiated supervision a county starts from: what the platform does where neither the
list of matters nor a policy says anything, as a first draft to adapt (S5)."""

from __future__ import annotations

from credit.policy_validation import RowInput

NAME = "差异化监管方案"

RATIOS: dict[str, int] = {"A": 300, "B": 1_000, "C": 3_000, "D": 10_000}
"""Basis points by grade (国家信用风险分类管理通行做法，可由本地区调整)."""

ROWS: tuple[RowInput, ...] = tuple(RowInput(None, grade, bp) for grade, bp in RATIOS.items())
