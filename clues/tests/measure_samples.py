"""Compulsory measures at each step, for tests."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils import timezone

from clues.models import CompulsoryMeasure
from clues.rules.measures import LIFT, STEPS
from clues.services.measures import begin, ending, term
from clues.services.measures.begin import CarriedOut, ItemData, MeasureData
from clues.services.measures.ending import Disposal
from clues.services.measures.term import TestData
from clues.tests.joint_samples import department_of, subject
from clues.tests.samples import person, photo
from inspections.models import Inspector
from records import clock
from records.periods import ago, ahead

TEST = {"what": "冻肉质量检验", "institution": "市检验检测中心", "days": 15}


def item(**over: Any) -> ItemData:
    """A line of the list."""
    values: dict[str, Any] = {
        "name": "冻猪肉",
        "quantity": Decimal("12.5"),
        "unit": "公斤",
        "place": "区市场监管局罚没物品仓库",
        "note": "无检疫证明",
        **over,
    }
    return ItemData(**values)


def measure_data(**over: Any) -> MeasureData:
    """Meat of unknown origin is to be seized."""
    values: dict[str, Any] = {
        "subject": subject(),
        "kind": CompulsoryMeasure.Kind.SEIZE,
        "reason": "现场发现来源不明的冻肉，可能危害食品安全。",
        "basis": "《中华人民共和国食品安全法》第一百一十条",
        "items": [item()],
        **over,
    }
    return MeasureData(**values)


def officers(clerk: str = "scjg_clerk", many: int = 2) -> list[Inspector]:
    """Licensed officers of an account's department."""
    own = department_of(clerk)
    found = [
        Inspector.objects.get_or_create(
            licence=f"QZ{own.pk}-{number}",
            defaults={
                "department": own,
                "name": f"{own.short_name}执法{number}",
                "valid_from": dt.date(2020, 1, 1),
                "valid_until": dt.date(2040, 1, 1),
            },
        )[0]
        for number in range(many)
    ]
    return found


def carried_out(clerk: str = "scjg_clerk", **over: Any) -> CarriedOut:
    """Done now, with all that the law asks for."""
    values: dict[str, Any] = {
        "at": clock.now(),
        "place": "淮阳区第 1 福利院食堂",
        "document": "淮市监强〔2026〕1号",
        "officers": officers(clerk),
        "presence": CompulsoryMeasure.Presence.PARTY,
        "signature": CompulsoryMeasure.Signature.SIGNED,
        "statement": "当事人表示冻肉为赊购，没有票据。",
        "steps": tuple(STEPS),
        "record": [photo("现场笔录.jpg")],
        **over,
    }
    return CarriedOut(**values)


def applied(name: str = "scjg", **over: Any) -> CompulsoryMeasure:
    """Before the head."""
    return begin.apply(person(f"{name}_clerk"), measure_data(**over))


def approved(name: str = "scjg", **over: Any) -> CompulsoryMeasure:
    """Approved, to be carried out."""
    return begin.approve(person(f"{name}_head"), applied(name, **over).pk)


def in_force(
    name: str = "scjg", done: dict[str, Any] | None = None, **over: Any
) -> CompulsoryMeasure:
    """Carried out."""
    found = approved(name, **over)
    own = carried_out(f"{name}_clerk", **(done or {}))
    return begin.carry_out(person(f"{name}_clerk"), found.pk, own)


def urgent(
    name: str = "scjg", hours_ago: int = 1, document: str = "淮市监强〔2026〕1号", **over: Any
) -> CompulsoryMeasure:
    """Carried out first, some hours ago."""
    at = ahead(ago(clock.now(), days=1), hours=24 - hours_ago)
    done = carried_out(f"{name}_clerk", at=at, document=document)
    return begin.apply_urgent(person(f"{name}_clerk"), measure_data(**over), done)


def disposal(**over: Any) -> Disposal:
    """What is lifted because nothing was found."""
    values: dict[str, Any] = {
        "outcome": LIFT,
        "ground": "no_violation",
        "reason": "检验合格，来源已经查清。",
        **over,
    }
    return Disposal(**values)


def disposing(measure: CompulsoryMeasure, name: str = "scjg", **over: Any) -> CompulsoryMeasure:
    """Its end is before the head."""
    return ending.dispose(person(f"{name}_clerk"), measure.pk, disposal(**over))


def decided(measure: CompulsoryMeasure, name: str = "scjg", **over: Any) -> CompulsoryMeasure:
    """The head has decided."""
    return ending.decide(person(f"{name}_head"), disposing(measure, name, **over).pk)


def closed(measure: CompulsoryMeasure, name: str = "scjg", **over: Any) -> CompulsoryMeasure:
    """What was decided is done."""
    found = decided(measure, name, **over)
    return ending.close(
        person(f"{name}_clerk"), found.pk, fulfilled_on=clock.today(), fulfilment="已退还当事人。"
    )


def under_test(measure: CompulsoryMeasure, name: str = "scjg", **over: Any) -> CompulsoryMeasure:
    """A test goes on from today."""
    values: dict[str, Any] = {**TEST, "told_on": clock.today(), **over}
    return term.test(person(f"{name}_clerk"), measure.pk, TestData(**values))


def day_of(moment: dt.datetime | None) -> dt.date:
    """The local day of a moment that is there."""
    assert moment is not None
    return timezone.localtime(moment).date()
