"""Many at once leave exactly what the same leave one by one."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clues.models import Clue, Complainant, RiskWarning, Stop, Told
from clues.services import intake
from clues.services.intake_facts import Facts
from clues.services.intake_many import register_each
from clues.services.warnings.many import FromAbove, enter_each
from clues.services.warnings.response import from_above
from matters.models import Matter
from records.errors import NotAllowed
from records.models import Deadline, OutboxMessage, TrailEntry

pytestmark = pytest.mark.django_db

NOW = "2026-03-05T10:00:00+08:00"
CLUES: list[dict[str, Any]] = [
    {"content": "甲楼消防通道堆放杂物。请处理", "complainant_phone": "13800000001"},
    {"content": "乙店卫生差", "complainant_name": "王某某", "complainant_phone": "0394-2680001"},
    {"content": "丙厂噪声扰民", "complainant_name": "李某某"},
    {"content": "丁店无照经营", "complainant_phone": "13800000002", "wants_answer": False},
    {"content": "戊处占道", "title": "占道经营", "subject_name": "戊便利店", "place": "东街"},
]


def ignoring(row: Any, *names: str) -> dict[str, Any]:
    skipped = {"id", "number", "external_number", "seq", "sealed", *names}
    return {
        field.attname: field.value_from_object(row)
        for field in row._meta.concrete_fields
        if field.attname not in skipped
    }


def left_by(instance: Any, *numbers: str) -> dict[str, Any]:
    """All that was written about an object, its own numbers left out."""
    about = {"target_type": ContentType.objects.get_for_model(instance), "target_id": instance.pk}

    def plain(text: object) -> str:
        found = str(text)
        for number in (instance.number, instance.external_number):
            found = found.replace(number, "#")
        return found

    entries = TrailEntry.objects.filter(**about).order_by("verb", "pk")
    return {
        "itself": ignoring(instance, "bands"),
        "stops": [
            (s.code, s.kind, s.waits, plain(s.about), s.department_id, s.for_head, s.entered_at)
            for s in Stop.objects.filter(**about)
        ],
        "clocks": [
            (d.rule, d.title, d.amount, d.unit, d.due_at, d.department_id, plain(d.target_name))
            for d in Deadline.objects.filter(**about)
        ],
        "parties": sorted(instance.parties.values_list("department_id", flat=True)),
        "trail": [
            (e.verb, e.label, e.opinion, plain(e.after), plain(e.target_name)) for e in entries
        ],
    }


def of_complainant(clue: Clue) -> Any:
    told = [(t.step, t.text.replace(clue.number, "#"), t.by) for t in clue.told.all()]
    people = [ignoring(each, "clue_id") for each in Complainant.objects.filter(clue=clue)]
    sent = OutboxMessage.objects.filter(payload__number=clue.number)
    return (
        told,
        people,
        [
            m.payload
            | {
                "number": "",
                "external_number": "",
                "text": m.payload["text"].replace(clue.number, "#"),
            }
            for m in sent
        ],
    )


@time_machine.travel(NOW, tick=False)
def test_clues_leave_what_they_leave_one_by_one(actor) -> None:  # type: ignore[no-untyped-def]
    clerk = actor("xzsp_clerk")
    alone = [
        intake.register(clerk, channel="hotline", external_number=f"A{n}", **facts)
        for n, facts in enumerate(CLUES)
    ]
    news = register_each(
        clerk,
        [Facts(channel="hotline", external_number=f"B{n}", **f) for n, f in enumerate(CLUES)],
    )
    assert news == [True] * len(CLUES)
    together = [Clue.objects.get(external_number=f"B{n}") for n in range(len(CLUES))]
    assert [c.number[-6:] for c in (*alone, *together)] == [f"{n:06}" for n in range(1, 11)]
    for one, other in zip(alone, together, strict=True):
        one.refresh_from_db()
        assert left_by(other) == left_by(one)
        assert of_complainant(other) == of_complainant(one)
    assert Told.objects.count() == 2 * 2


@time_machine.travel(NOW, tick=False)
def test_warnings_leave_what_they_leave_one_by_one(actor, county) -> None:  # type: ignore[no-untyped-def]
    clerk = actor("xzsp_clerk")
    matter = Matter.objects.create(region=county, code="M", number=1)
    facts: list[dict[str, Any]] = [
        {"level": "minor", "title": "甲", "content": "一"},
        {"level": "major", "title": "乙", "content": "二", "matter": matter},
    ]
    alone = [
        from_above(clerk, origin="province", external_number=f"A{n}", **each)
        for n, each in enumerate(facts)
    ]
    told = [
        FromAbove(origin="province", external_number=f"B{n}", **each)
        for n, each in enumerate(facts)
    ]
    assert enter_each(clerk, [*told, told[0]]) == [True, True, False]
    assert enter_each(clerk, told) == [False, False]
    for n, one in enumerate(alone):
        one.refresh_from_db()
        other = RiskWarning.objects.get(external_number=f"B{n}")
        assert left_by(other) == left_by(one)


def test_what_is_there_is_told_and_stays(actor) -> None:  # type: ignore[no-untyped-def]
    clerk = actor("xzsp_clerk")
    intake.register(clerk, channel="hotline", external_number="1", content="甲")
    told = [Facts(channel="hotline", external_number=each, content="乙") for each in "122"]
    assert register_each(clerk, told) == [False, True, False]
    assert Clue.objects.get(external_number="1").content == "甲"
    # A number is taken back with what it numbered: the next clue has the next number.
    numbers = sorted(Clue.objects.values_list("number", flat=True))
    assert [number[-6:] for number in numbers] == ["000001", "000002"]


def test_the_number_of_statements_does_not_grow_with_the_clues(actor) -> None:  # type: ignore[no-untyped-def]
    clerk = actor("xzsp_clerk")

    def statements(numbers: range) -> int:
        told = [Facts(channel="hotline", external_number=str(n), content="乙") for n in numbers]
        with CaptureQueriesContext(connection) as asked:
            register_each(clerk, told)
        return len(asked)

    statements(range(2))
    assert statements(range(10, 12)) == statements(range(20, 60))


def test_who_may_not_enters_none(actor) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(NotAllowed):
        enter_each(actor("mzj_clerk"), [])
