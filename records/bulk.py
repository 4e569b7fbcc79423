"""One act on many objects: what the preview shows and what the answer tells of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.contrib import messages
from django.db import models
from django.http import HttpRequest

M = TypeVar("M", bound=models.Model)

_MOST_NAMED = 5


@dataclass(frozen=True)
class BulkRow(Generic[M]):
    """A chosen object and why the act is not possible with it (empty: it is)."""

    target: M
    obstacle: str


def preview(rows: Sequence[BulkRow[M]]) -> dict[str, list[M] | list[BulkRow[M]]]:
    """What the page before a bulk act lists: ``possible`` objects and ``skipped`` rows."""
    return {
        "possible": [row.target for row in rows if not row.obstacle],
        "skipped": [row for row in rows if row.obstacle],
    }


def report(request: HttpRequest, label: str, rows: Sequence[BulkRow[M]]) -> None:
    """Tell the person how many were done, and of the first few left out why."""
    skipped = [row for row in rows if row.obstacle]
    if done := len(rows) - len(skipped):
        messages.success(request, f"已完成：{label} {done} 项。")
    for row in skipped[:_MOST_NAMED]:
        messages.warning(request, f"未办理“{row.target}”：{row.obstacle.rstrip('。')}。")
    if len(skipped) > _MOST_NAMED:
        messages.warning(request, f"另有 {len(skipped) - _MOST_NAMED} 项未办理。")
