from __future__ import annotations

import io

import openpyxl
import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clues.models import Clue
from credit.models import Subject
from credit.selectors import timeline
from credit.tests import sanction_samples
from inspections.models import JointTask, Result
from inspections.services import results
from inspections.tests import result_samples
from matters.models import MatterVersion, SubjectCategory
from records.models import Deadline
from supervision.portraits.selectors import portrait
from supervision.portraits.tests import samples
from tests.test_concealment import answer_of

pytestmark = pytest.mark.django_db

STRANGERS = ("xzsp_head", "nync_clerk", "wjw_clerk", "fgw_clerk")
"""Who oversees, who takes no part, a colleague of somebody named, the credit group."""


@pytest.fixture
def subject(county) -> Subject:  # type: ignore[no-untyped-def]
    return samples.busy(county)


def timeline_of(subject: Subject) -> str:
    return reverse("portraits:timeline", args=[subject.pk])


def exported(client, subject: Subject, **filters: str) -> list[tuple[str, ...]]:  # type: ignore[no-untyped-def]
    answer = client.get(timeline_of(subject), {**filters, "export": "xlsx"})
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    return [tuple(cell or "" for cell in row) for row in book.active.iter_rows(2, values_only=True)]


def test_the_portrait_tells_of_everything(subject, client_of):
    page = client_of("mzj_head").get(subject.get_absolute_url()).content.decode()
    for said in (
        subject.name,
        subject.identifier,
        "信用风险等级",
        "群众反映之1",
        "投诉集中之1",
        "未发现问题",
        "养老机构安全综合监管",
        "全部变更与导出",
    ):
        assert said in page, said
    assert "显示完整信息" not in page


def test_the_portrait_leads_to_a_clue_about_the_subject(subject, client_of):
    client = client_of("mzj_clerk")
    door = f"/clues/add/?subject={subject.pk}"
    assert door in client.get(subject.get_absolute_url()).content.decode()
    page = client.get(door).content.decode()
    assert f'name="subject" value="{subject.pk}" checked' in page
    assert f'value="{subject.shown_name}"' in page
    assert 'name="subject" value=' not in client.get("/clues/add/?subject=999999").content.decode()


def test_the_grade_stands_once_and_its_dialog_names_the_term(subject, client_of):
    page = client_of("fgw_clerk").get(subject.get_absolute_url()).content.decode()
    assert f"<b>{subject.grade}</b><span>{subject.risk}</span>" in page
    assert subject.risk.endswith("风险")
    assert "最长 12 个月，至 " in page


def test_every_kind_that_happened_is_among_the_lines(subject, actor):
    entries = timeline.page(actor("mzj_head"), subject, size=100).entries
    told = {entry.source.code for entry in entries}
    assert set(timeline.SOURCES) - told == {
        *("crime", "measure", "sanction", "petition", "white_list")
    }
    entries = timeline.page(actor("scjg_head"), subject, kind="crime").entries
    assert [entry.line.title for entry in entries] == ["涉嫌犯罪之1"]


def test_sanctions_are_counted_and_told(county, actor):
    subject = sanction_samples.subjects(county)[0]
    sanction_samples.signed(actor, subject)
    found = portrait(actor("nync_clerk"), subject)
    assert found.sanctioned == 1
    assert [entry.line.title for entry in found.latest.entries[:1]] == ["部门提出"]
    assert [thing.entry.source.code for thing in found.open] == ["sanction"]


def test_lines_come_newest_first_each_once_on_whatever_pages(subject, actor):
    reader = actor("xzsp_head")
    samples.happen(subject, 2)
    # Many lines of the same moment and of several kinds.
    Clue.objects.update(received_at="2026-03-01T00:00:00+08:00")
    JointTask.objects.filter(subject=subject).update(visit_on="2026-03-01")
    whole = [entry.key for entry in timeline.page(reader, subject, size=500).entries]
    assert len(whole) == len(set(whole)) > 12
    assert [at for at, *_ in whole] == sorted((at for at, *_ in whole), reverse=True)
    for size in (1, 2, 5, len(whole)):
        walked, after = [], ""
        while True:
            page = timeline.page(reader, subject, after=after, size=size)
            walked += [entry.key for entry in page.entries]
            after = page.next_key
            if not after:
                break
        assert walked == whole, size


@pytest.mark.parametrize("key", ["x", "W10", "é", "MTIz" * 999, "WzEsMiwzXQ"])
def test_a_damaged_key_gives_the_first_page(key, subject, actor):
    reader = actor("xzsp_head")
    first = [entry.key for entry in timeline.page(reader, subject).entries]
    assert [entry.key for entry in timeline.page(reader, subject, after=key).entries] == first


