import io

import openpyxl
import pytest
from django.utils.http import urlencode

from clues.models import Clue
from clues.tests.samples import make_clue
from inspections.models import JointTask
from inspections.tests.result_samples import checked_story, published
from inspections.tests.visit_samples import make_story
from records import clock
from supervision.dashboard import views
from supervision.dashboard.figures import FIGURES

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client_of):
    return client_of("xzsp_head")


def live(client, place, page, **over):
    board = page.context["board"]
    asked = {"seen": board.mark, "since": page.context["since"]} | over
    return client.get(f"/dashboard/live/{place}/?{urlencode(asked)}")


@pytest.mark.parametrize(
    ("place", "path"), [("desk", "/coordination/"), ("wall", "/dashboard/wall/")]
)
def test_nothing_is_sent_again_until_something_happened(county, office, place, path):
    story = make_story(county, homes=2)
    page = office.get(path)
    assert live(office, place, page).status_code == 204
    story.dispatch()
    answer = live(office, place, page)
    assert answer.status_code == 200
    assert answer.context["board"].tiles["visits"].part == 2
    assert "<html" not in answer.content.decode()
    assert live(office, place, answer).status_code == 204


def test_a_desk_that_nobody_touches_stops_asking_and_a_wall_does_not(county, office, settings):
    for place, path, expected in (
        ("desk", "/coordination/", views.STOP_POLLING),
        ("wall", "/dashboard/wall/", 204),
    ):
        page = office.get(path)
        since = page.context["since"] - settings.SESSION_COOKIE_AGE - 1
        assert live(office, place, page, since=since).status_code == expected


def test_every_figure_leads_to_a_page_with_as_many_rows(county, office, actor):
    published(checked_story(county, homes=3))
    make_clue(actor("xzsp_clerk"))
    board = office.get("/coordination/").context["board"]
    for figure in FIGURES:
        tile = board.tiles[figure.key]
        page = office.get(tile.url)
        assert page.status_code == 200, figure.key
        assert page.context["total"].value == tile.part == len(page.context["lines"]), figure.key
        for row in board.splits.get(figure.key, ()):
            assert office.get(row["url"]).context["total"].value == row["value"], row
    for row in (*board.ages, *(t for d in board.departments for t in d.tiles)):
        url, value = (row["url"], row["value"]) if isinstance(row, dict) else (row.url, row.part)
        assert office.get(url).context["total"].value == value, url
    for each in board.map.hexes:
        assert str(office.get(each.url).context["total"].value) == each.value


def test_a_page_of_rows_costs_the_same_for_many(county, office, django_assert_num_queries):
    make_story(county, homes=6).dispatch()
    for figure in FIGURES:
        office.get(figure.url())
    with django_assert_num_queries(_queries(office, "/coordination/figures/visits/?code=checked")):
        assert len(office.get("/coordination/figures/visits/").context["lines"]) == 6


def _queries(client, path):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as caught:
        client.get(path)
    return len(caught)


@pytest.mark.parametrize(
    "query",
    [
        "coordination/figures/nothing/",
        "coordination/figures/visits/?code=nothing",
        "coordination/figures/visits/?township=0",
        "coordination/figures/visits/?township=x",
        "coordination/figures/matters/?township=1",
        "coordination/figures/visits/?age=week",
        "coordination/figures/clues/?age=never",
        "dashboard/live/door/",
    ],
)
def test_what_there_is_not_is_not_found(county, office, query):
    assert office.get(f"/{query}").status_code == 404


def test_rows_of_confidential_clues_are_nobodys(county, office, actor):
    make_clue(actor("xzsp_clerk"), title="路灯不亮")
    make_clue(actor("xzsp_clerk"), title="保密举报内容", confidential=True)
    page = office.get("/coordination/figures/clues/")
    assert Clue.objects.count() == 2
    assert "路灯不亮" in page.content.decode()
    assert "保密举报内容" not in page.content.decode()
    assert page.context["total"].value == 1


def test_the_export_holds_every_figure_with_its_definition(county, office):
    published(checked_story(county, homes=2))
    answer = office.get("/coordination/?export=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content), read_only=True).worksheets[0]
    rows = [row for row in sheet.iter_rows(values_only=True)]
    whole = {row[0]: row for row in rows if row[1] == "全部"}
    assert set(whole) == {figure.title for figure in FIGURES}
    assert whole["联合任务"][2:4] == ("2", "户次")
    assert all(row[6] for row in whole.values())
    exported = office.get("/coordination/figures/visits/?export=xlsx")
    book = openpyxl.load_workbook(io.BytesIO(exported.content), read_only=True)
    lines = list(book.worksheets[0].iter_rows(values_only=True))
    codes = set(JointTask.objects.values_list("code", flat=True))
    assert {line[0] for line in lines} >= codes and len(codes) == 2


def test_the_wall_names_its_moment_and_never_scrolls_a_list_away(county, office):
    page = office.get("/dashboard/wall/").content.decode()
    assert str(clock.today().year) in page
    assert page.count('class="hex hex-') == 19
