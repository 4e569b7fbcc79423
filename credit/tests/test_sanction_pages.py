"""The pages and the API of joint sanctions and the white list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from credit.models import Sanction, Subject, WhiteListEntry
from credit.selectors.sanctions import SANCTION_SHEET
from credit.services import sanctions, whitelist
from credit.tests.sanction_samples import Who, said, signed, subjects
from departments.models import Region
from matters.models import Matter, MatterVersion
from records.excel import read

pytestmark = pytest.mark.django_db

Login = Callable[[str], Client]


@pytest.fixture
def found(county: Region) -> list[Subject]:
    return subjects(county)


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def body(actor: Who, rows: int = 1, **changes: Any) -> dict[str, Any]:
    department = actor("scjg_clerk").department_id
    measures = {
        f"measures-{number}-{name}": value
        for number in range(rows)
        for name, value in (("code", "watch"), ("department", department), ("basis", "监管办法"))
    }
    return {
        "trigger": "hand",
        "event": "",
        "facts": "提供虚假材料",
        "basis": "处理决定",
        "months": "12",
        "measures-TOTAL_FORMS": "4",
        "measures-INITIAL_FORMS": "0",
        **measures,
        **changes,
    }


def test_drawing_up_keeps_what_was_typed(
    actor: Who, client_of: Login, found: list[Subject]
) -> None:
    client = client_of("fgw_clerk")
    url = f"/credit/subjects/{found[0].pk}/sanction/"
    assert client.get(url).status_code == 200
    answer = client.post(url, body(actor, months="99"))
    assert answer.status_code == 422
    assert "1 到 36 个月" in answer.content.decode() and "提供虚假材料" in answer.content.decode()
    answer = client.post(url, body(actor, rows=2))
    assert "只能列一次" in answer.content.decode()
    half = body(actor) | {"measures-0-basis": ""}
    assert "请填写该措施的依据" in client.post(url, half).content.decode()
    answer = client.post(url, body(actor))
    made = Sanction.objects.get()
    assert answer["Location"] == made.get_absolute_url()
    # Sent twice it is told, not made, again.
    assert client.post(url, body(actor)).status_code == 422
    assert Sanction.objects.count() == 1
    page = client.get(made.get_absolute_url()).content.decode()
    assert "纳入重点监管范围" in page and "送负责人签发" in page
    edit = f"/credit/sanctions/{made.pk}/edit/"
    assert client.get(edit).status_code == 200
    client.post(edit, body(actor, months="6"))
    made.refresh_from_db()
    assert made.months == 6


def test_acts_and_feedback_on_the_page(actor: Who, client_of: Login, found: list[Subject]) -> None:
    sanction = signed(actor, found[0])
    part = sanction.parts.get(department_id=actor("scjg_clerk").department_id)
    clerk, head = client_of("scjg_clerk"), client_of("scjg_head")
    clerk.post(f"/credit/sanctions/parts/{part.pk}/act/receive/")
    measure = part.measures.get()
    url = f"/credit/sanctions/parts/{part.pk}/report/"
    assert "纳入重点监管范围" in clerk.get(url).content.decode()
    filled = {f"applied-{measure.pk}": "no", f"note-{measure.pk}": "", "report": "说明"}
    assert "请写明理由" in clerk.post(url, filled).content.decode()
    clerk.post(url, filled | {f"note-{measure.pk}": "不在本部门监管范围"})
    # Not signed yet: nobody else reads it.
    assert (
        "不在本部门监管范围"
        not in client_of("fgw_clerk").get(sanction.get_absolute_url()).content.decode()
    )
    head.post(f"/credit/sanctions/parts/{part.pk}/act/approve/")
    part.refresh_from_db()
    assert part.state == "reported"
    assert (
        "不在本部门监管范围"
        in client_of("fgw_clerk").get(sanction.get_absolute_url()).content.decode()
    )


def test_why_a_sanction_is_to_end_shows_once_its_head_has_signed(
    actor: Who, client_of: Login, found: list[Subject]
) -> None:
    sanction = signed(actor, found[0])
    sanctions.revoke(actor("fgw_clerk"), sanction.pk, "原认定依据已撤销")
    addresses = sanction.get_absolute_url(), reverse("sanction-detail", args=[sanction.pk])

    def readers() -> list[str]:
        return [
            name
            for name in ("fgw_clerk", "scjg_clerk")
            for address in addresses
            if "原认定依据已撤销" in client_of(name).get(address).content.decode()
        ]

    assert readers() == ["fgw_clerk"] * 2
    sanctions.lift(actor("fgw_head"), sanction.pk)
    assert readers() == ["fgw_clerk"] * 2 + ["scjg_clerk"] * 2


def test_lists_ask_the_same_of_few_and_many(
    actor: Who, client_of: Login, found: list[Subject]
) -> None:
    client = client_of("fgw_clerk")
    signed(actor, found[0])
    addresses = ("/credit/sanctions/", "/credit/sanctions/statistics/", "/api/v1/sanctions/")
    client.get(addresses[0])
    few = [queries(client, url) for url in addresses]
    for subject in found[1:]:
        signed(actor, subject)
    assert [queries(client, url) for url in addresses] == few
    exported = read(SANCTION_SHEET, client.get("/credit/sanctions/?export=xlsx").content, "x.xlsx")
    assert {row.values["subject"] for row in exported.rows} == {each.name for each in found}
    filtered = client.get(f"/credit/sanctions/?q={found[0].name}&state=active").content.decode()
    assert found[0].name in filtered and found[1].name not in filtered


def test_a_person_is_named_to_nobody_else(
    actor: Who, client_of: Login, found: list[Subject]
) -> None:
    Subject.objects.filter(pk=found[0].pk).update(id_kind="person", name="王小明")
    sanction = signed(actor, found[0])
    assert client_of("wjw_head").get(sanction.get_absolute_url()).status_code == 404
    assert "王小明" not in client_of("wjw_head").get("/credit/sanctions/").content.decode()
    clerk = client_of("scjg_clerk")
    assert "王小明" not in clerk.get("/credit/sanctions/").content.decode()
    # Even who takes part reads the name masked; in full only by the act that leaves a trace.
    shown = clerk.get(sanction.get_absolute_url()).content.decode()
    assert "王小明" not in shown
    assert Subject.objects.get(pk=found[0].pk).shown_name in shown


def test_drawn_up_over_rest(actor: Who, client_of: Login, found: list[Subject]) -> None:
    department = actor("scjg_clerk").department_id
    sent = {
        "subject": found[0].pk,
        "trigger": "hand",
        "facts": "提供虚假材料",
        "basis": "处理决定",
        "months": 12,
        "measures": [{"code": "watch", "basis": "监管办法", "departments": [department]}],
    }
    client = client_of("fgw_clerk")
    made = client.post("/api/v1/sanctions/", sent, content_type="application/json")
    assert made.status_code == 201, made.content
    assert made.json()["acts"] == ["submit", "discard"]
    wrong = client.post(
        "/api/v1/sanctions/", sent | {"subject": 10**12}, content_type="application/json"
    )
    assert wrong.status_code == 404
    signed_over = client.post(
        f"/api/v1/sanctions/{made.json()['id']}/acts/submit/", {}, content_type="application/json"
    )
    assert signed_over.json()["state"] == "review"


def test_the_trail_tells_no_overseer_of_what_is_unsigned(
    actor: Who, client_of: Login, found: list[Subject]
) -> None:
    made = sanctions.draft(actor("fgw_clerk"), found[0].pk, said(actor))
    trail = "/trail/?target=失信惩戒"
    assert str(made) not in client_of("xzsp_head").get(trail).content.decode()
    sanctions.submit(actor("fgw_clerk"), made.pk)
    sanctions.sign(actor("fgw_head"), made.pk)
    assert str(made) in client_of("xzsp_head").get(trail).content.decode()


def test_proposals_are_the_credit_groups(client_of: Login, found: list[Subject]) -> None:
    assert client_of("fgw_clerk").get("/credit/sanctions/proposals/").status_code == 200
    assert client_of("mzj_clerk").get("/credit/sanctions/proposals/").status_code == 403
    page = client_of("mzj_clerk").get("/credit/sanctions/measures/").content.decode()
    assert "全国失信惩戒措施基础清单（2024年版）" in page


def test_white_list_pages(
    actor: Who, client_of: Login, county: Region, found: list[Subject]
) -> None:
    leader = actor("mzj_clerk")
    matter = Matter.objects.create(region=county, code="试-1", number=901)
    MatterVersion.objects.create(
        matter=matter,
        number=1,
        name="养老机构监管",
        lead_id=leader.department_id,
        state=MatterVersion.State.IN_FORCE,
        created_by_id=leader.user_id,
    )
    clerk = client_of("mzj_clerk")
    url = f"/credit/subjects/{found[0].pk}/white-list/"
    assert "近 24 个月内没有行政处罚" in clerk.get(url).content.decode()
    assert client_of("nync_clerk").get(url).status_code == 403
    assert (
        "1 到 12 个月"
        in clerk.post(url, {"matter": "", "months": "13", "reason": "好"}).content.decode()
    )
    clerk.post(url, {"matter": str(matter.pk), "months": "12", "reason": "连续三年无问题"})
    entry = WhiteListEntry.objects.get()
    client_of("mzj_head").post(f"{entry.get_absolute_url()}act/sign/")
    client_of("xzsp_head").post(f"{entry.get_absolute_url()}act/approve/")
    entry.refresh_from_db()
    assert entry.state == "listed"
    assert "养老机构监管" in client_of("nync_clerk").get("/credit/white-list/").content.decode()
    assert "批准时的核对" in clerk.get(entry.get_absolute_url()).content.decode()
    listed = clerk.get("/api/v1/white-list/").json()["results"]
    assert [row["state"] for row in listed] == ["listed"]
    few = queries(clerk, "/credit/white-list/")
    for subject in found[1:]:
        whitelist.apply(leader, subject.pk, None, 6, "连续三年无问题")
    assert queries(clerk, "/credit/white-list/") == few
