"""Effects that end by the date alone, and subjects that begin to be judged."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from credit.models import Evaluation, Indicator, IndicatorSet, Stale, Standing, Subject
from credit.services import adjustments, directory, evaluations, events
from credit.services.ageing import mark_aged
from credit.services.directory import upsert_subjects
from credit.services.events import Told
from credit.tests.entries import entries
from departments.models import Department, Region
from records import clock
from records.actor import SYSTEM
from records.workdays import SHANGHAI

pytestmark = pytest.mark.django_db

BEGUN = dt.date(2026, 3, 31)


def on(day: dt.date) -> clock.at:
    return clock.at(dt.datetime.combine(day, dt.time(9), SHANGHAI))


@pytest.fixture
def by_set(county: Region) -> IndicatorSet:
    made = IndicatorSet.objects.create(
        region=county,
        department=Department.objects.filter(region=county).first(),
        name="通用信用风险评价指标",
        state=IndicatorSet.State.IN_FORCE,
        created_at=clock.now(),
    )
    for position, (event, months) in enumerate((("penalty", 12), ("dishonest", None))):
        Indicator.objects.create(
            of=made,
            position=position,
            code=f"line-{position}",
            name="指标",
            group="维度",
            event=event,
            measure="count",
            weight=4_000,
            months=months,
        )
    return made


@pytest.fixture
def subjects(county: Region) -> list[Subject]:
    upsert_subjects(SYSTEM, entries(4), "试验", region_code=county.code)
    Subject.objects.update(status=Subject.Status.OPEN)
    Stale.objects.all().delete()
    return list(Subject.objects.order_by("pk"))


def tell(subject: Subject, kind: str, day: dt.date, until: dt.date | None = None) -> None:
    key = f"{subject.pk} {kind} {day}"
    fact = Told(subject.pk, kind, day, "某事", source="试验", key=key, until=until)
    events.tell(SYSTEM, [fact])


def grades() -> str:
    return "".join(Subject.objects.order_by("pk").values_list("grade", flat=True))


def judged_on(by_set: IndicatorSet, day: dt.date) -> None:
    with on(day):
        run = evaluations.begin(SYSTEM, by_set, Evaluation.Kind.ORDERED)
        evaluations.go_on(run.pk)
        Stale.objects.all().delete()


def test_the_grade_is_up_to_date_on_the_day_an_effect_ends(
    by_set: IndicatorSet, subjects: list[Subject]
) -> None:
    with on(BEGUN):
        tell(subjects[0], "dishonest", dt.date(2025, 1, 1), until=dt.date(2026, 4, 10))
        # Its twelve months reach back to 31 March 2025, on 1 April no more.
        tell(subjects[1], "penalty", BEGUN.replace(year=2025))
        tell(subjects[2], "penalty", dt.date(2025, 6, 1))
        # Of no indicator, and over before: neither concerns anybody.
        tell(subjects[3], "complaint", dt.date(2025, 4, 1))
        tell(subjects[3], "dishonest", dt.date(2025, 1, 1), until=BEGUN)
        assert mark_aged() == 0
    judged_on(by_set, BEGUN)
    assert grades() == "CCCA"
    for day, marked, held in (
        (BEGUN, 0, "CCCA"),
        (dt.date(2026, 4, 1), 1, "CACA"),
        (dt.date(2026, 4, 9), 0, "CACA"),
        (dt.date(2026, 4, 10), 1, "AACA"),
        (dt.date(2026, 6, 1), 0, "AACA"),
        (dt.date(2026, 6, 2), 1, "AAAA"),
        (dt.date(2027, 1, 1), 0, "AAAA"),
    ):
        with on(day):
            assert (day, mark_aged()) == (day, marked)
            assert mark_aged() == 0, "noted once"
            evaluations.judge_stale()
            assert mark_aged() == 0, "due once"
        assert (day, grades()) == (day, held)


def test_missed_days_are_made_up_for_at_once(by_set: IndicatorSet, subjects: list[Subject]) -> None:
    with on(BEGUN):
        tell(subjects[0], "dishonest", dt.date(2025, 1, 1), until=dt.date(2026, 4, 10))
        tell(subjects[1], "penalty", BEGUN.replace(year=2025))
        tell(subjects[2], "penalty", dt.date(2025, 6, 1))
    judged_on(by_set, BEGUN)
    Subject.objects.filter(pk=subjects[2].pk).update(status=Subject.Status.REVOKED)
    with on(dt.date(2026, 8, 20)), CaptureQueriesContext(connection) as queries:
        assert mark_aged() == 2, "who no longer exists is not judged"
    assert len(queries) <= 6
    stale = Stale.objects.order_by("pk").values_list("pk", flat=True)
    assert list(stale) == [subjects[0].pk, subjects[1].pk]


def test_a_grade_by_hand_gives_way_to_what_aged_meanwhile(
    by_set: IndicatorSet, subjects: list[Subject], actor
) -> None:
    with on(BEGUN):
        tell(subjects[0], "penalty", BEGUN.replace(year=2025))
    judged_on(by_set, BEGUN)
    with on(BEGUN):
        adjustments.adjust(
            actor("fgw_clerk"), subjects[0].pk, "D", "专项整治", dt.date(2026, 4, 20)
        )
    with on(dt.date(2026, 4, 1)):
        mark_aged()
        evaluations.judge_stale()
        assert grades()[0] == "D"
    with on(dt.date(2026, 4, 21)):
        assert adjustments.end_due() == 1
    assert grades()[0] == "A"


def test_who_is_entered_or_back_in_business_is_judged_next(
    by_set: IndicatorSet, county: Region, actor
) -> None:
    first, second, third, gone = (replace(one, status="open") for one in entries(4))
    upsert_subjects(
        SYSTEM, [first, replace(gone, status="revoked")], "导入", region_code=county.code
    )
    entered = directory.create_subject(actor("fgw_clerk"), second, "新开业")
    assert set(Stale.objects.values_list("subject__identifier", flat=True)) == {
        first.identifier,
        second.identifier,
    }
    assert evaluations.judge_stale() == 2
    assert Standing.objects.count() == 2
    renamed_only = [replace(first, name="改名后的店", grade="A"), third]
    upsert_subjects(SYSTEM, renamed_only, "导入", region_code=county.code)
    assert Stale.objects.get().subject.identifier == third.identifier
    evaluations.judge_stale()
    upsert_subjects(SYSTEM, [gone], "导入", region_code=county.code)
    assert Stale.objects.get().subject.identifier == gone.identifier
    evaluations.judge_stale()
    for status, stale in (("closed", False), ("deregistered", False), ("open", True)):
        directory.update_subject(actor("fgw_clerk"), entered.pk, {"status": status}, "核实")
        assert (status, Stale.objects.exists()) == (status, stale)
