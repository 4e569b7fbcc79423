"""Entries of the directory for tests."""

from __future__ import annotations

from functools import cache

from credit.validation import SubjectInput
from supervision.demo.directories import subject_input
from supervision.demo.subjects import generate_subjects

HOME = SubjectInput(
    id_kind="uscc",
    identifier="91411603MA44GBK258",
    name="周口市淮阳区穗禾养老服务中心",
    categories=("nursing-home",),
    grade="B",
    status="open",
    industry_class="8514",
    address="周口市淮阳区新站镇东街1号",
    township_code="411603101",
)


@cache
def _generated() -> tuple[SubjectInput, ...]:
    return tuple(subject_input(row) for row in generate_subjects(7, 2000))


def entries(count: int) -> list[SubjectInput]:
    """The first ``count`` (at most 2,000) of a fixed list of sound entries."""
    return list(_generated()[:count])


def entry(number: int) -> SubjectInput:
    """One of them."""
    return _generated()[number]
