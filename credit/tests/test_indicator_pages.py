"""Pages of indicator sets: drafting, the editor that keeps what was typed, acts, export."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from credit.models import IndicatorSet
from credit.rules import default_set
from credit.selectors.indicators import pending_indicator_sets
from credit.services import evaluations
from credit.services import indicators as services
from credit.tests.matters import matter_led_by
from matters.models import MatterVersion

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(client_of) -> Client:
    return client_of("fgw_clerk")


@pytest.fixture
def drafted(clerk: Client) -> IndicatorSet:
    sent = {"matter": "", "name": default_set.NAME, "reason": "首次编制", "proposal": "on"}
    response = clerk.post("/credit/indicators/add/", sent)
    found = IndicatorSet.objects.get()
    assert response.url == f"/credit/indicators/{found.pk}/edit/"
    return found


def typed(clerk: Client, found: IndicatorSet) -> dict[str, Any]:
    """What the editor's form would send when nothing is changed."""
    page = clerk.get(f"/credit/indicators/{found.pk}/edit/")
    form, lines = page.context["form"], page.context["lines"]
    sent = {bound.html_name: bound.value() for bound in form}
    for bound in lines.management_form:
        sent[bound.html_name] = bound.value()
    for line in lines:
        for bound in line:
            if bound.value() not in (None, False):
                sent[bound.html_name] = bound.value()
    return sent


def test_a_draft_begins_from_the_proposal(drafted: IndicatorSet, clerk: Client) -> None:
    assert services.as_input(drafted).lines == list(default_set.LINES)
    page = clerk.get(f"/credit/indicators/{drafted.pk}/").content.decode()
    assert "涉嫌犯罪移送并立案" in page
    assert "还不能送签" not in page


def test_the_editor_writes_what_it_shows(drafted: IndicatorSet, clerk: Client) -> None:
    sent = typed(clerk, drafted)
    before = services.as_input(drafted)
    assert clerk.post(f"/credit/indicators/{drafted.pk}/edit/", sent).status_code == 302
    drafted.refresh_from_db()
    assert services.as_input(drafted) == before


def test_lines_are_ordered_dropped_and_added(drafted: IndicatorSet, clerk: Client) -> None:
    sent = typed(clerk, drafted)
    count = len(default_set.LINES)
    sent |= {"lines-0-ORDER": "99", "lines-1-DELETE": "on", "lines-TOTAL_FORMS": str(count + 1)}
    fresh = f"lines-{count}-"
    sent |= {
        f"{fresh}{name}": value
        for name, value in {
            "name": "未按期年报",
            "group": "公共信用",
            "event": "late_report",
            "measure": "count",
            "weight": "2.50",
            "full_at": "1",
            "months": "12",
            "ORDER": "1",
        }.items()
    }
    assert clerk.post(f"/credit/indicators/{drafted.pk}/edit/", sent).status_code == 302
    codes = [line.code for line in services.as_input(drafted).lines]
    assert codes[-1] == default_set.LINES[0].code
    assert default_set.LINES[1].code not in codes
    added = drafted.indicators.get(code="line-1")
    assert (added.name, added.weight, added.adds) == ("未按期年报", 250, False)


def test_what_is_wrong_is_said_at_its_field_and_the_rest_kept(
    drafted: IndicatorSet, clerk: Client
) -> None:
    sent = typed(clerk, drafted)
    sent |= {"lines-0-weight": "0", "lines-3-name": "我写的名字"}
    answer = clerk.post(f"/credit/indicators/{drafted.pk}/edit/", sent)
    assert answer.status_code == 422
    lines = answer.context["lines"]
    assert "只有一票否决的指标可以不占分" in lines.forms[0].errors["weight"][0]
    assert lines.forms[3]["name"].value() == "我写的名字"
    assert "我写的名字" not in {line.name for line in drafted.indicators.all()}


def test_more_gives_an_empty_line_and_saves_nothing(drafted: IndicatorSet, clerk: Client) -> None:
    sent = typed(clerk, drafted) | {"more": "1", "lines-0-name": "改到一半"}
    answer = clerk.post(f"/credit/indicators/{drafted.pk}/edit/", sent)
    lines = answer.context["lines"]
    assert len(lines.forms) == len(default_set.LINES) + 1
    assert lines.forms[0]["name"].value() == "改到一半"
    assert not drafted.indicators.filter(name="改到一半").exists()


def test_more_of_a_number_that_is_none_is_shown_as_wrong(
    drafted: IndicatorSet, clerk: Client
) -> None:
    for total in ("9" * 5_000, "-1", "x"):
        sent = typed(clerk, drafted) | {"more": "1", "lines-TOTAL_FORMS": total}
        answer = clerk.post(f"/credit/indicators/{drafted.pk}/edit/", sent)
        assert answer.status_code == 200
        assert not answer.context["lines"].is_valid()


