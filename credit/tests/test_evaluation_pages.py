"""How an evaluation comes out on pages: moves, results, who is told, why a grade is what it is."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from credit.models import (
    Assessment,
    CreditEvent,
    Evaluation,
    EvaluationNotice,
    IndicatorSet,
    Standing,
    Subject,
)
from credit.rules import default_set
from credit.selectors.evaluations import pending_evaluation_notices, reconcile
from credit.selectors.ledger import ledger
from credit.services import evaluations, events, indicators
from credit.services.directory import upsert_subjects
from credit.services.events import Told
from credit.tests.entries import HOME, entries
from credit.tests.matters import matter_led_by
from departments.models import Department
from records import clock
from records.actor import SYSTEM
from records.models import OutboxMessage
from records.periods import ahead, day_after, last_day_within, months_before

pytestmark = pytest.mark.django_db


@pytest.fixture
def led(county, person) -> Department:
    """The department that leads the supervision of nursing homes."""
    return matter_led_by(county, person("mzj_clerk"), 1).lead


@pytest.fixture
def in_force(led, actor) -> IndicatorSet:
    clerk, head = actor("fgw_clerk"), actor("fgw_head")
    """The first set in force; of the thirty subjects and the home one has been deregistered."""
    upsert_subjects(SYSTEM, [*entries(30), HOME], "名录导入", region_code="411603")
    made = indicators.draft(clerk, None, default_set.NAME, "首次编制", proposal=True)
    indicators.submit(clerk, made.pk)
    indicators.enforce(head, made.pk)
    evaluations.go_on(made.evaluations.get().pk)
    return made


def home() -> Subject:
    return Subject.objects.get(identifier=HOME.identifier)


def fined(days_ago: int = 10, amount: int = 60_000) -> CreditEvent:
    day = day_after(clock.today(), -days_ago)
    fact = Told(
        home().pk, "penalty", day, "未落实消防责任", "处罚系统", "1", amount, basis="豫消罚〔1〕号"
    )
    events.tell(SYSTEM, [fact])
    return CreditEvent.objects.get()


def again(in_force: IndicatorSet, actor) -> Evaluation:
    run = indicators.evaluate(actor("fgw_head"), in_force.pk, "专项评价")
    evaluations.go_on(run.pk)
    run.refresh_from_db()
    return run


@pytest.fixture
def worse(in_force, actor) -> Evaluation:
    """A second run that finds one subject worse: struck off and fined."""
    fined(amount=100_000)
    events.tell(
        SYSTEM, [Told(home().pk, "dishonest", clock.today(), "列入失信名单", "公示系统", "2")]
    )
    return again(in_force, actor)


def test_the_first_run_has_nothing_to_compare_with(in_force, led) -> None:
    run = in_force.evaluations.get()
    assert run.base is None
    assert run.moves == {"-A": 30}
    notice = EvaluationNotice.objects.get(evaluation=run, department=led)
    assert notice.changed is None
    assert "首次评价" in notice.words


def test_a_later_run_tells_what_moved_and_whom_it_concerns(worse, led, client_of) -> None:
    assert worse.base == worse.by_set.evaluations.order_by("pk").first()
    assert worse.moves == {"AA": 29, "AD": 1}
    assert worse.shares["categories"] == dict.fromkeys(HOME.categories, 1)
    assert worse.shares["departments"] == {str(led.pk): 1}
    page = client_of("mzj_clerk").get(worse.get_absolute_url())
    cells = {row.grade: dict(row.cells) for row in page.context["rows"]}
    assert cells["D"] == {"A": 1, "B": 0, "C": 0, "D": 0, "-": 0}
    told = OutboxMessage.objects.filter(topic="credit.evaluated").order_by("created_at").last()
    assert told.payload["grades"] == {"A": 29, "B": 0, "C": 0, "D": 1}
    assert told.payload["changed"] == 1


def test_results_are_listed_by_where_they_moved(worse, client_of) -> None:
    client = client_of("nync_clerk")
    url = f"/credit/evaluations/{worse.pk}/results/"

    def names(query: str) -> list[str]:
        return [row.subject.name for row in client.get(f"{url}?{query}").context["page"]]

    assert names("changed=on") == names("before=A&grade=D") == names("veto=on") == [HOME.name]
    assert len(names("before=A&grade=A")) == 29
    assert names("before=B") == []
    answer = client.get(f"{url}?changed=on&export=xlsx")
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0].values)
    assert rows[-1][1] == HOME.name
    assert rows[-1][4:6] == ("A", "D")


def test_a_department_reads_the_outcome_once(worse, led, actor, client_of) -> None:
    clerk = actor("mzj_clerk")
    waiting = pending_evaluation_notices(clerk)
    assert any("等级变化 1 户" in item.about for item in waiting)
    client = client_of("mzj_clerk")
    for _ in range(2):
        assert client.post(f"{worse.get_absolute_url()}read/").status_code == 302
    notice = EvaluationNotice.objects.get(evaluation=worse, department=led)
    assert notice.read_by == clerk.name
    assert len(pending_evaluation_notices(clerk)) == len(waiting) - 1
    assert not pending_evaluation_notices(actor("nync_clerk"))


def test_a_trial_is_held_against_the_grades_that_hold(in_force, actor, client_of) -> None:
    fined(amount=100_000)
    clerk = actor("fgw_clerk")
    draft = indicators.draft(clerk, None, "更严的指标", "加重处罚")
    trial = indicators.try_out(clerk, draft.pk)
    evaluations.go_on(trial.pk)
    trial.refresh_from_db()
    # 15 points for the sum and 3.33 for one of three.
    assert Assessment.objects.get(evaluation=trial, subject=home()).score == 10_000 - 1_500 - 333
    assert trial.moves == {"AA": 29, "AB": 1}
    assert not trial.notices.exists()
    assert client_of("nync_clerk").get(trial.get_absolute_url()).status_code == 404


def test_a_trial_stays_compared_with_the_grades_of_its_day(in_force, actor, client_of) -> None:
    fined(amount=100_000)
    clerk = actor("fgw_clerk")
    trial = indicators.try_out(clerk, indicators.draft(clerk, None, "更严", "加重处罚").pk)
    evaluations.go_on(trial.pk)
    Subject.objects.filter(pk=home().pk).update(grade="D")
    client = client_of("fgw_clerk")
    page = client.get(f"{trial.get_absolute_url()}results/?before=A&grade=B")
    assert [row.subject for row in page.context["page"]] == [home()]
    assert not client.get(f"{trial.get_absolute_url()}results/?before=D").context["page"].rows


def test_differences_to_the_directory_are_explained(worse, actor) -> None:
    other = Subject.objects.filter(status="open").exclude(pk=home().pk).order_by("pk")
    Subject.objects.filter(pk=other[0].pk).update(grade="C")
    upsert_subjects(SYSTEM, [entries(31)[-1]], "补录", region_code="411603")
    found = reconcile(worse)
    assert sum(judged for _, judged, _ in found.rows) == 30
    assert sum(listed for _, _, listed in found.rows) == found.total == 32
    reasons = dict(found.reasons)
    assert sorted(reasons.values()) == [1, 2, 29]
    assert reasons["与本次评价一致"] == 29


def test_who_was_merged_since_is_no_longer_counted_in_the_directory(worse) -> None:
    other = Subject.objects.filter(status="open").exclude(pk=home().pk).first()
    before = reconcile(worse)
    Standing.objects.filter(subject=other).delete()
    Subject.objects.filter(pk=other.pk).update(status="merged", merged_into=home())
    found = reconcile(worse)
    assert sum(judged for _, judged, _ in found.rows) == 30
    assert found.total == before.total - 1 == Subject.objects.current().count()
    assert ("本次评价之后并入其他对象，名录不再单列", 1) in found.reasons


def test_the_ledger_leads_from_the_score_to_the_facts(worse, actor, client_of) -> None:
    found = ledger(actor("nync_clerk"), home())
    taken = {line.indicator.code: line for line in found.lines}
    assert found.assessment.score == 10_000 - 1_500 - 333
    assert set(taken) == {"fines", "penalties", "dishonest"}
    assert (taken["fines"].measured_words, taken["fines"].points) == ("100000 元", 1_500)
    fact = taken["fines"].facts[0]
    assert fact.event.title == "未落实消防责任"
    assert fact.counts_until == last_day_within(fact.event.happened_on, 24)
    assert taken["dishonest"].vetoes
    assert taken["dishonest"].facts[0].counts_until is None
    assert found.quiet == len(default_set.LINES) - 3
    # Both runs were on one day: the last of them is its point.
    assert [each.score for each in found.course] == [found.assessment.score]
    page = client_of("nync_clerk").get(f"/credit/subjects/{home().pk}/").content.decode()
    assert "豫消罚〔1〕号" in page
    assert "一票否决" in page


def test_the_course_has_one_point_a_day(worse, actor) -> None:
    with clock.at(ahead(clock.now(), days=1)):
        again(worse.by_set, actor)
    found = ledger(actor("nync_clerk"), home())
    days = [row[0] for row in found.chart_table[1:]]
    assert days == [f"{clock.today()}", f"{day_after(clock.today())}"]
    assert found.chart["xAxis"]["data"] == days


def test_the_page_of_a_run_loads_itself_again_when_its_state_changes(in_force, client_of) -> None:
    run = in_force.evaluations.get()
    client, url = client_of("fgw_clerk"), run.get_absolute_url()
    assert "live=1" not in client.get(url).content.decode()
    Evaluation.objects.filter(pk=run.pk).update(state="running")
    assert "?live=1&amp;seen=running" in client.get(url).content.decode()
    assert "HX-Refresh" not in client.get(f"{url}?live=1&seen=running")
    Evaluation.objects.filter(pk=run.pk).update(state="done")
    assert client.get(f"{url}?live=1&seen=running")["HX-Refresh"] == "true"


def test_facts_that_no_longer_count_are_told_apart(in_force, actor) -> None:
    fact = fined(days_ago=1_000)
    again(in_force, actor)
    found = ledger(actor("nync_clerk"), home())
    assert not found.lines
    assert [each.event for each in found.others] == [fact]


@pytest.mark.parametrize(
    ("day", "months", "last"),
    [
        (dt.date(2026, 3, 15), 12, dt.date(2027, 3, 15)),
        (dt.date(2026, 2, 28), 1, dt.date(2026, 3, 31)),
        (dt.date(2026, 1, 31), 1, dt.date(2026, 2, 28)),
    ],
)
def test_the_last_day_on_which_a_fact_counts(day: dt.date, months: int, last: dt.date) -> None:
    assert last_day_within(day, months) == last
    assert months_before(last, months) <= day < months_before(day_after(last), months)


def test_results_cost_the_same_however_many_moved(in_force, actor, client_of) -> None:
    client = client_of("nync_clerk")

    def queries(run: Evaluation) -> tuple[int, int]:
        counted = []
        for url in (run.get_absolute_url(), f"{run.get_absolute_url()}results/"):
            client.get(url)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(url).status_code == 200
            counted.append(len(captured))
        return counted[0], counted[1]

    def strike_off(subjects) -> None:
        told = [
            Told(pk, "dishonest", clock.today(), "列入失信名单", "公示系统", str(pk))
            for pk in subjects.values_list("pk", flat=True)
        ]
        events.tell(SYSTEM, told)

    subjects = Subject.objects.order_by("pk")
    strike_off(subjects[:2])
    few = queries(again(in_force, actor))
    strike_off(subjects[2:25])
    assert queries(again(in_force, actor)) == few


def test_who_is_refused_an_evaluation_goes_back_to_what_was_typed(in_force, client_of) -> None:
    """And not to the run before it, as if that were the one asked for."""
    client = client_of("fgw_head")
    reason = "专项评价" * 501
    response = client.post(f"/credit/indicators/{in_force.pk}/act/evaluate/", {"opinion": reason})
    assert response.url == in_force.get_absolute_url()
    assert reason in client.get(response.url).content.decode()
