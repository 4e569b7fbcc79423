"""Two entries that are one business, and their merge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from credit.models import DuplicatePair, Subject
from credit.services import duplicates, merging
from credit.services.directory import upsert_subjects
from credit.services.lookalikes import compare_due
from credit.tests.entries import HOME, entries
from records.actor import SYSTEM, Actor

TWIN = replace(
    HOME,
    identifier="52411603MJY000016B",
    name="淮阳区（穗禾）养老服务中心",
    grade="C",
    address="淮阳区新站镇东街1号",
)
REASON = "登记档案核对一致"


def pair(county_code: str = "411603") -> DuplicatePair:
    """The two among others, found by the comparison: ``first`` is ``HOME``."""
    for rows in (entries(20), [HOME], [TWIN]):
        upsert_subjects(SYSTEM, rows, "名录导入", region_code=county_code)
    compare_due()
    home, twin = (Subject.objects.get(identifier=one.identifier) for one in (HOME, TWIN))
    return DuplicatePair.objects.get(first=home, second=twin)


def proposed(
    actor: Callable[[str], Actor], found: DuplicatePair, *taken: str, survivor: int = 0
) -> DuplicatePair:
    """The pair with the proposal that the first stays."""
    stays = survivor or found.first_id
    return duplicates.propose(actor("xzsp_clerk"), found.pk, stays, taken, REASON)


def merged(
    actor: Callable[[str], Actor], found: DuplicatePair, *taken: str, survivor: int = 0
) -> tuple[Subject, Subject]:
    """The survivor and the one that went into it."""
    proposed(actor, found, *taken, survivor=survivor)
    stayed = merging.approve(actor("fgw_head"), found.pk)
    went = found.second_id if stayed.pk == found.first_id else found.first_id
    return Subject.objects.get(pk=stayed.pk), Subject.objects.get(pk=went)
