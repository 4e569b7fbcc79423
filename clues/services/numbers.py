"""Numbers without gaps: clues per region and year, letters per department, kind and year."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from clues.models import Counter
from clues.rules.kinds import Kind
from departments.models import Department
from records import clock


def next_values(series: str, count: int = 1) -> range:
    """The next ``count`` values of a series, first one 1. Call it inside the transaction that
    uses them: the series stays locked until it ends, and a rollback gives the values back."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("numbers are issued inside a transaction")
    Counter.objects.get_or_create(series=series)
    Counter.objects.filter(series=series).update(value=F("value") + count)
    last = Counter.objects.values_list("value", flat=True).get(series=series)
    return range(last - count + 1, last + 1)


def clue_numbers(
    region_code: str, *, confidential: bool, count: int = 1, at: dt.datetime | None = None
) -> list[str]:
    """XS411603-2026-000001 …; confidential clues have a series of their own (MX…), so that the
    ordinary one shows no gaps."""
    year = timezone.localtime(at).year
    word = "MX" if confidential else "XS"
    series = f"clue:{word}:{region_code}:{year}"
    return [f"{word}{region_code}-{year}-{n:06d}" for n in next_values(series, count)]


def letter_number(sender: Department, kind: Kind, *, confidential: bool) -> str:
    """The number of a letter as departments write it: 市场监管局移〔2026〕12号."""
    year = clock.today().year
    word = f"{kind.word}密" if confidential else kind.word
    (value,) = next_values(f"letter:{sender.pk}:{word}:{year}")
    return f"{sender.short_name or sender.name}{word}〔{year}〕{value}号"
