"""Pages of an assessment: every number leads to its rows, a department reads its own."""

from __future__ import annotations

import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from clues.models import Clue
from records import clock
from supervision.assessment.models import Appeal, Bonus, Scheme
from supervision.assessment.selectors import pending_assessment
from supervision.assessment.services import appeals, rounds
from supervision.assessment.tests.samples import AFTER, computed, day, owed, third_quarter


@pytest.fixture
def published(county, actor):  # type: ignore[no-untyped-def]
    """民政 kept one clock of two, 卫健 its one; published."""
    owed(actor("mzj_head"), day(8, 1), day(7, 30))
    owed(actor("mzj_head"), day(8, 2))
    owed(actor("wjw_head"), day(8, 1), day(7, 30))
    of = third_quarter(actor)
    with clock.at(AFTER):
        computed(rounds.publish(actor("xzsp_head"), of.pk))
    return of


def own_score(of, actor, name="mzj_head"):  # type: ignore[no-untyped-def]
    return of.scores.get(department_id=actor(name).department_id)


def test_the_office_reads_all_and_a_department_its_own(published, actor, client_of) -> None:  # type: ignore[no-untyped-def]
    mine, other = own_score(published, actor), own_score(published, actor, "wjw_head")
    office = client_of("xzsp_clerk").get("/assessment/").content.decode()
    for score in (mine, other):
        assert score.get_absolute_url() in office
        assert score.lines.get(line__key="clues_in_time").get_absolute_url() in office
    page = client_of("mzj_clerk").get("/assessment/").content.decode()
    assert mine.get_absolute_url() in page and "50.00" in page and "100.00" in page
    assert other.get_absolute_url() not in page
    assert client_of("mzj_clerk").get(other.get_absolute_url()).status_code == 404
    lines = client_of("mzj_clerk").get(mine.get_absolute_url()).content.decode()
    assert "1 / 2" in lines and "线索按期研判" in lines


def test_a_line_shows_its_rows_and_leads_to_their_objects(published, actor, client_of) -> None:  # type: ignore[no-untyped-def]
    line = own_score(published, actor).lines.get(line__key="clues_in_time")
    late = line.facts.get(met=False)
    page = client_of("mzj_head").get(line.get_absolute_url()).content.decode()
    assert "15.00 × 1 / 2" in page and late.note in page
    assert f'href="{late.target.get_absolute_url()}"' in page
    # The object became confidential afterwards: the row stays, its words do not.
    Clue.objects.filter(pk=late.target_id).update(confidential=True)
    page = client_of("xzsp_clerk").get(line.get_absolute_url()).content.decode()
    assert late.about not in page and "不可查看的对象" in page


def test_exports_carry_what_the_page_shows(published, actor, client_of) -> None:  # type: ignore[no-untyped-def]
    answer = client_of("xzsp_clerk").get(published.get_absolute_url(), {"export": "xlsx"})
    sheet = load_workbook(io.BytesIO(answer.content)).active
    table = [[cell.value for cell in row] for row in sheet.iter_rows()]
    heads = next(row for row in table if "总分" in row)
    own = next(row for row in table if actor("mzj_head").department_name in row)
    figures = dict(zip(heads, own, strict=True))
    assert (figures["名次"], float(figures["总分"])) == (2, 50)
    assert figures["线索按期研判、移送、签收、办理"] == "7.50（1/2）"
    line = own_score(published, actor).lines.get(line__key="clues_in_time")
    answer = client_of("mzj_clerk").get(line.get_absolute_url(), {"export": "xlsx"})
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert sum("未达标" in [cell.value for cell in row] for row in sheet.iter_rows()) == 1


def test_the_report_names_every_rank(published, client_of) -> None:  # type: ignore[no-untyped-def]
    page = client_of("xzsp_head").get(f"/assessment/rounds/{published.pk}/print/").content.decode()
    assert "2026 年第三季度部门考核情况" in page and "50.00" in page and "未定稿" in page


def test_an_appeal_goes_from_the_page_to_the_workbench_and_back(  # type: ignore[no-untyped-def]
    published, actor, client_of
) -> None:
    line = own_score(published, actor).lines.get(line__key="clues_in_time")
    late = line.facts.get(met=False)
    url = f"/assessment/lines/{line.pk}/appeal/?row={late.pk}"
    with clock.at(AFTER):
        head = client_of("mzj_head")
        assert url.replace("&", "&amp;") in head.get(line.get_absolute_url()).content.decode()
        assert (
            "申诉</a>" not in client_of("mzj_clerk").get(line.get_absolute_url()).content.decode()
        )
        assert head.post(url, {"reason": ""}).status_code == 422
        head.post(url, {"reason": "对方迟迟没有提供材料。"})
        appeal = Appeal.objects.get()
        assert appeal.row == late
        assert "办理中" in head.get(line.get_absolute_url()).content.decode()
        (item,) = pending_assessment(actor("xzsp_clerk"))
        assert item.chip is not None and item.url == appeal.get_absolute_url()
        assert pending_assessment(actor("xzsp_head")) == []
        act = f"{appeal.get_absolute_url()}act/"
        client_of("xzsp_clerk").post(f"{act}accept/", {"opinion": "情况属实。"})
        # What the head has not signed, the department does not read.
        assert "情况属实" not in head.get(appeal.get_absolute_url()).content.decode()
        (item,) = pending_assessment(actor("xzsp_head"))
        client_of("xzsp_head").post(f"{act}sign-accept/")
        assert "情况属实" in head.get(appeal.get_absolute_url()).content.decode()
        assert pending_assessment(actor("xzsp_head")) == []
        page = head.get(line.get_absolute_url()).content.decode()
    assert "不计入" in page and "情况属实" in page


