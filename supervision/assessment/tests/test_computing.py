"""A round is computed by a worker: restartable, at night, and the departments are told."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from records import clock
from records.errors import Conflict, NotAllowed, Refused
from supervision.assessment import tasks
from supervision.assessment.models import Round, RoundNotice
from supervision.assessment.selectors import pending_assessment, pending_round_notices
from supervision.assessment.services import bonuses, computing, notices, rounds
from supervision.assessment.tests.samples import (
    AFTER,
    computed,
    day,
    line_of,
    owed,
    scheme_in_force,
    score_of,
    third_quarter,
)


def test_a_worker_goes_on_where_another_was_killed(county, actor) -> None:  # type: ignore[no-untyped-def]
    mzj = actor("mzj_clerk")
    owed(mzj, day(8, 1), day(7, 30))
    scheme_in_force(actor)
    with clock.at(AFTER):
        of = rounds.begin(actor("xzsp_clerk"), 2026, 3)
        assert (of.state, of.reached) == ("computing", 0)
        # Three steps of one worker, then another one begins.
        for _ in range(3):
            _one_step(of)
        with clock.at(day(10, 12)):
            owed(mzj, day(8, 2))
            assert tasks.look() == 1
    of.refresh_from_db()
    assert (of.state, of.reached) == ("computed", of.scheme.lines.count())
    assert of.computed_at == of.as_of and of.as_of < day(10, 10)
    figures = [(each.line.key, each.rows, each.met) for each in score_of(of, mzj).lines.all()]
    with clock.at(AFTER):
        computed(rounds.compute(actor("xzsp_clerk"), of.pk))
    again = [(each.line.key, each.rows, each.met) for each in score_of(of, mzj).lines.all()]
    assert figures == again and ("clues_in_time", 2, 1) in figures
    assert tasks.look() == 0


def _one_step(of: Round) -> None:
    with transaction.atomic():
        found = Round.objects.select_for_update().get(pk=of.pk)
        computing._step(found)
        found.save()


def test_a_round_that_fails_does_not_hold_up_the_others(county, actor, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    scheme_in_force(actor)
    facts_of = computing.facts_of

    def of_years_only(of: Round, *more: Any) -> Any:
        if of.months != Round.YEAR:
            raise KeyError("facts")
        return facts_of(of, *more)

    monkeypatch.setattr(computing, "facts_of", of_years_only)
    with clock.at(AFTER):
        quarter = rounds.begin(actor("xzsp_clerk"), 2026, 3)
        year = rounds.begin(actor("xzsp_clerk"), 2026, None)
        assert tasks.look() == 2
    quarter.refresh_from_db()
    year.refresh_from_db()
    assert (quarter.state, year.state) == ("computing", "computed")


def test_nobody_acts_on_a_round_while_it_is_computed(county, actor) -> None:  # type: ignore[no-untyped-def]
    of = third_quarter(actor)
    office, head = actor("xzsp_clerk"), actor("xzsp_head")
    with clock.at(AFTER):
        rounds.publish(head, of.pk)
        for act in (rounds.compute, rounds.publish, rounds.freeze):
            with pytest.raises(Conflict):
                act(head, of.pk)
        with pytest.raises(Conflict, match="正在测算"):
            bonuses.propose(
                office,
                score_of(of, head).pk,
                "创新",
                "理由",
                100,
                [SimpleUploadedFile("表彰.pdf", b"%PDF-1.4\n%%EOF\n")],
            )
        assert not Round.objects.visible_to(actor("mzj_head")).exists()
        computed(of)
    assert of.state == "published" and of.published_at >= AFTER
    assert Round.objects.visible_to(actor("mzj_head")).get() == of


def test_provisional_rounds_are_computed_anew_every_night(county, actor) -> None:  # type: ignore[no-untyped-def]
    mzj = actor("mzj_clerk")
    of = third_quarter(actor)
    owed(mzj, day(8, 1), day(7, 30))
    with clock.at(day(10, 10, 2)):
        assert tasks.compute_anew() == 1
        tasks.look()
        assert line_of(of, mzj, "clues_in_time").rows == 1
        computed(rounds.publish(actor("xzsp_head"), of.pk))
        assert tasks.compute_anew() == 0


def test_departments_are_told_at_each_stage_and_acknowledge(county, actor) -> None:  # type: ignore[no-untyped-def]
    mzj, head = actor("mzj_clerk"), actor("xzsp_head")
    of = third_quarter(actor)
    assert pending_round_notices(mzj) == []
    with clock.at(AFTER):
        of = computed(rounds.publish(head, of.pk))
        (item,) = pending_round_notices(mzj)
        assert item.what == "签收：考核结果公布，可以申诉" and item.due_at == of.appeals_until
        assert pending_round_notices(actor("wjw_inspector1")) == []
        with pytest.raises(NotAllowed):
            notices.read(actor("wjw_inspector1"), of.pk)
        with pytest.raises(Refused, match="没有送达"):
            notices.read(actor("zfb_head"), of.pk)
        notices.read(mzj, of.pk)
        notices.read(actor("mzj_head"), of.pk)
        assert pending_round_notices(mzj) == []
        notice = RoundNotice.objects.get(round=of, department_id=mzj.department_id)
        assert notice.read_by == mzj.name
    with clock.at(day(10, 16)):
        tasks.look()
        tasks.look()
        (item,) = pending_round_notices(mzj)
        assert item.what == "签收：申诉期届满" and item.due_at is None
        assert [each.what for each in pending_assessment(head)] == ["考核定稿"]
        rounds.freeze(head, of.pk)
        tasks.look()
        (item,) = pending_round_notices(mzj)
        assert item.what == "签收：考核已定稿"
        assert pending_assessment(head) == []


def test_the_head_is_reminded_to_publish_once_the_period_is_over(county, actor) -> None:  # type: ignore[no-untyped-def]
    head = actor("xzsp_head")
    scheme_in_force(actor)
    with clock.at(day(9, 1)):
        computed(rounds.begin(actor("xzsp_clerk"), 2026, 3))
        assert pending_assessment(head) == []
    with clock.at(AFTER):
        assert [each.what for each in pending_assessment(head)] == ["公布考核结果"]
        assert pending_assessment(actor("xzsp_clerk")) == []
