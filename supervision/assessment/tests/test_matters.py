"""Figures matter by matter: every row finds its matter, and the losses add up to the result."""

from __future__ import annotations

import io

from openpyxl import load_workbook

from clues.models import Clue
from inspections.models import JointTask, PlanItem, TaskPart
from inspections.tests.visit_samples import make_story
from matters.models import Matter
from supervision.assessment.models import ScoreRow
from supervision.assessment.selectors import rows_of, shares
from supervision.assessment.services.matters import filed_matter
from supervision.assessment.tests.samples import clue_of, day, owed, score_of, third_quarter


def test_a_department_is_explained_by_department_and_matter(county, actor, client_of) -> None:  # type: ignore[no-untyped-def]
    story = make_story(county, homes=2, codes=("MZJ", "WJW"))
    matter = story.item.matter_version.matter
    mzj = actor("mzj_clerk")
    visits = JointTask.objects.filter(pk__in=[task.pk for task in story.dispatch()])
    visits.update(visit_on=day(8, 3).date(), state="checked")
    PlanItem.objects.filter(pk=story.item.pk).update(
        period_start=day(7, 1).date(), period_end=day(9, 1).date()
    )
    TaskPart.objects.filter(department=story.departments["MZJ"]).update(
        state="submitted", submitted_at=day(8, 3, 16)
    )
    of_matter = clue_of(mzj)
    Clue.objects.filter(pk=of_matter.pk).update(matter=matter)
    owed(mzj, day(8, 1), clue=of_matter)
    owed(mzj, day(8, 2), day(8, 1))
    owed(mzj, day(8, 2), day(8, 1), rule=f"inspections.plan_filing_date.{matter.pk}")
    of = third_quarter(actor)
    assert shares(mzj, of) == []
    mine = shares(actor("xzsp_clerk"), of, mzj.department_id)
    own = {each.matter_id: each for each in mine}
    assert set(own) == {matter.pk, None}
    assert (own[None].rows, own[None].met, own[None].lost) == (1, 1, 0)
    # Two joint visits on time, the plan done, the filing kept; the clue's clock missed.
    assert (own[matter.pk].rows, own[matter.pk].met) == (7, 6)
    score = score_of(of, mzj)
    assert sum(each.lost for each in own.values()) == 10_000 - score.base > 0
    wjw = next(each for each in shares(actor("xzsp_clerk"), of) if each.score != score)
    assert (wjw.matter_id, wjw.rows, wjw.met) == (matter.pk, 2, 0)

    office = client_of("xzsp_clerk")
    page = office.get(score.get_absolute_url()).content.decode()
    assert own[matter.pk].name in page and "不属于某一事项" in page
    url = f"{of.get_absolute_url()}matters/"
    assert own[matter.pk].name in office.get(url).content.decode()
    sheet = load_workbook(io.BytesIO(office.get(url, {"export": "xlsx"}).content)).active
    written = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert [own[matter.pk].name, mzj.department_name, 7, 6] in [row[:4] for row in written]
    assert own[matter.pk].name in office.get(f"{of.get_absolute_url()}print/").content.decode()
    line = score.lines.get(line__key="clues_in_time")
    narrowed = office.get(line.get_absolute_url(), {"matter": matter.pk}).context["rows"]
    assert [each.row.target_id for each in narrowed] == [of_matter.pk]
    assert len(office.get(line.get_absolute_url(), {"matter": "9" * 40}).context["rows"]) == 2


def test_what_became_confidential_is_of_no_matter_anywhere(county, actor, client_of) -> None:  # type: ignore[no-untyped-def]
    mzj, office = actor("mzj_clerk"), actor("xzsp_clerk")
    matter = Matter.objects.create(region=county, code="HY-99", number=99)
    hidden, plain = clue_of(mzj), clue_of(mzj)
    Clue.objects.filter(pk__in=(hidden.pk, plain.pk)).update(matter=matter)
    owed(mzj, day(8, 1), clue=hidden)
    owed(mzj, day(8, 2), day(8, 1), clue=plain)
    of = third_quarter(actor)
    line = score_of(of, mzj).lines.get(line__key="clues_in_time")
    late = line.facts.get(target_id=hidden.pk)
    (before,) = shares(office, of)
    assert (before.matter_id, before.rows, before.met) == (matter.pk, 2, 1)
    Clue.objects.filter(pk=hidden.pk).update(confidential=True)

    after = {each.matter_id: each for each in shares(office, of)}
    assert {key: (each.rows, each.met) for key, each in after.items()} == {
        matter.pk: (1, 1),
        None: (1, 0),
    }
    assert sum(each.lost for each in after.values()) == before.lost

    def targets(asked: str) -> list[int]:
        return [row.target_id for row in rows_of(office, line, asked)]

    assert targets(str(matter.pk)) == [plain.pk]
    assert targets("none") == [hidden.pk]
    assert sorted(targets("")) == sorted((hidden.pk, plain.pk))
    # The page and the file of one matter do not lead to it either, and its notes are words too.
    client, url = client_of("xzsp_clerk"), line.get_absolute_url()
    asked = {"matter": matter.pk, "export": "xlsx"}
    sheet = load_workbook(io.BytesIO(client.get(url, asked).content)).active
    cells = [cell.value for row in sheet.iter_rows() for cell in row]
    assert str(plain) in " ".join(map(str, cells)) and "不可查看的对象" not in cells
    everything = client.get(url).content.decode()
    assert "不可查看的对象" in everything and late.note and late.note not in everything


def test_what_an_appeal_left_out_is_of_no_matter_either(county, actor) -> None:  # type: ignore[no-untyped-def]
    mzj = actor("mzj_clerk")
    owed(mzj, day(8, 1))
    owed(mzj, day(8, 2), day(8, 1))
    of = third_quarter(actor)
    ScoreRow.objects.filter(line__of__round=of, met=False).update(left_out="理由")
    (own,) = shares(actor("xzsp_clerk"), of)
    assert (own.rows, own.met, own.lost) == (1, 1, 0)


def test_the_clock_of_a_filing_names_its_matter() -> None:
    assert filed_matter("inspections.plan_filing_date.12") == 12
    assert filed_matter("clues.handle") is None


def test_a_matter_without_a_name_in_force_is_told_by_its_code(county, actor) -> None:  # type: ignore[no-untyped-def]
    mzj = actor("mzj_clerk")
    matter = Matter.objects.create(region=county, code="HY-99", number=99)
    of_matter = clue_of(mzj)
    Clue.objects.filter(pk=of_matter.pk).update(matter=matter)
    owed(mzj, day(8, 1), clue=of_matter)
    of = third_quarter(actor)
    assert [each.name for each in shares(actor("xzsp_clerk"), of)] == ["HY-99"]
