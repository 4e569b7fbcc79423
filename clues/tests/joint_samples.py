"""Joint verifications, penalties and campaigns at each step, for tests."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from clues.models import Clue, JointVerification, Penalty
from clues.services import joint, penalties
from clues.services.joint import Asked
from clues.services.penalties import PenaltyData
from clues.tests.samples import own_handling, person
from credit.models import Subject
from departments.models import Department, Region, User


def department_of(username: str) -> Department:
    """The department of a demo account."""
    found = User.objects.select_related("department__region").get(username=username).department
    assert found is not None
    return found


def subject(number: int = 1) -> Subject:
    """A nursing home on file."""
    region = Region.objects.get(code="411603")
    found, _ = Subject.objects.get_or_create(
        region=region,
        id_kind="uscc",
        identifier=f"52411603JOINT{number:05d}",
        defaults={
            "name": f"淮阳区第{number}福利院",
            "categories": ["nursing-home"],
            "grade": "B",
            "address": "健康路 1 号",
        },
    )
    return found


def clue_at(username: str = "mzj_clerk", **over: Any) -> Clue:
    """A clue handled by the account's department."""
    return own_handling(person(username), **over)


def asked(*usernames: str, days: int = 5) -> list[Asked]:
    """What the departments of some accounts are asked."""
    return [Asked(department_of(name), f"{name} 核查食堂", days) for name in usernames]


def drafted(clue: Clue | None = None, *others: str) -> JointVerification:
    """A plan before the head of the civil affairs department."""
    return joint.begin(
        person("mzj_clerk"),
        (clue or clue_at()).pk,
        "请共同核查食堂过期食材。",
        asked(*(others or ("mzj_clerk", "scjg_clerk"))),
    )


def opened(clue: Clue | None = None, *others: str) -> JointVerification:
    """The same, signed."""
    return joint.open_up(person("mzj_head"), drafted(clue, *others).pk)


def part_of(found: JointVerification, username: str) -> int:
    """The id of the part of an account's department."""
    return found.parts.get(department=department_of(username)).pk


def verified(found: JointVerification, name: str) -> None:
    """One department verifies its part to the end (``name`` as in ``mzj``)."""
    pk = part_of(found, f"{name}_clerk")
    if found.parts.get(pk=pk).state == "sent":
        joint.accept(person(f"{name}_clerk"), pk)
    joint.report(person(f"{name}_clerk"), pk, f"{name}：发现过期冻肉 3 公斤。")
    joint.confirm(person(f"{name}_head"), pk)


def penalty_data(**over: Any) -> PenaltyData:
    """A fine for rotten meat in May."""
    today = timezone.localdate()
    values: dict[str, Any] = {
        "subject": subject(),
        "act": "使用超过保质期的食品原料",
        "occurred_from": dt.date(today.year - 1, 5, 1),
        "occurred_to": dt.date(today.year - 1, 5, 31),
        "number": "淮市监罚〔2025〕1号",
        "kind": Penalty.Kind.FINE,
        "amount": 500_000,
        "decided_on": dt.date(today.year - 1, 6, 10),
        **over,
    }
    return PenaltyData(**values)


def fined(clerk: str = "scjg_clerk", head: str = "scjg_head", **over: Any) -> Penalty:
    """A penalty in force."""
    return penalties.sign(person(head), penalties.enter(person(clerk), penalty_data(**over)).pk)
