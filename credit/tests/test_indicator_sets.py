"""From a draft to grades: who draws up indicators, who puts them in force, and what follows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from credit.models import Evaluation, IndicatorSet, Subject
from credit.rules import default_set
from credit.scoring import Bands
from credit.services import evaluations, events, indicators
from credit.services.directory import upsert_subjects
from credit.services.events import Told
from credit.services.indicators import SetInput, UnsoundSet
from credit.tests.entries import entries
from departments.models import Region
from matters.models import Matter
from records import clock
from records.actor import SYSTEM, Actor
from records.errors import Conflict, NotAllowed, Refused
from records.trail import entries_of

pytestmark = pytest.mark.django_db

SAID = SetInput(default_set.NAME, "首次编制", Bands(8_500, 7_000, 5_000), list(default_set.LINES))


@pytest.fixture
def clerk(actor: Callable[[str], Actor]) -> Actor:
    return actor("fgw_clerk")


@pytest.fixture
def head(actor: Callable[[str], Actor]) -> Actor:
    return actor("fgw_head")


@pytest.fixture
def drafted(clerk: Actor) -> IndicatorSet:
    made = indicators.draft(clerk, None, SAID.name, SAID.reason)
    return indicators.edit(clerk, made.pk, SAID)


@pytest.fixture
def in_force(drafted: IndicatorSet, clerk: Actor, head: Actor) -> IndicatorSet:
    indicators.submit(clerk, drafted.pk)
    return indicators.enforce(head, drafted.pk)


def test_what_is_written_is_what_is_read(drafted: IndicatorSet) -> None:
    assert indicators.as_input(drafted) == SAID


def test_from_draft_to_grades(
    county: Region, drafted: IndicatorSet, clerk: Actor, head: Actor
) -> None:
    upsert_subjects(SYSTEM, entries(5), "试验", region_code=county.code)
    worst = Subject.objects.order_by("pk")[0]
    events.tell(SYSTEM, [Told(worst.pk, "dishonest", clock.today(), "列入名单", "公示系统", "1")])
    trial = indicators.try_out(clerk, drafted.pk)
    evaluations.go_on(trial.pk)
    trial.refresh_from_db()
    assert trial.counts == {"A": 4, "B": 0, "C": 0, "D": 1}

    indicators.submit(clerk, drafted.pk)
    found = indicators.enforce(head, drafted.pk, "自本季度起执行")
    assert found.state == IndicatorSet.State.IN_FORCE
    ordered = found.evaluations.get(kind=Evaluation.Kind.ORDERED)
    evaluations.go_on(ordered.pk)
    ordered.refresh_from_db()
    assert ordered.digest == trial.digest
    assert Subject.objects.get(pk=worst.pk).grade == "D"
    verbs = list(entries_of(found).order_by("pk").values_list("verb", flat=True))
    assert verbs == [
        "indicator_set.draft",
        "indicator_set.edit",
        "indicator_set.try",
        "indicator_set.submit",
        "indicator_set.enforce",
    ]


def test_a_new_version_takes_the_place_of_the_one_in_force(
    in_force: IndicatorSet, clerk: Actor, head: Actor
) -> None:
    evaluations.go_on(in_force.evaluations.get().pk)
    second = indicators.draft(clerk, None, SAID.name, "处罚加重")
    assert (second.version, indicators.as_input(second).lines) == (2, SAID.lines)
    indicators.submit(clerk, second.pk)
    indicators.enforce(head, second.pk)
    in_force.refresh_from_db()
    assert in_force.state == IndicatorSet.State.RETIRED


def test_what_is_in_force_is_never_edited(in_force: IndicatorSet, clerk: Actor) -> None:
    with pytest.raises(Conflict):
        indicators.edit(clerk, in_force.pk, SAID)


def test_one_version_is_prepared_at_a_time(drafted: IndicatorSet, clerk: Actor) -> None:
    with pytest.raises(Conflict, match="正在编制"):
        indicators.draft(clerk, None, SAID.name, "又一次")


def test_unsound_numbers_keep_the_draft_as_it_was(drafted: IndicatorSet, clerk: Actor) -> None:
    wrong = replace(SAID, lines=[replace(SAID.lines[0], weight=-1), *SAID.lines[1:]])
    with pytest.raises(UnsoundSet) as refusal:
        indicators.edit(clerk, drafted.pk, wrong)
    assert [(each.line, each.field) for each in refusal.value.complaints] == [(0, "weight")]
    assert indicators.as_input(drafted) == SAID


def test_a_draft_may_be_half_done_but_goes_no_further(drafted: IndicatorSet, clerk: Actor) -> None:
    indicators.edit(clerk, drafted.pk, replace(SAID, lines=SAID.lines[1:]))
    for further in (indicators.submit, indicators.try_out):
        with pytest.raises(UnsoundSet, match=r"应为 100.00 分，现为 85.00 分"):
            further(clerk, drafted.pk)


def test_what_somebody_else_saved_is_not_overwritten_unseen(
    drafted: IndicatorSet, clerk: Actor
) -> None:
    with pytest.raises(Conflict, match="已被他人修改"):
        indicators.edit(clerk, drafted.pk, SAID, seen="0" * 16)


def test_only_the_credit_group_draws_up_the_general_set(actor: Callable[[str], Actor]) -> None:
    for name in ("mzj_clerk", "xzsp_head"):
        with pytest.raises(NotAllowed):
            indicators.draft(actor(name), None, SAID.name, SAID.reason)


def test_the_clerk_puts_nothing_in_force(drafted: IndicatorSet, clerk: Actor) -> None:
    indicators.submit(clerk, drafted.pk)
    with pytest.raises(NotAllowed):
        indicators.enforce(clerk, drafted.pk)


@pytest.mark.parametrize(("name", "reason"), [("", "修订"), ("指标", " ")])
def test_name_and_reason_are_asked_for(clerk: Actor, name: str, reason: str) -> None:
    with pytest.raises(Refused, match="请填写"):
        indicators.draft(clerk, None, name, reason)


def test_a_reason_too_long_begins_no_run(drafted: IndicatorSet, clerk: Actor) -> None:
    with pytest.raises(Refused, match="不能超过 2000 个字"):
        indicators.try_out(clerk, drafted.pk, "长" * 2001)
    indicators.try_out(clerk, drafted.pk, "长" * 2000)


def test_no_county_draws_up_indicators_for_anothers_matter(
    clerk: Actor, actor: Callable[[str], Actor]
) -> None:
    theirs = Matter.objects.create(
        region=Region.objects.get(code="411622"), code="西华-1", number=901
    )
    with pytest.raises(Refused, match="没有这一监管事项"):
        indicators.draft(clerk, theirs.pk, SAID.name, SAID.reason)