def test_the_weights_are_typed_in_points(county, actor, client_of) -> None:  # type: ignore[no-untyped-def]
    office = client_of("xzsp_clerk")
    answer = office.post(
        "/assessment/schemes/new/", {"name": "方案", "reason": "首次"}, follow=True
    )
    form = answer.context["form"]
    typed = {name: str(field.initial) for name, field in form.fields.items()}
    scheme = Scheme.objects.get()
    edit = f"/assessment/schemes/{scheme.pk}/edit/"
    assert office.post(edit, typed | {"weight-plan_done": "9.555"}).status_code == 422
    office.post(edit, typed | {"weight-plan_done": "9.5"})
    page = office.get(scheme.get_absolute_url()).content.decode()
    assert "合计应为 100.00，现为 99.50" in page
    office.post(edit, typed | {"weight-plan_done": "0", "weight-plan_filed": "20"})
    client_of("xzsp_head").post(f"{scheme.get_absolute_url()}act/enforce/")
    scheme.refresh_from_db()
    assert scheme.state == "in_force" and not scheme.lines.filter(key="plan_done").exists()


def test_a_period_is_computed_from_its_form(county, actor, client_of) -> None:  # type: ignore[no-untyped-def]
    with clock.at(AFTER):
        office = client_of("xzsp_clerk")
        form = {"year": "2026", "quarter": "3"}
        answer = office.post("/assessment/rounds/new/", form)
        assert answer.status_code == 422 and "没有生效的考核方案" in answer.content.decode()
        third = third_quarter(actor)
        answer = office.post("/assessment/rounds/new/", form | {"quarter": ""}, follow=True)
        assert "2026 年度" in answer.content.decode()
        assert third.get_absolute_url() in answer.content.decode()


def test_extra_points_are_proposed_with_a_file(published, actor, client_of) -> None:  # type: ignore[no-untyped-def]
    score = own_score(published, actor)
    url = f"/assessment/scores/{score.pk}/bonus/"
    proof = io.BytesIO(b"%PDF-1.4\n%%EOF\n")
    proof.name = "表彰决定.pdf"
    typed = {"title": "创新做法", "points": "1.5", "reason": "全市推广"}
    assert client_of("xzsp_clerk").post(url, typed).status_code == 422
    client_of("xzsp_clerk").post(url, typed | {"files": proof})
    proof.seek(0)
    again = client_of("xzsp_clerk").post(url, typed | {"files": proof})
    assert again.status_code == 422 and "正待负责人批准" in again.content.decode()
    bonus = Bonus.objects.get()
    assert bonus.points == 150
    assert client_of("mzj_head").get(bonus.get_absolute_url()).status_code == 404
    waits = [item.url for item in pending_assessment(actor("xzsp_head"))]
    assert bonus.get_absolute_url() in waits
    client_of("xzsp_head").post(f"{bonus.get_absolute_url()}act/grant/")
    page = client_of("mzj_head").get(bonus.get_absolute_url()).content.decode()
    assert "表彰决定.pdf" in page
    assert own_score(published, actor).total == 5_150


def test_pages_ask_as_much_for_many_as_for_one(published, actor, client_of) -> None:  # type: ignore[no-untyped-def]
    score = own_score(published, actor)
    line = score.lines.get(line__key="clues_in_time")
    client = client_of("xzsp_clerk")
    with clock.at(AFTER):
        for_one = appeals.raise_appeal(actor("mzj_head"), line.pk, line.facts.all()[0].pk, "理由")
    urls = (
        published.get_absolute_url(),
        score.get_absolute_url(),
        line.get_absolute_url(),
        "/assessment/appeals/",
    )

    def queries() -> list[int]:
        counts = []
        for url in urls:
            with CaptureQueriesContext(connection) as seen:
                assert client.get(url).status_code == 200
            counts.append(len(seen))
        return counts

    client.get(urls[0])
    before = queries()
    for fact in line.facts.all():
        for _ in range(3):
            fact.pk = None
            fact.save()
    for fact in line.facts.exclude(pk=for_one.row_id)[:3]:
        with clock.at(AFTER):
            appeals.raise_appeal(actor("mzj_head"), line.pk, fact.pk, "理由")
    assert queries() == before


def test_results_are_read_over_rest(published, actor, client_of) -> None:  # type: ignore[no-untyped-def]
    mine = own_score(published, actor)
    (row,) = client_of("mzj_clerk").get("/api/v1/department-scores/").json()["results"]
    assert (row["id"], row["total"], row["rank"], row["state"]) == (mine.pk, 5_000, 2, "published")
    line = next(each for each in row["lines"] if each["key"] == "clues_in_time")
    assert (line["rows"], line["met"], line["score"], line["weight"]) == (2, 1, 750, 1_500)
    all_of_them = client_of("xzsp_clerk").get("/api/v1/department-scores/").json()["results"]
    assert len(all_of_them) > 2