def test_filters_narrow_page_and_export_alike(subject, client_of, person):
    client = client_of("xzsp_head")
    department = str(person("scjg_clerk").department_id)
    for filters in ({"kind": "penalty"}, {"department": department}, {"kind": "nonsense"}, {}):
        page = client.get(timeline_of(subject), filters).context["page"]
        rows = exported(client, subject, **filters)
        assert [entry.line.title for entry in page.entries] == [row[2] for row in rows]
    only = exported(client, subject, kind="penalty")
    assert {row[1] for row in only} == {"行政处罚"}
    assert all("市场监" in row[4] for row in exported(client, subject, department=department))


def test_the_number_of_queries_does_not_grow(subject, client_of):
    client = client_of("mzj_head")
    addresses = (subject.get_absolute_url(), timeline_of(subject))

    def asked(address: str) -> int:
        client.get(address)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(address)
        return len(queries)

    before = [asked(address) for address in addresses]
    for serial in (2, 3, 4):
        samples.happen(subject, serial)
    assert [asked(address) for address in addresses] == before


@pytest.mark.parametrize("username", STRANGERS)
def test_nothing_tells_of_a_confidential_clue(username, subject, client_of, monkeypatch):
    client = client_of(username)
    addresses = [
        subject.get_absolute_url(),
        reverse("credit:subject-card", args=[subject.pk]),
        timeline_of(subject),
        f"{timeline_of(subject)}?export=xlsx",
        *(f"{timeline_of(subject)}?kind={code}" for code in timeline.SOURCES),
    ]
    for address in addresses:
        answer_of(client, address)  # What is cached on the first visit is there both times.
    before = {address: answer_of(client, address) for address in addresses}
    samples.conceal(subject)
    after = {address: answer_of(client, address) for address in addresses}
    assert [one for one in addresses if before[one] != after[one]] == []


def test_who_is_named_reads_of_it(subject, client_of):
    samples.conceal(subject)
    page = client_of("mzj_head").get(timeline_of(subject)).content.decode()
    assert "线人举报该单位" in page


def test_a_result_shows_to_others_once_it_is_signed(county, actor):
    story = result_samples.checked_story(county)
    subject = result_samples.submitted(story).part.task.subject

    def read_by(username: str) -> list[str]:
        found = timeline.page(actor(username), subject, kind="result").entries
        return [entry.line.state for entry in found]

    assert read_by("wjw_head") == read_by("nync_head") == []
    result = Result.objects.get(state="submitted")
    results.approve(story.actor("mzj_head"), result.pk)
    assert read_by("wjw_head") == ["已审核，待公示"]
    assert read_by("nync_head") == []
    assert results.publish_next() is True
    assert read_by("nync_head") == read_by("wjw_head") == ["已公示"]


def test_what_others_found_may_be_taken_over(county, actor):
    story = result_samples.checked_story(county)
    subject = result_samples.published(story).part.task.subject
    (found,) = portrait(actor("scjg_head"), subject).recognisable
    assert found.publication.department_name == story.departments["MZJ"].name
    assert portrait(actor("mzj_head"), subject).recognisable == []


def test_what_is_late_stands_first(subject, actor):
    clue = Clue.objects.get(title="群众反映之1")
    kind = ContentType.objects.get_for_model(Clue)
    late = Deadline.objects.filter(target_type=kind, target_id=clue.pk, met_at=None)
    assert late.update(due_at="2020-01-01T00:00:00Z")
    found = portrait(actor("mzj_head"), subject)
    assert found.open[0].entry.target == clue
    assert found.late == 1
    assert "其中逾期 1 件" in found.late_note


def test_the_year_is_told_against_its_cap(subject, actor):
    found = portrait(actor("mzj_head"), subject)
    assert (found.visits, found.visits_reached) == (1, False)
    for key, value in (("yearly_visits", 1), ("visits_pooled", 1), ("visits_count.draw", 1)):
        subject.region.rule_values.update_or_create(
            key=f"inspections.{key}", defaults={"value": value, "source": "试点办法"}
        )
    found = portrait(actor("mzj_head"), subject)
    assert (found.visits, found.visits_reached) == (1, True)
    assert found.visits_note == "各部门合计，上限 1 次"


def test_matters_in_force_stand_with_their_departments(subject, actor):
    version = MatterVersion.objects.get()
    version.categories.add(*SubjectCategory.objects.filter(code__in=subject.categories))
    found = portrait(actor("nync_clerk"), subject).matters
    assert [str(row.version) for row in found] == ["养老机构安全综合监管"]
    assert found[0].version.lead.short_name == "民政局"
