"""What is kept twice is held against each other by the clock, and what differs is told."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clues.models import CompulsoryMeasure, Penalty
from clues.services import clue_secrecy, penalties
from clues.tests import measure_samples
from clues.tests.samples import make_clue
from clues.tests.test_penalties import enter
from credit.models import Standing, Subject
from credit.tests.standings import judge
from inspections.models import Result
from inspections.tests.result_samples import checked_story, published
from records import clock
from records.errors import Conflict, NotAllowed
from records.models import TrailEntry
from records.periods import ahead
from records.workdays import SHANGHAI
from supervision.dashboard.figures import words_of
from supervision.dashboard.models import Rollup, Touched
from supervision.dashboard.workbench import lanes
from supervision.outbound.models import ActReport
from supervision.outbound.tasks import report_missing
from supervision.reconciling import comparisons, services, tasks
from supervision.reconciling.models import Reconciliation

pytestmark = pytest.mark.django_db

KIND = Reconciliation.Kind
LIST = "/reconciliations/"


def at(day: int, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime(2026, 9, day, hour, minute, tzinfo=SHANGHAI)


def newest(kind: str) -> Reconciliation:
    return Reconciliation.objects.filter(kind=kind).order_by("-id")[0]


def waiting(actor, username="system_admin"):
    items = [item for lane in lanes(actor(username)) for item in lane.items]
    return [f"{item.what}：{item.about}" for item in items if "核对" in item.what]


def test_what_agrees_is_kept_as_such(county):
    published(checked_story(county, homes=2))

    assert services.look() == len(KIND)

    figures = newest(KIND.FIGURES)
    assert figures.compared == Rollup.objects.count() > 0
    assert newest(KIND.ACT_REPORTS).compared == 1
    assert not any(run.differed or run.rows for run in Reconciliation.objects.all())


def test_a_counter_that_is_wrong_is_named_in_words(county):
    part = published(checked_story(county, homes=2)).part
    services.reconcile(KIND.FIGURES)
    year = clock.today().year
    own = Rollup.objects.filter(measure=f"published:{year}")
    own.filter(scope="").update(many=77)
    own.filter(scope="d").delete()

    run = services.reconcile(KIND.FIGURES)

    rows = {row["what"]: (row["stored"], row["real"]) for row in run.rows}
    words = f"本年公示的结果，{year} 年"
    assert rows == {
        f"{part.task.region.name}：{words}": ("汇总数 77", "业务表 1"),
        f"{part.department.name}：{words}": ("汇总数 0", "业务表 1"),
    }
    assert run.compared == Rollup.objects.count() + 1


def test_what_waits_to_be_counted_is_no_difference(county):
    checked_story(county, homes=2)
    assert Touched.objects.exists()
    assert services.reconcile(KIND.FIGURES).differed == 0


def test_what_is_wrong_while_people_go_on_working_is_found_all_the_same(county, monkeypatch):
    published(checked_story(county, homes=2))
    services.reconcile(KIND.FIGURES)
    Rollup.objects.filter(scope="", measure__startswith="published:").update(many=77)
    looks = comparisons.rollups.differences
    grades = iter("BCDABCDABC")

    def while_somebody_works():
        Subject.objects.update(grade=next(grades))
        return looks()

    monkeypatch.setattr(comparisons.rollups, "differences", while_somebody_works)
    assert [row["stored"] for row in services.reconcile(KIND.FIGURES).rows] == ["汇总数 77"]


@pytest.mark.parametrize(
    ("measure", "words"),
    [
        ("visit:2026:closed", "已派发的联合任务，结果已全部公示，2026 年"),
        ("item:2026:published", "已公布的计划项目，2026 年"),
        ("matter:in_force", "生效事项"),
        ("rating:good", "满意和基本满意"),
        ("part:submitted", "部门检查任务，现场结果已提交"),
        ("waiting:2026-09-01", "在办线索，按收到日期，2026-09-01"),
    ],
)
def test_counters_have_words(measure, words):
    assert words_of(measure) == words


def test_acts_that_the_province_was_not_told_of(county, actor):
    result = published(checked_story(county))
    penalty = enter()
    penalties.sign(actor("wjw_head"), penalty.pk)
    measure = measure_samples.in_force()
    ActReport.objects.filter(penalty=penalty).delete()
    Result.objects.filter(pk=result.pk).update(state="withdrawn")
    CompulsoryMeasure.objects.filter(pk=measure.pk).update(state="closed")

    run = services.reconcile(KIND.ACT_REPORTS)

    assert (run.compared, run.differed) == (3, 3)
    check, fined, seized = run.rows
    report = ActReport.objects.get(part=result.part)
    assert check == {
        "what": f"行政检查 {report.record}（{result.part.department}）",
        "stored": "第 1 次报送与业务记录不符",
        "real": "已撤销公示",
        "url": report.message.get_absolute_url(),
        "act": f"check:{result.part.pk}",
    }
    assert fined["what"] == f"行政处罚 411603-2-{penalty.pk}（{penalty.department}）"
    assert (fined["stored"], fined["url"]) == ("没有报送", "")
    assert seized["real"] == "已办结"
    for subject in Subject.objects.all():
        assert subject.name not in str(run.rows) and subject.identifier not in str(run.rows)


def test_many_that_differ_cost_as_few_queries_as_one(county, actor):
    queries = []
    for act in ("无证经营", "超范围经营", "拒绝检查"):
        penalties.sign(actor("wjw_head"), enter(act=act).pk)
        ActReport.objects.update(withdrawn=True)
        with CaptureQueriesContext(connection) as asked:
            found = comparisons.act_reports()
        assert found.differed == len(queries) + 1 and all(row["url"] for row in found.rows)
        queries.append(len(asked))
    assert len(set(queries)) == 1


def test_what_is_confidential_is_neither_compared_nor_named(county, actor):
    clue = make_clue(actor("wjw_clerk"))
    penalty = enter(clue=clue)
    penalties.sign(actor("wjw_head"), penalty.pk)
    clue_secrecy.conceal(actor("wjw_head"), clue.pk, "涉及举报人安全")
    ActReport.objects.update(withdrawn=False)

    run = services.reconcile(KIND.ACT_REPORTS)

    assert (run.compared, run.differed) == (0, 0)


def test_what_became_confidential_since_has_no_words(county, actor, client_of):
    clue = make_clue(actor("wjw_clerk"))
    for penalty in (enter(clue=clue), enter(act="另一件")):
        penalties.sign(actor("wjw_head"), penalty.pk)
    secret, known = Penalty.objects.order_by("pk")
    ActReport.objects.all().delete()
    run = services.reconcile(KIND.ACT_REPORTS)
    assert (run.differed, len(run.rows)) == (2, 2)

    clue_secrecy.conceal(actor("wjw_head"), clue.pk, "涉及举报人安全")

    client, url = client_of("system_admin"), run.get_absolute_url()
    page = client.get(url).content.decode()
    sheet = openpyxl.load_workbook(io.BytesIO(client.get(url, {"export": "xlsx"}).content)).active
    file = str([cell.value for row in sheet.iter_rows() for cell in row])
    for shown in (page, file):
        assert f"411603-2-{known.pk}（" in shown
        assert f"411603-2-{secret.pk}（" not in shown


def test_a_comparison_that_fails_holds_up_no_report(county, monkeypatch):
    def fails():
        raise ZeroDivisionError

    published(checked_story(county))
    ActReport.objects.all().delete()
    monkeypatch.setattr(
        services, "COMPARISONS", comparisons.COMPARISONS | {KIND.ACT_REPORTS: fails}
    )
    assert report_missing() == 1


def test_what_the_night_mends_is_kept_before_it_is_mended(county):
    published(checked_story(county))
    ActReport.objects.all().delete()

    assert report_missing("4116") == 1
    assert not Reconciliation.objects.exists()
    ActReport.objects.all().delete()
    assert report_missing() == 1

    assert newest(KIND.ACT_REPORTS).differed == 1
    assert services.reconcile(KIND.ACT_REPORTS).differed == 0


def test_a_grade_that_the_directory_does_not_repeat(county):
    checked_story(county, homes=2)
    one = Subject.objects.order_by("pk")[0]
    judge(one)
    assert services.reconcile(KIND.GRADES).differed == 0
    Subject.objects.filter(pk=one.pk).update(grade="D")
    Standing.objects.update(grade="B")

    run = services.reconcile(KIND.GRADES)

    assert (run.compared, run.differed) == (1, 1)
    assert run.rows[0]["what"] == f"监管对象编号 {one.pk}（{one.region}）"
    assert (run.rows[0]["stored"], run.rows[0]["real"]) == ("名录 D 级", "现行评价 B 级")


def test_each_kind_is_reconciled_once_a_day_and_again_when_asked(county, actor):
    with clock.at(at(1, 3)):
        assert services.look() == len(KIND)
        assert services.look() == 0
    with clock.at(at(1, 4, 1)):
        assert services.look() == len(KIND)
    with clock.at(at(2, 3, 59)):
        assert services.look() == 0
        run = services.again(actor("system_admin"), newest(KIND.GRADES).pk)
        with pytest.raises(Conflict):
            services.again(actor("system_admin"), run.pk)
        assert tasks.look() == 1
        assert tasks.look() == 0
    assert newest(KIND.GRADES).wanted_by == actor("system_admin").name
    assert newest(KIND.FIGURES).wanted_by == ""
    with pytest.raises(NotAllowed):
        services.again(actor("xzsp_head"), newest(KIND.FIGURES).pk)


def test_results_are_kept_for_a_bounded_time(county):
    with clock.at(at(1, 5)):
        services.look()
        last = newest(KIND.GRADES)
    with clock.at(ahead(at(1, 6), days=180)):
        services.reconcile(KIND.FIGURES)
    assert Reconciliation.objects.filter(kind=KIND.FIGURES).count() == 1
    assert newest(KIND.GRADES) == last


def test_a_kind_that_fails_keeps_no_other_from_its_turn_and_is_told(county, actor, monkeypatch):
    def fails():
        raise ZeroDivisionError

    monkeypatch.setattr(services, "COMPARISONS", comparisons.COMPARISONS | {KIND.FIGURES: fails})
    with clock.at(at(1, 7)):
        assert services.look() == len(KIND) - 1
        assert waiting(actor) == ["恢复定时核对：看板汇总数与业务表，每天 4 时核对，还没有核对过"]
        assert waiting(actor, "xzsp_head") == []


def test_the_workbench_tells_what_differs_and_what_was_not_reconciled_in_time(county, actor):
    with clock.at(at(1, 4, 30)):
        services.look()
    Reconciliation.objects.filter(kind=KIND.GRADES).update(compared=9, differed=2)
    differs = "查明核对差异：名录等级与现行评价，核对 9 条，2 条不一致"
    with clock.at(at(2, 5, 59)):
        assert waiting(actor) == [differs]
    with clock.at(at(2, 6, 1)):
        assert len(waiting(actor)) == len(KIND) + 1
        services.look()
        assert waiting(actor) == []


def test_the_pages(county, client_of, actor):
    published(checked_story(county, homes=2))
    services.look()
    Rollup.objects.filter(measure__startswith="published:", scope="").update(many=77)
    run = services.reconcile(KIND.FIGURES)
    client = client_of("system_admin")

    assert client_of("xzsp_head").get(LIST).status_code == 403
    assert client_of("xzsp_head").get(run.get_absolute_url()).status_code == 404
    every = client.get(LIST).content.decode()
    assert run.get_absolute_url() in every and "1 条不一致" in every
    only = client.get(LIST, {"kind": KIND.GRADES}).content.decode()
    body = only[only.index("<tbody>") :]
    assert run.get_absolute_url() not in body and newest(KIND.GRADES).get_absolute_url() in body
    page = client.get(run.get_absolute_url()).content.decode()
    assert "汇总数 77" in page and "本年公示的结果" in page
    rows = client.get(run.get_absolute_url(), {"export": "xlsx"})
    sheet = openpyxl.load_workbook(io.BytesIO(rows.content)).active
    assert "汇总数 77" in [cell.value for row in sheet.iter_rows() for cell in row]
    listed = client.get(LIST, {"export": "xlsx", "found": "differs"})
    assert openpyxl.load_workbook(io.BytesIO(listed.content)).active.max_row >= 2

    answer = client.post(f"{run.get_absolute_url()}act/again/", {"opinion": ""}, follow=True)

    text = answer.content.decode()
    assert "要求再核对一次" in text and "已交后台核对" in text
    assert TrailEntry.objects.filter(verb="reconciliation.again", target_id=run.pk).exists()
    assert services.look() == 1
