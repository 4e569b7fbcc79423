"""The subjects' directory: bulk writes, writes by hand, who may what."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from credit.models import Subject, SubjectChange
from credit.services import directory as services
from credit.services.directory import (
    Upserted,
    create_subject,
    grade_subject,
    update_subject,
    upsert_subjects,
)
from credit.tests.entries import HOME, entries, entry
from records import search
from records.actor import SYSTEM
from records.errors import NotAllowed, Refused
from records.models import TrailEntry

REGION = "411603"


@pytest.fixture
def home(county):
    upsert_subjects(SYSTEM, [HOME], "名录导入", region_code=REGION)
    return Subject.objects.get()


def test_new_entries_are_created_with_a_line_of_history_each(county, actor):
    rows = entries(30)
    result = upsert_subjects(actor("xzsp_clerk"), rows, "名录导入")
    assert result == Upserted(created=30, updated=0, unchanged=0)
    stored = Subject.objects.get(identifier=rows[0].identifier)
    assert stored.name == rows[0].name
    assert stored.categories == list(rows[0].categories)
    assert stored.township.code == rows[0].township_code
    changes = SubjectChange.objects.all()
    assert {change.field for change in changes} == {"created"}
    assert changes.count() == 30
    assert changes[0].actor_name == "冯雅静"


def test_the_same_rows_again_change_nothing(county, actor):
    rows = entries(30)
    upsert_subjects(actor("xzsp_clerk"), rows, "名录导入")
    before = list(Subject.objects.order_by("pk").values_list("pk", "updated_at"))
    assert upsert_subjects(actor("xzsp_clerk"), rows, "名录导入") == Upserted(0, 0, 30)
    assert list(Subject.objects.order_by("pk").values_list("pk", "updated_at")) == before
    assert SubjectChange.objects.count() == 30


def test_changed_fields_are_written_and_told_in_words(home):
    moved = replace(HOME, township_code="411603100", status="closed", categories=("catering",))
    result = upsert_subjects(SYSTEM, [moved, entry(7)], "二次导入", region_code=REGION)
    assert result == Upserted(created=1, updated=1, unchanged=0)
    home.refresh_from_db()
    assert (home.township.code, home.status) == ("411603100", "closed")
    lines = SubjectChange.objects.filter(subject=home, source="二次导入")
    told = {line.field: (line.old, line.new) for line in lines}
    assert told["status"] == ("在业", "停业")
    assert told["categories"] == ("养老机构", "餐饮服务单位")
    assert set(told) == {"status", "categories", "township"}


def test_a_bulk_write_leaves_one_trail_entry_with_its_numbers(county, actor):
    upsert_subjects(actor("fgw_clerk"), entries(3), "名录导入")
    written = TrailEntry.objects.get(verb="subject.upsert")
    assert written.region_code == REGION
    assert written.after == {"source": "名录导入", "created": 3, "updated": 0, "unchanged": 0}


def test_queries_grow_with_batches_not_with_rows(county, monkeypatch):
    def queries(count: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            upsert_subjects(SYSTEM, entries(count), "名录导入", region_code=REGION)
        return len(captured)

    monkeypatch.setattr(services, "BATCH", 500)
    one_small, one_full = queries(50), queries(500)
    assert one_full == one_small
    seen: list[int] = []
    with CaptureQueriesContext(connection) as captured:
        upsert_subjects(SYSTEM, entries(2000), "名录导入", seen.append, region_code=REGION)
    assert len(captured) <= one_full + 3 * 4
    assert seen == [500, 1000, 1500, 2000]


def test_a_bad_row_undoes_the_whole_write(county, monkeypatch):
    monkeypatch.setattr(services, "BATCH", 2)
    rows = [*entries(4), replace(HOME, identifier="91411603MA44GBK251")]
    with pytest.raises(Refused, match="校验位"):
        upsert_subjects(SYSTEM, rows, "名录导入", region_code=REGION)
    assert not Subject.objects.exists()


def test_one_identifier_twice_is_refused(county):
    with pytest.raises(Refused, match="重复"):
        upsert_subjects(SYSTEM, [HOME, replace(HOME, name="另名")], "x", region_code=REGION)


@pytest.mark.parametrize("username", ["mzj_clerk", "scjg_inspector1", "jjz_witness", "audit_admin"])
def test_who_does_not_keep_the_directory_cannot_write_in_bulk(county, actor, username):
    with pytest.raises(NotAllowed):
        upsert_subjects(replace(actor(username), region_code=REGION), [HOME], "名录导入")
    assert not Subject.objects.exists()


def test_only_the_credit_group_changes_a_grade_by_file(home, actor):
    regraded = replace(HOME, grade="D")
    with pytest.raises(Refused, match="联合信用监管组"):
        upsert_subjects(actor("xzsp_clerk"), [regraded], "名录导入")
    assert upsert_subjects(actor("fgw_clerk"), [regraded], "名录导入").updated == 1


def test_an_edit_by_hand_is_in_history_and_trail(home, actor):
    update_subject(actor("mzj_clerk"), home.pk, {"address": "新站镇东街2号"}, "现场核实")
    home.refresh_from_db()
    assert home.address == "新站镇东街2号"
    line = home.changes.first()
    assert (line.field, line.new, line.source) == ("address", "新站镇东街2号", "人工维护：现场核实")
    assert line.department_name == "区民政局"
    written = TrailEntry.objects.get(verb="subject.edit")
    assert written.after["address"] == "新站镇东街2号"
    assert written.opinion == "现场核实"


def test_an_edit_needs_a_reason_and_a_change(home, actor):
    with pytest.raises(Refused, match="修改理由"):
        update_subject(actor("mzj_clerk"), home.pk, {"address": "x"}, "  ")
    with pytest.raises(Refused, match="没有任何改动"):
        update_subject(actor("mzj_clerk"), home.pk, {"name": HOME.name}, "核对")
    with pytest.raises(Refused, match="房屋编号") as refusal:
        update_subject(actor("mzj_clerk"), home.pk, {"categories": ["self-built-house"]}, "x")
    assert refusal.value.field == "categories"
    assert home.changes.count() == 1


def test_grades_are_the_credit_groups_alone(home, actor):
    with pytest.raises(NotAllowed):
        grade_subject(actor("mzj_head"), home.pk, "D", "投诉多")
    with pytest.raises(ValueError, match="grade"):
        update_subject(actor("fgw_clerk"), home.pk, {"grade": "D"}, "投诉多")
    grade_subject(actor("fgw_clerk"), home.pk, "D", "季度评价")
    home.refresh_from_db()
    assert home.grade == "D"
    assert (home.changes.first().old, home.changes.first().new) == ("B", "D")


@pytest.mark.parametrize("username", ["mzj_inspector1", "xinzhan_officer", "system_admin"])
def test_who_is_no_clerk_edits_nothing(home, actor, username):
    with pytest.raises(NotAllowed):
        update_subject(actor(username), home.pk, {"address": "x"}, "x")


def test_a_subject_entered_by_hand_must_be_new(home, actor):
    created = create_subject(actor("scjg_clerk"), entry(3), "群众举报核实")
    assert created.changes.get().field == "created"
    with pytest.raises(Refused, match="已在名录中") as refusal:
        create_subject(actor("scjg_clerk"), HOME, "重复")
    assert refusal.value.field == "identifier"
    with pytest.raises(NotAllowed):
        create_subject(actor("mzj_clerk"), entry(4), "x")


def test_visibility_by_role(county, actor):
    upsert_subjects(SYSTEM, entries(60), "名录导入", region_code=REGION)
    own = Subject.objects.visible_to(actor("xinzhan_officer"))
    assert 0 < own.count() < 60
    assert {subject.township.code for subject in own} == {"411603101"}
    assert Subject.objects.visible_to(actor("nync_clerk")).count() == 60
    for administrator in ("system_admin", "security_admin", "audit_admin"):
        assert not Subject.objects.visible_to(actor(administrator)).exists()
    elsewhere = replace(actor("nync_clerk"), region_code="411602")
    assert not Subject.objects.visible_to(elsewhere).exists()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("100%", {"100%纯粮店"}),
        ("_", {"甲_乙超市"}),
        ("\\", {"反\\斜杠店"}),
        ("abc", {"ABC茶饮店"}),
        ("茶饮", {"ABC茶饮店"}),
        ("' OR 1=1 --", set()),
    ],
)
def test_search_takes_every_character_for_itself(county, text, names):
    given = ("100%纯粮店", "甲_乙超市", "反\\斜杠店", "ABC茶饮店", "普通店")
    rows = [replace(row, name=name) for row, name in zip(entries(5), given, strict=True)]
    upsert_subjects(SYSTEM, rows, "x", region_code=REGION)
    found = Subject.objects.matching(text)
    assert {subject.name for subject in found} == names


def test_search_by_the_beginning_of_an_identifier(home):
    assert Subject.objects.matching("9141160 3ma44").get() == home
    assert not Subject.objects.matching("1603MA44").exists()


def test_name_search_uses_its_indexes(county, monkeypatch):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    monkeypatch.setattr(search, "is_frequent", lambda *asked: False)
    plan = Subject.objects.matching("羊肉汤馆").explain()
    assert "subject_grams" in plan
    assert "subject_identifier_prefix" in plan
