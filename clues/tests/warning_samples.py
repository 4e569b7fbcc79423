"""Events and rules for tests of warnings, written directly: what counts is when and where."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from itertools import count
from typing import Any

from clues.models import Clue, ClueParty, RiskWarning, WarningRule, WarningRuleVersion
from clues.rules import warnings as w
from clues.services.warnings import evaluation
from credit.models import Subject
from departments.models import Department, Region
from records.workdays import SHANGHAI

COUNTY = "411603"
_serial = count(1)


def day(text: str, hour: int = 10) -> dt.datetime:
    """A day of 2026 as 09-28, ten in the morning."""
    month, of_month = text.split("-")
    return dt.datetime(2026, int(month), int(of_month), hour, tzinfo=SHANGHAI)


def subject(name: str = "幸福养老院", **over: Any) -> Subject:
    serial = next(_serial)
    facts: dict[str, Any] = {
        "region": Region.objects.get(code=COUNTY),
        "township": Region.objects.get(code="411603101"),
        "id_kind": "uscc",
        "identifier": f"9141160300000{serial:05d}",
        "name": name,
        "categories": ["nursing_home"],
        "industry_class": "8514",
        "grade": "B",
        **over,
    }
    return Subject.objects.create(**facts)


def complaints(about: Subject, times: Iterable[dt.datetime], **over: Any) -> list[Clue]:
    """A clue about the subject at each moment."""
    holder = Department.objects.get(short_name="民政局", region__code=COUNTY)
    facts: dict[str, Any] = {
        "region_code": COUNTY,
        "channel": Clue.Channel.HOTLINE,
        "title": "食堂使用过期食材",
        "content": "冰柜中存放过期冻肉。",
        "township": about.township,
        "subject": about,
        "receiver": holder,
        "holder": holder,
        **over,
    }
    made = Clue.objects.bulk_create(
        Clue(number=f"XST-{next(_serial):08d}", received_at=at, **facts) for at in times
    )
    ClueParty.objects.bulk_create(ClueParty(clue=clue, department=holder) for clue in made)
    return made


def rule(**over: Any) -> WarningRuleVersion:
    """Three complaints about one subject in 30 days, in force, quiet for 10 days."""
    facts: dict[str, Any] = {
        "rule": over.pop("rule", None) or WarningRule.objects.create(region_code=COUNTY),
        "state": WarningRuleVersion.State.IN_FORCE,
        "name": "同一对象多次投诉",
        "source": "clue",
        "measure": w.COUNT,
        "group_by": w.SUBJECT,
        "window_days": 30,
        "threshold": Decimal(3),
        "quiet_days": 10,
        "level": w.SERIOUS,
        "push_to": [w.HOLDER, "coordination"],
        "plan": "五个工作日内一并核查。",
        "change_reason": "试行",
        **over,
    }
    return WarningRuleVersion.objects.create(**facts)


def raised(version: WarningRuleVersion, now: dt.datetime) -> list[RiskWarning]:
    """What an evaluation at this moment raises."""
    before = set(RiskWarning.objects.values_list("pk", flat=True))
    evaluation.evaluate(version.pk, now)
    return list(RiskWarning.objects.exclude(pk__in=before).order_by("pk"))
