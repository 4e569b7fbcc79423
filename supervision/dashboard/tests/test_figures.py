import datetime as dt

import pytest
from django.utils import timezone

from clues.models import Clue, Receipt
from clues.tests.samples import make_clue
from inspections.models import JointTask, TaskPart
from inspections.tests.result_samples import checked_story, published
from inspections.tests.visit_samples import make_story
from records import clock
from records.models import Deadline
from supervision.dashboard import rollups, workbench
from supervision.dashboard.board import AGES, Counts, board, percent, received_between
from supervision.dashboard.figures import BY_KEY, FIGURES, LIVE, rows_of

pytestmark = pytest.mark.django_db
COUNTY = "411603"


def screen(actor, colour=""):
    rollups.fold_all()
    return board(actor("xzsp_head"), colour)


def test_the_figures_agree_with_what_happened(county, actor):
    published(checked_story(county, homes=3))
    tiles = screen(actor).tiles
    assert tiles["visits"].value == "3"
    assert tiles["joint"].value == "100"
    assert tiles["published"].value == "1"
    assert (tiles["in-time"].value, tiles["in-time"].note) == ("100", "1 / 1")
    assert tiles["problems"].value == "0"
    assert tiles["satisfaction"].value == "—"


def test_every_figure_counts_exactly_the_rows_it_leads_to(county, actor):
    published(checked_story(county, homes=3), codes=["ordered_to_correct"])
    clerk = actor("xzsp_clerk")
    for rating in ("good", "poor"):
        clue = make_clue(clerk)
        Receipt.objects.create(
            clue=clue,
            sent_key=f"{clue.pk:032d}",
            code_mark="x",
            rating=rating,
            rated_at=clock.now(),
        )
    make_clue(clerk)
    rollups.fold_all()
    head, year = actor("xzsp_head"), clock.today().year
    totals = rollups.totals(COUNTY)
    everywhere = Counts(totals.everything, year)
    seen = 0
    for figure in FIGURES:
        if figure.key in LIVE:
            continue
        for group in filter(None, (figure.part, figure.whole)):
            rows = rows_of(group, figure.listing.rows(head), year)
            assert everywhere.of(group) == rows.count(), (figure.key, group.title)
            seen += rows.count()
            for code, _, _ in group.split.choices if group.split else ():
                found = rows_of(group, figure.listing.rows(head), year, code)
                assert everywhere.of(group, code) == found.count(), (figure.key, code)
            for path, by in (
                (figure.listing.township, totals.by_township),
                (figure.listing.department, totals.by_department),
            ):
                for place, counters in by.items() if path else ():
                    assert Counts(counters, year).of(group) == rows.filter(**{path: place}).count()
    assert seen > 20


def test_a_deadline_that_passed_is_counted_listed_and_charged_to_its_department(county, actor):
    checked_story(county, homes=3)
    deadline = Deadline.objects.filter(met_at=None, region_code=COUNTY).first()
    assert screen(actor).tiles["overdue"].value == "0"
    Deadline.objects.filter(pk=deadline.pk).update(due_at=clock.now() - dt.timedelta(days=1))
    shown = screen(actor)
    assert (shown.tiles["overdue"].value, shown.tiles["overdue"].tone) == ("1", "bad")
    assert [late for late, _ in shown.overdue] == [deadline]
    charged = {row.department: row.tiles[-1].part for row in shown.departments}
    assert charged[deadline.department] == 1
    assert sum(charged.values()) == 1


def test_a_waiting_clue_stands_under_its_age(county, actor):
    clue = make_clue(actor("xzsp_clerk"))
    labels = {code: label for code, label, _, _ in AGES}
    for days, age in ((0, "week"), (7, "week"), (8, "month"), (30, "month"), (31, "quarter")):
        moment = clock.now() - dt.timedelta(days=days)
        Clue.objects.filter(pk=clue.pk).update(received_at=moment)
        values = {row["label"]: row["value"] for row in screen(actor).ages}
        assert {label for label, value in values.items() if value} == {labels[age]}, days
        first, last = received_between(age)
        assert first <= timezone.localdate(moment) <= last