def test_two_editors_do_not_overwrite_each_other(drafted: IndicatorSet, clerk: Client) -> None:
    first, second = typed(clerk, drafted), typed(clerk, drafted)
    first["lines-0-name"] = "先保存的"
    assert clerk.post(f"/credit/indicators/{drafted.pk}/edit/", first).status_code == 302
    answer = clerk.post(f"/credit/indicators/{drafted.pk}/edit/", second)
    assert answer.status_code == 422
    assert "已被他人修改" in answer.content.decode()


def test_from_trial_to_force_through_the_pages(
    drafted: IndicatorSet, clerk: Client, client_of
) -> None:
    base = f"/credit/indicators/{drafted.pk}/act/"
    trial = clerk.post(f"{base}try/")
    run = drafted.evaluations.get()
    assert trial.url == run.get_absolute_url()
    evaluations.go_on(run.pk)
    clerk.post(f"{base}submit/")
    assert clerk.post(f"{base}enforce/").status_code == 403
    client_of("fgw_head").post(f"{base}enforce/")
    drafted.refresh_from_db()
    assert drafted.state == IndicatorSet.State.IN_FORCE
    second = {"matter": "", "name": "通用指标", "reason": "调整", "proposal": ""}
    clerk.post("/credit/indicators/add/", second)
    again = IndicatorSet.objects.get(version=2)
    sent = typed(clerk, again) | {"a_from": "90.00", "lines-2-weight": "9.00"}
    clerk.post(f"/credit/indicators/{again.pk}/edit/", sent)
    page = clerk.get(f"/credit/indicators/{again.pk}/")
    newest = page.context["steps"][0]
    assert [(each.before, each.after) for each in newest.differences] == [
        ("85.00", "90.00"),
        ("10.00 分", "9.00 分"),
    ]
    assert any("权重之和" in each.message for each in page.context["complaints"])


def test_a_revision_keeps_the_name_unless_another_is_given(
    drafted: IndicatorSet, clerk: Client
) -> None:
    IndicatorSet.objects.update(state="in_force", name="本区通用指标")
    sent = {"matter": "", "name": "", "reason": "修订"}
    clerk.post("/credit/indicators/add/", sent)
    assert IndicatorSet.objects.get(version=2).name == "本区通用指标"


def test_a_first_set_needs_a_name(county, clerk: Client) -> None:
    refused = clerk.post("/credit/indicators/add/", {"matter": "", "name": "", "reason": "首次"})
    assert refused.status_code == 422 and "请填写名称" in refused.content.decode()


def test_a_lead_department_drafts_for_its_own_matters_only(county, person, client_of) -> None:
    led = matter_led_by(county, person("mzj_clerk"), 1)
    matter_led_by(county, person("wjw_clerk"), 2)
    client = client_of("mzj_clerk")
    offered = client.get("/credit/indicators/add/").context["form"].fields["matter"].choices
    assert [pk for pk, _ in offered] == [str(led.matter_id)]
    assert client_of("nync_clerk").get("/credit/indicators/add/").status_code == 403


def test_what_waits_for_a_head_is_on_the_workbench(
    drafted: IndicatorSet, clerk: Client, actor, client_of
) -> None:
    assert pending_indicator_sets(actor("fgw_head")) == []
    clerk.post(f"/credit/indicators/{drafted.pk}/act/submit/")
    (row,) = pending_indicator_sets(actor("fgw_head"))
    assert (row.what, row.label) == ("批准信用评价指标生效", "批准生效")
    assert pending_indicator_sets(actor("fgw_clerk")) == []
    assert pending_indicator_sets(actor("mzj_head")) == []


def test_the_export_carries_every_line(drafted: IndicatorSet, clerk: Client) -> None:
    answer = clerk.get(f"/credit/indicators/{drafted.pk}/?export=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    names = {row[2].value for row in sheet.iter_rows()}
    assert {line.name for line in default_set.LINES} <= names


def test_drafts_stay_with_those_who_draw_them_up(drafted: IndicatorSet, client_of) -> None:
    other = client_of("nync_clerk")
    assert other.get(f"/credit/indicators/{drafted.pk}/").status_code == 404
    assert not other.get("/credit/indicators/?tab=preparing").context["rows"]
    assert client_of("fgw_head").get("/credit/indicators/?tab=preparing").context["rows"]


def test_the_list_costs_the_same_however_long(county, person, clerk: Client) -> None:
    url = "/credit/indicators/?tab=preparing"

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            clerk.get(url)
        return len(captured)

    matters = [matter_led_by(county, person("mzj_clerk"), number) for number in range(1, 9)]
    begin(clerk, matters[:2])
    queries()
    few = queries()
    begin(clerk, matters[2:])
    assert len(clerk.get(url).context["rows"]) == 8
    assert queries() == few


def begin(clerk: Client, matters: list[MatterVersion]) -> None:
    for version in matters:
        sent = {"matter": str(version.matter_id), "name": "一业一评", "reason": "首次"}
        assert clerk.post("/credit/indicators/add/", sent).status_code == 302
