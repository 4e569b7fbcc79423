"""Pages and the API of subjects that stand twice in the directory."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from credit.models import DuplicatePair, Subject
from credit.selectors.duplicates import pending_duplicates
from credit.services import lookalikes
from credit.tests.duplicate_samples import TWIN, merged, pair
from credit.tests.entries import HOME

pytestmark = pytest.mark.django_db

LIST = reverse("credit:duplicate-list")


@pytest.fixture
def found(county) -> DuplicatePair:
    return pair(county.code)


def test_the_list_shows_what_nobody_has_decided_and_hands_it_out(found, actor, client_of) -> None:
    client = client_of("mzj_clerk")
    page = client.get(LIST).content.decode()
    assert HOME.identifier in page and TWIN.identifier in page
    assert "地址相同，名称相近" in page
    assert HOME.identifier in client.get(LIST, {"q": "穗禾", "reason": "name"}).content.decode()
    for query in ({"q": "没有的名称"}, {"reason": "near_name"}, {"state": "merged"}):
        assert HOME.identifier not in client.get(LIST, query).content.decode()
    answer = client.get(LIST, {"export": "xlsx"})
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.values)
    assert any(HOME.identifier in row and TWIN.identifier in row for row in rows)
    merged(actor, found)
    assert HOME.identifier not in client.get(LIST).content.decode()
    assert HOME.identifier in client.get(LIST, {"state": "all"}).content.decode()


def test_an_identifier_of_a_person_is_not_found_out_bit_by_bit(county, client_of) -> None:
    people = [
        Subject.objects.create(
            region=county,
            id_kind="person",
            identifier=identifier,
            name="张三",
            categories=["nursing-home"],
            grade="B",
        )
        for identifier in ("412726198001011234", "412726198001011235")
    ]
    found = DuplicatePair.objects.create(
        region=county, first=people[0], second=people[1], reasons=["name"]
    )
    client = client_of("mzj_clerk")
    for typed, shown in (("41272619800101", False), ("412726198001011234", True), (" ", True)):
        page = client.get(LIST, {"q": typed}).content.decode()
        assert (found.get_absolute_url() in page) == shown, typed


def test_the_list_costs_the_same_with_more_pairs(found, actor, client_of) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(LIST)
        return len(captured)

    client = client_of("mzj_clerk")
    cost()
    few = cost()
    for other in Subject.objects.exclude(pk=found.first_id).order_by("pk")[:8]:
        lookalikes.tell_duplicate(actor("xzsp_clerk"), found.first_id, other.identifier, "像")
    assert DuplicatePair.objects.waiting().count() == 9
    assert cost() == few


def test_from_the_comparison_to_the_merged_page(found, actor, client_of) -> None:
    clerk, head = client_of("xzsp_clerk"), client_of("fgw_head")
    detail = clerk.get(found.get_absolute_url()).content.decode()
    assert "提出合并" in detail and "变更历史" in detail
    form = reverse("credit:duplicate-propose", args=[found.pk])
    assert "两者之和" in clerk.get(form).content.decode()
    sent = {"survivor": found.first_id, "from_name": found.second_id, "reason": ""}
    answer = clerk.post(form, sent)
    assert answer.status_code == 422
    sent["reason"] = "登记档案核对一致"
    assert clerk.post(form, sent).status_code == 302
    assert [one.url for one in pending_duplicates(actor("fgw_head"))] == [found.get_absolute_url()]
    assert pending_duplicates(actor("fgw_clerk")) == []
    act = reverse("credit:duplicate-act", args=[found.pk, "approve"])
    assert clerk.post(act).status_code == 403
    assert head.post(act).status_code == 302
    found.refresh_from_db()
    assert found.state == "merged"
    done = clerk.get(found.get_absolute_url()).content.decode()
    assert "合并的记录" in done
    assert HOME.name in done and "已合并" in done
    gone = clerk.get(found.second.get_absolute_url()).content.decode()
    assert "已并入其他对象" in gone
    assert found.first.get_absolute_url() in gone
    stayed = clerk.get(found.first.get_absolute_url()).content.decode()
    assert "重复录入已合并" in stayed and TWIN.name in stayed


def test_an_obstacle_is_shown_and_keeps_what_was_typed(found, client_of) -> None:
    Subject.objects.filter(pk=found.second_id).update(id_kind="house", identifier="NZ-0001")
    clerk = client_of("xzsp_clerk")
    assert "现在不能合并" in clerk.get(found.get_absolute_url()).content.decode()
    others = client_of("mzj_clerk").get(found.get_absolute_url()).content.decode()
    assert "现在不能合并" not in others
    form = reverse("credit:duplicate-propose", args=[found.pk])
    answer = clerk.post(form, {"survivor": found.first_id, "reason": "登记档案核对一致"})
    assert answer.status_code == 422
    assert "登记档案核对一致" in answer.content.decode()


def test_telling_by_hand(found, actor, client_of) -> None:
    other = Subject.objects.exclude(pk__in=(found.first_id, found.second_id)).first()
    url = reverse("credit:duplicate-add", args=[found.first_id])
    client = client_of("xzsp_clerk")
    assert client.get(url).status_code == 200
    wrong = client.post(url, {"identifier": "没有", "reason": "像"})
    assert wrong.status_code == 422 and "没有使用这一标识" in wrong.content.decode()
    assert client.post(url, {"identifier": other.identifier, "reason": "像"}).status_code == 302
    assert DuplicatePair.objects.filter(reasons=["hand"]).count() == 1


def test_a_hint_while_entering(found, client_of) -> None:
    url = reverse("credit:subject-similar")
    client = client_of("xzsp_clerk")
    sent = {"name": "穗禾养老服务中心", "township": "411603101", "id_kind": "uscc"}
    page = client.post(url, sent).content.decode()
    assert HOME.name in page and TWIN.name in page
    assert client.post(url, {"name": ""}).content.decode().strip() == ""
    assert HOME.name not in client.post(url, {"name": "枫林幼儿园"}).content.decode()
    assert (
        'hx-post="/credit/subjects/similar/"'
        in client.get(reverse("credit:subject-add")).content.decode()
    )


def test_merged_ones_are_listed_where_they_are_asked_for(found, actor, client_of) -> None:
    merged(actor, found)
    client = client_of("xzsp_clerk")
    subjects = reverse("credit:subject-list")
    assert TWIN.identifier not in client.get(subjects, {"q": "穗禾"}).content.decode()
    assert TWIN.name not in client.get(subjects, {"q": TWIN.identifier[:-1]}).content.decode()
    assert TWIN.name in client.get(subjects, {"q": TWIN.identifier}).content.decode()
    asked = {"q": "穗禾", "status": "merged"}
    assert TWIN.identifier in client.get(subjects, asked).content.decode()
    answer = client.get(subjects, asked | {"export": "xlsx"})
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.values)
    assert any("已合并" in row for row in rows)
    assert "已合并" not in client.get(reverse("credit:subject-add")).content.decode()
    chosen = client.get(reverse("clues:clue-subjects"), {"subject_name": "穗禾"}).content.decode()
    assert HOME.name in chosen and TWIN.name not in chosen
    assert not warned(client, found)


def warned(client, found) -> bool:
    page = client.get(found.first.get_absolute_url()).content.decode()
    return "可能重复录入" in page and found.second.shown_name in page


def test_the_portrait_warns_of_a_pair(found, client_of) -> None:
    assert warned(client_of("mzj_clerk"), found)


def test_the_interface_tells_where_a_subject_went(found, actor, client_of) -> None:
    stayed, went = merged(actor, found)
    client = client_of("xzsp_clerk")
    one = client.get(f"/api/v1/subjects/{went.pk}/").json()
    assert (one["status"], one["merged_into"]) == ("merged", stayed.pk)
    listed = client.get("/api/v1/subjects/", {"q": "穗禾"}).json()["results"]
    assert [row["id"] for row in listed] == [stayed.pk]
    row = {
        "id_kind": TWIN.id_kind,
        "identifier": TWIN.identifier,
        "name": "穗禾康养中心",
        "categories": list(TWIN.categories),
        "grade": "D",
        "industry_class": TWIN.industry_class,
        "township": TWIN.township_code,
    }
    sent = {"subjects": [row], "source": "登记系统"}
    done = client.post("/api/v1/subjects/upsert/", sent, content_type="application/json").json()
    assert done["updated"] == 1
    assert done["aliases"] == [
        {
            "identifier": TWIN.identifier,
            "merged_into": stayed.pk,
            "merged_into_identifier": HOME.identifier,
        }
    ]
    refused = client.post(
        "/api/v1/subjects/upsert/",
        {"subjects": [row | {"status": "merged"}], "source": "登记系统"},
        content_type="application/json",
    )
    assert refused.status_code in (400, 422)
