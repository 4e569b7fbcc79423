"""A grade set by hand holds for its term and then gives way to the computed one."""

from __future__ import annotations

import datetime as dt
from unittest import mock

import pytest
from django.db import OperationalError

from credit.models import Adjustment, Evaluation, IndicatorSet, Standing, Subject, SubjectChange
from credit.rules import default_set
from credit.services import adjustments, evaluations, indicators
from credit.services.directory import upsert_subjects
from credit.tests.entries import HOME
from records import clock
from records.actor import SYSTEM
from records.errors import Conflict, NotAllowed, Refused
from records.periods import ahead, day_after

pytestmark = pytest.mark.django_db


@pytest.fixture
def judged(county, actor) -> IndicatorSet:
    upsert_subjects(SYSTEM, [HOME], "名录导入", region_code=county.code)
    clerk = actor("fgw_clerk")
    made = indicators.draft(clerk, None, default_set.NAME, "首次编制", proposal=True)
    indicators.submit(clerk, made.pk)
    indicators.enforce(actor("fgw_head"), made.pk)
    evaluations.go_on(made.evaluations.get().pk)
    return made


def home() -> Subject:
    return Subject.objects.get(identifier=HOME.identifier)


def standing() -> str:
    return Standing.objects.get(subject=home(), matter=None).grade


def test_it_outlasts_an_evaluation_and_ends_by_itself(judged, actor) -> None:
    until = day_after(clock.today(), 30)
    adjustments.adjust(actor("fgw_clerk"), home().pk, "C", "群众集中反映", until)
    run = indicators.evaluate(actor("fgw_head"), judged.pk, "专项评价")
    evaluations.go_on(run.pk)
    assert Evaluation.objects.get(pk=run.pk).counts["A"] == 1
    assert (home().grade, standing()) == ("C", "C")
    with clock.at(ahead(clock.now(), days=30)):
        assert adjustments.end_due() == 0
    with clock.at(ahead(clock.now(), days=31)):
        assert adjustments.end_due() == 1
        assert adjustments.end_due() == 0
    assert (home().grade, standing()) == ("A", "A")
    assert home().changes.filter(field="grade").first().source == "人工调整期满"


def test_it_is_ended_early_and_replaced_with_a_reason(judged, actor, client_of) -> None:
    clerk, pk = actor("fgw_clerk"), home().pk
    with pytest.raises(Refused, match="没有人工调整"):
        adjustments.end(clerk, pk, "查明不实")
    adjustments.adjust(clerk, pk, "C", "群众集中反映")
    adjustments.adjust(clerk, pk, "D", "情况加重。" * 100)
    held = Adjustment.objects.filter(ended_at=None).get()
    assert (held.grade, held.reason) == ("D", "情况加重。" * 100)
    page = client_of("fgw_clerk").get(f"/credit/subjects/{pk}/").content.decode()
    assert "终止人工调整" in page
    with pytest.raises(NotAllowed):
        adjustments.end(actor("mzj_head"), pk, "查明不实")
    with pytest.raises(Refused, match="必须填写调整理由"):
        adjustments.end(clerk, pk, " ")
    answer = client_of("fgw_clerk").post(
        f"/credit/subjects/{pk}/act/end-grade/", {"opinion": "查明不实"}
    )
    assert answer.status_code == 302
    assert (home().grade, standing()) == ("A", "A")


@pytest.mark.parametrize("days", [-1, 400])
def test_the_term_is_neither_past_nor_too_long(judged, actor, days: int) -> None:
    until: dt.date = day_after(clock.today(), days)
    with pytest.raises(Refused, match="调整期限应在今天到"):
        adjustments.adjust(actor("fgw_clerk"), home().pk, "C", "群众集中反映", until)
    assert home().grade == "A"
    assert not Adjustment.objects.exists()


def test_who_is_in_the_way_of_an_evaluation_is_told_in_words(judged, actor) -> None:
    deadlock = OperationalError("deadlock detected")
    deadlock.__cause__ = type("Detected", (Exception,), {"pgcode": "40P01"})()
    clerk = actor("fgw_clerk")
    create = mock.patch.object(Adjustment.objects, "create", side_effect=deadlock)
    with create, pytest.raises(Conflict, match="未生效"):
        adjustments.adjust(clerk, home().pk, "C", "群众集中反映")
    adjustments.adjust(clerk, home().pk, "C", "群众集中反映")
    create = mock.patch.object(SubjectChange.objects, "create", side_effect=deadlock)
    with create, pytest.raises(Conflict, match="未生效"):
        adjustments.end(clerk, home().pk, "情况已变")
    assert home().grade == "C"