def test_a_confidential_clue_is_in_no_figure_for_anybody(county, actor):
    make_clue(actor("xzsp_clerk"))
    before = screen(actor)
    make_clue(actor("xzsp_clerk"), confidential=True, named=[])
    after = screen(actor)
    assert Clue.objects.filter(confidential=True).exists()
    assert after.mark == before.mark
    assert after.tiles["clues"].value == "1"


def test_every_department_of_a_visit_has_its_row(county, actor):
    make_story(county, homes=2).dispatch()
    rows = {row.department.name: row for row in screen(actor).departments}
    waiting = TaskPart.objects.filter(state=TaskPart.State.SENT).count()
    assert waiting > 0
    assert sum(row.tiles[0].part for row in rows.values()) == waiting
    assert sum(row.tiles[1].part for row in rows.values()) == 2


def test_a_board_costs_the_same_for_many_visits(county, actor, django_assert_max_num_queries):
    chief = actor("xzsp_head")
    make_story(county, homes=6).dispatch()
    rollups.fold_all()
    with django_assert_max_num_queries(12):
        board(chief)


def test_the_mark_changes_with_what_is_shown_and_only_then(county, actor):
    make_story(county, homes=2).dispatch()
    first = screen(actor).mark
    assert screen(actor).mark == first
    assert screen(actor, "clues").mark != screen(actor, "coverage").mark
    JointTask.objects.filter(pk=JointTask.objects.first().pk).update(state="cancelled")
    assert screen(actor).mark != first


def test_the_picture_has_every_township_once_and_the_strongest_darkest(county, actor):
    make_story(county, homes=3).dispatch()
    picture = screen(actor, "visits").map
    assert len({each.full_name for each in picture.hexes}) == len(picture.hexes) == 19
    most = max(int(each.value) for each in picture.hexes)
    assert most > 0
    for each in picture.hexes:
        assert (each.step == 5) == (int(each.value) == most)
        assert (each.step == 0) == (each.value == "0")
        assert all(
            0 <= float(x) <= picture.width and 0 <= float(y) <= picture.height
            for x, y in (corner.split(",") for corner in each.points.split())
        )


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [
        (0, 0, "—"),
        (1, 3, "33"),
        (1, 2, "50"),
        (2, 3, "67"),
        (1, 200, "0.5"),
        (1, 9000, "0.1"),
        (99, 9999, "1"),
    ],
)
def test_shares_are_rounded_half_up(part, whole, words):
    assert percent(part, whole) == words


def test_every_figure_says_what_it_counts_and_where_from():
    for figure in FIGURES:
        assert figure.definition.endswith("。") and figure.source, figure.key
        assert (figure.unit == "%") == figure.is_share
    assert len(BY_KEY) == len(FIGURES)


def test_a_row_of_the_workbench_stands_under_its_time(county, actor):
    checked_story(county, homes=3)
    clerk = actor("mzj_clerk")
    due = Deadline.objects.filter(department_id=clerk.department_id, met_at=None).first().due_at

    def lane_codes(now):
        return [lane.code for lane in workbench.lanes(clerk, now)]

    assert "later" in lane_codes(due - dt.timedelta(days=20))
    assert "week" in lane_codes(due - dt.timedelta(days=3))
    assert "today" in lane_codes(due)
    assert "overdue" in lane_codes(due + dt.timedelta(days=1))


def test_what_was_handed_on_shows_who_has_it_now(county, actor):
    story = make_story(county, homes=2)
    story.dispatch()

    rows = workbench.handed_on(actor("mzj_clerk"))

    assert {row.state.get_state_display() for row in rows} >= {JointTask.State.DISPATCHED.label}
    assert all(row.url for row in rows)
