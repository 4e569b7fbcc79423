"""The inspectors' directory: bulk writes, writes by hand, recusals, what the draw reads."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from credit.models import Subject
from credit.services.directory import Upserted, upsert_subjects
from credit.tests.entries import HOME, entries
from departments.models import Department
from inspections.models import Inspector, Recusal
from inspections.services.directory import (
    add_recusal,
    create_inspector,
    deactivate_inspector,
    directory_of,
    eligible_inspectors,
    reactivate_inspector,
    remove_recusal,
    update_inspector,
    upsert_inspectors,
)
from inspections.validation import InspectorInput
from records.actor import SYSTEM
from records.errors import Conflict, NotAllowed, Refused
from records.models import TrailEntry

REGION = "411603"
DAY = dt.date(2026, 3, 2)


@pytest.fixture
def department(county):
    return lambda short: Department.objects.get(short_name=short)


@pytest.fixture
def make(department):
    """An entry of the civil affairs department, with what differs."""

    def entry(licence: str = "16160313001", **values) -> InspectorInput:
        given = {
            "name": "曾建安",
            "department_id": department("民政局").pk,
            "valid_from": dt.date(2024, 3, 1),
            "valid_until": dt.date(2029, 2, 28),
            "specialities": ("养老服务",),
        }
        return InspectorInput(licence=licence, **(given | values))

    return entry


@pytest.fixture
def inspector(make):
    upsert_inspectors(SYSTEM, [make()], "x", region_code=REGION)
    return Inspector.objects.get()


def many(make, count: int) -> list[InspectorInput]:
    return [make(f"1616031{number:04d}", name=f"执法{number}") for number in range(count)]


def test_a_bulk_write_creates_updates_and_leaves_alone(make, actor):
    clerk = actor("mzj_clerk")
    rows = many(make, 5)
    assert upsert_inspectors(clerk, rows, "名录导入") == Upserted(5, 0, 0)
    renewed = replace(rows[0], valid_until=dt.date(2031, 1, 1))
    assert upsert_inspectors(clerk, [renewed, *rows[1:]], "名录导入") == Upserted(0, 1, 4)
    assert Inspector.objects.get(licence=rows[0].licence).valid_until == dt.date(2031, 1, 1)
    written = TrailEntry.objects.filter(verb="inspector.upsert").latest("pk")
    assert written.before == {rows[0].licence: {"valid_until": "2029-02-28"}}
    assert written.after["changes"] == {rows[0].licence: {"valid_until": "2031-01-01"}}


def test_queries_do_not_grow_with_rows(make):
    def queries(count: int) -> int:
        rows = many(make, count)
        with CaptureQueriesContext(connection) as captured:
            upsert_inspectors(SYSTEM, rows, "x", region_code=REGION)
        return len(captured)

    few = queries(5)
    assert queries(600) == few


def test_an_import_keeps_the_linked_account(inspector, make, person):
    update_inspector(SYSTEM, inspector.pk, {"user_id": person("mzj_inspector1").pk}, "关联")
    upsert_inspectors(SYSTEM, [make(name="曾建国")], "x", region_code=REGION)
    inspector.refresh_from_db()
    assert (inspector.name, inspector.user) == ("曾建国", person("mzj_inspector1"))


def test_a_department_keeps_its_own_inspectors_only(inspector, make, actor, department):
    health = department("卫健委").pk
    with pytest.raises(NotAllowed):
        upsert_inspectors(actor("mzj_clerk"), [make("X-0001", department_id=health)], "x")
    with pytest.raises(Refused, match="民政局”名下"):
        upsert_inspectors(actor("wjw_clerk"), [make(department_id=health)], "x")
    with pytest.raises(NotAllowed):
        update_inspector(actor("wjw_clerk"), inspector.pk, {"name": "改名"}, "x")
    with pytest.raises(NotAllowed):
        update_inspector(actor("mzj_clerk"), inspector.pk, {"department_id": health}, "调走")
    moved = update_inspector(actor("scjg_clerk"), inspector.pk, {"department_id": health}, "调动")
    assert moved.department_id == health
    assert upsert_inspectors(actor("xzsp_clerk"), [make()], "x").updated == 1


@pytest.mark.parametrize("username", ["mzj_inspector1", "jjz_witness", "audit_admin"])
def test_who_is_no_clerk_writes_nothing(inspector, make, actor, username):
    with pytest.raises(NotAllowed):
        upsert_inspectors(replace(actor(username), region_code=REGION), [make()], "x")
    with pytest.raises(NotAllowed):
        deactivate_inspector(actor(username), inspector.pk, "x")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"valid_until": dt.date(2024, 2, 29)}, "valid_until"),
        ({"name": " "}, "name"),
        ({"licence": "无"}, "licence"),
        ({"specialities": ("长" * 31,)}, "specialities"),
        ({"townships": ("411702001",)}, "townships"),
    ],
)
def test_unsound_entries_are_refused_at_their_field(make, actor, values, field):
    with pytest.raises(Refused) as refusal:
        create_inspector(actor("mzj_clerk"), replace(make(), **values), "新进")
    assert refusal.value.field == field
    assert not Inspector.objects.exists()


def test_a_department_that_does_not_enforce_has_no_inspectors(make, actor, department):
    idle = Department.objects.filter(enforces=False).first()
    with pytest.raises(Refused, match="行政执法资格"):
        create_inspector(actor("xzsp_clerk"), make(department_id=idle.pk), "x")


def test_a_licence_stands_once(inspector, make, actor):
    with pytest.raises(Refused, match="已在名录中"):
        create_inspector(actor("mzj_clerk"), make(name="别人"), "x")


def test_an_account_belongs_to_one_inspector_of_the_department(inspector, make, actor, person):
    clerk = actor("mzj_clerk")
    with pytest.raises(Refused, match="所属部门"):
        update_inspector(clerk, inspector.pk, {"user_id": person("wjw_inspector1").pk}, "x")
    with pytest.raises(Refused, match="所属部门"):
        update_inspector(clerk, inspector.pk, {"user_id": person("mzj_head").pk}, "x")
    update_inspector(clerk, inspector.pk, {"user_id": person("mzj_inspector1").pk}, "x")
    other = create_inspector(clerk, make("16160313002"), "x")
    with pytest.raises(Refused, match="已关联"):
        update_inspector(clerk, other.pk, {"user_id": person("mzj_inspector1").pk}, "x")


def test_off_duty_and_back(inspector, actor):
    clerk = actor("mzj_clerk")
    with pytest.raises(Refused, match="理由"):
        deactivate_inspector(clerk, inspector.pk, " ")
    deactivate_inspector(clerk, inspector.pk, "调离执法岗位")
    with pytest.raises(Conflict):
        deactivate_inspector(clerk, inspector.pk, "再次")
    with pytest.raises(Conflict):
        add_recusal(SYSTEM, inspector.pk, _home().pk, "近亲属")
    reactivate_inspector(clerk, inspector.pk, "返岗")
    inspector.refresh_from_db()
    assert inspector.is_active


def test_recusals_are_recorded_once_and_lifted_with_a_reason(inspector, actor):
    home, clerk = _home(), actor("mzj_clerk")
    recusal = add_recusal(clerk, inspector.pk, home.pk, "近亲属在该单位任职")
    assert recusal.reason == "近亲属在该单位任职"
    with pytest.raises(Refused, match="已经登记"):
        add_recusal(clerk, inspector.pk, home.pk, "再次")
    with pytest.raises(Refused, match="选择"):
        add_recusal(clerk, inspector.pk, 0, "没有这个对象")
    with pytest.raises(NotAllowed):
        remove_recusal(actor("wjw_clerk"), recusal.pk, "x")
    with pytest.raises(Refused, match="撤销理由"):
        remove_recusal(clerk, recusal.pk, "")
    remove_recusal(clerk, recusal.pk, "亲属已离职")
    assert not Recusal.objects.exists()
    written = TrailEntry.objects.filter(verb__contains="recuse").order_by("pk")
    assert list(written.values_list("label", "opinion")) == [
        (f"登记回避：{home.name}", "近亲属在该单位任职"),
        (f"撤销回避：{home.name}", "亲属已离职"),
    ]


def test_the_draw_sends_only_who_is_on_duty_with_a_licence_that_day(make, department):
    rows = [
        make("L-0001"),
        make("L-0002", is_active=False),
        make("L-0003", valid_until=DAY),
        make("L-0004", valid_until=DAY - dt.timedelta(days=1)),
        make("L-0005", valid_from=DAY + dt.timedelta(days=1)),
        make("L-0006", department_id=department("卫健委").pk),
    ]
    upsert_inspectors(SYSTEM, rows, "x", region_code=REGION)
    civil = department("民政局")
    found = eligible_inspectors([civil.pk], DAY)
    assert [one.licence for one in found] == ["L-0001", "L-0003"]
    civil.enforces = False
    civil.save()
    assert not eligible_inspectors([civil.pk], DAY).exists()


def test_the_directory_of_categories_holds_every_status(county):
    rows = [*entries(200), replace(HOME, status="closed")]
    upsert_subjects(SYSTEM, rows, "x", region_code=REGION)
    wanted = {"nursing-home", "self-built-house"}
    found = list(directory_of(wanted, county))
    expected = {row.identifier for row in rows if wanted & set(row.categories)}
    assert {subject.identifier for subject in found} == expected
    assert [s.identifier for s in found] == sorted(s.identifier for s in found)
    assert "closed" in {subject.status for subject in found}


def _home() -> Subject:
    upsert_subjects(SYSTEM, [HOME], "x", region_code=REGION)
    return Subject.objects.get(identifier=HOME.identifier)
