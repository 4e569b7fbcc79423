"""What is written of subjects while their grades are judged anew."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event

import pytest
from django.db import OperationalError, connection, transaction

from clues.tests import joint_samples
from clues.tests.samples import together
from credit.models import Evaluation, Stale, Subject
from credit.services import evaluations, events
from credit.services.ageing import mark_aged
from credit.services.directory import upsert_subjects
from credit.services.events import Told
from credit.tests.entries import entries
from credit.tests.standings import indicator_set
from records import clock
from records.actor import SYSTEM
from records.workdays import SHANGHAI

pytestmark = pytest.mark.django_db(transaction=True)

FINES = {"event": "penalty", "measure": "count", "weight": 6_000}


def test_a_file_reopens_one_and_renames_another_while_both_are_judged(county) -> None:
    first, second = (replace(row, status="open", grade="A") for row in entries(2))
    upsert_subjects(
        SYSTEM, [second, replace(first, status="revoked")], "名录导入", region_code=county.code
    )
    subjects = list(Subject.objects.order_by("pk"))
    indicator_set(county, FINES)
    events.tell(
        SYSTEM,
        [Told(one.pk, "penalty", clock.today(), "罚款", "试验", str(one.pk)) for one in subjects],
    )
    noted = Event()

    def judge() -> int:
        def tells_what_it_holds(execute, sql, params, many, context):
            result = execute(sql, params, many, context)
            if "credit_stale" in sql:
                noted.set()
            return result

        try:
            with connection.execute_wrapper(tells_what_it_holds):
                return evaluations.judge_stale()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        judging = []

        def goes_on(_: int) -> None:
            """With the subjects written and nothing committed."""
            judging.append(pool.submit(judge))
            assert noted.wait(60)

        file = [first, replace(second, name="更名后的养老院")]
        done = upsert_subjects(SYSTEM, file, "名录导入", goes_on, region_code=county.code)
        assert done.updated == 2
        assert judging[0].result() == 2
    assert list(Subject.objects.values_list("grade", "status").distinct()) == [("D", "open")]


def test_what_ages_while_its_subject_is_judged_as_of_the_day_before_is_noted(county) -> None:
    def on(day: int) -> clock.at:
        return clock.at(dt.datetime(2026, 4, day, 9, tzinfo=SHANGHAI))

    def told(key: str, day: int, until: dt.date | None = None) -> None:
        events.tell(
            SYSTEM,
            [Told(subject.pk, "penalty", dt.date(2026, 4, day), "罚款", "试验", key, until=until)],
        )

    def impatient() -> int:
        with on(10), connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '100ms'")
            return mark_aged()

    subject = joint_samples.subject(1)
    by_set = indicator_set(county, FINES)
    with on(9):
        told("1", 1, until=dt.date(2026, 4, 10))
        run = evaluations.begin(SYSTEM, by_set, Evaluation.Kind.ORDERED)
        evaluations.go_on(run.pk)
        told("2", 9)
    with transaction.atomic():
        list(Stale.objects.select_for_update())
        (outcome,) = together(impatient)
        assert isinstance(outcome, OperationalError), "waits for whoever is judging"
        with on(9):
            assert evaluations.judge_stale() == 1
    with on(10):
        assert mark_aged() == 1
        assert mark_aged() == 0
        assert evaluations.judge_stale() == 1
