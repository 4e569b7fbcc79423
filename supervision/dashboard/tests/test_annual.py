"""The summary of a year says what the tables say, of that year and the one before (H四)."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clues.tests.samples import make_clue
from inspections.models import JointTask, Result
from inspections.tests.result_samples import checked_story, published
from records import clock
from supervision.assessment.services import rounds
from supervision.assessment.tests.samples import AFTER, computed, day, owed, third_quarter
from supervision.dashboard.annual import BY_DEPARTMENT, annual

pytestmark = pytest.mark.django_db


def test_the_years_figures_stand_beside_those_of_the_year_before(county, actor) -> None:  # type: ignore[no-untyped-def]
    story = checked_story(county, homes=3)
    published(story)
    year = clock.today().year
    one = JointTask.objects.filter(item=story.item).last()
    JointTask.objects.filter(pk=one.pk).update(dispatched_at=day(1, 5).replace(year=year - 1))
    found = annual(actor("xzsp_head"), year)
    lines = {line.figure.key: line for line in found.lines}
    assert (lines["visits"].value, lines["visits"].before) == ("2 户次", "1 户次")
    assert lines["published"].value.split()[0] == "1"
    assert "subjects" not in lines and "overdue" not in lines
    lead = next(row for row in found.rows if row.department == story.departments["MZJ"])
    numbers = dict(zip(BY_DEPARTMENT, lead.numbers, strict=True))
    assert (numbers["visits"], numbers["published"], numbers["plan"]) == (2, 1, 1)
    make_clue(actor("mzj_clerk"))
    make_clue(actor("mzj_clerk"), confidential=True, named=(actor("mzj_head"), actor("xzsp_head")))
    assert annual(actor("xzsp_head"), year).received == found.received + 1
    before = annual(actor("xzsp_head"), year - 1)
    assert {line.figure.key: line.value for line in before.lines}["visits"] == "1 户次"


def test_the_paper_is_for_the_overseers_and_names_the_years_assessment(  # type: ignore[no-untyped-def]
    county, actor, client_of
) -> None:
    owed(actor("mzj_head"), day(8, 1), day(7, 30))
    third_quarter(actor)
    with clock.at(AFTER):
        made = computed(rounds.begin(actor("xzsp_clerk"), 2026, None))
    best = made.scores.get(rank=1)
    page = client_of("xzsp_head").get("/coordination/annual/2026/").content.decode()
    assert "2026 年度跨部门综合监管工作总结" in page
    cells = f'<td>{best.department.name}</td><td class="num">{best.total / 100:.2f}</td>'
    assert f'<td class="num">1</td>{cells}' in page
    assert "已测算（暂定）" in page
    board = client_of("xzsp_head").get("/coordination/").content.decode()
    assert 'href="/coordination/annual/' in board
    assert client_of("mzj_head").get("/coordination/annual/2026/").status_code == 403
    for year in (1999, clock.today().year + 1):
        assert client_of("xzsp_head").get(f"/coordination/annual/{year}/").status_code == 404


def test_a_summary_asks_as_much_of_much_as_of_little(county, actor) -> None:  # type: ignore[no-untyped-def]
    head = actor("xzsp_head")

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            annual(head, clock.today().year)
        return len(seen)

    checked_story(county)
    few = queries()
    checked_story(county, homes=5)
    Result.objects.update(state="draft")
    assert queries() == few
