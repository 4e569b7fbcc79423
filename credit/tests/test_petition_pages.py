"""The pages and the API of objections and credit repairs."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from credit.models import Adjustment, CreditEvent, Petition, Subject
from credit.selectors.petitions import PETITION_SHEET
from credit.services import adjustments, events, petitions
from credit.tests import sanction_samples
from credit.tests.petition_samples import Who, answered, applied, entered, fact, objected, paper
from departments.models import Region
from records import clock, uploads
from records.actor import SYSTEM
from records.excel import read
from records.trail import entries_of

pytestmark = pytest.mark.django_db

Login = Callable[[str], Client]


@pytest.fixture
def found(county: Region) -> list[Subject]:
    return sanction_samples.subjects(county)


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def body(*items: str, **changes: Any) -> dict[str, Any]:
    return {
        "items": items,
        "reason": "罚款已经缴纳",
        "applicant": "孙敬亭",
        "contact": "0394-2222222",
        "documents": [paper("承诺书.pdf")],
        "proofs": [paper("缴款凭证.pdf"), paper("整改照片.pdf")],
        **changes,
    }


def test_a_repair_from_form_to_closing(actor: Who, client_of: Login, found: list[Subject]) -> None:
    event = fact(found[0])
    clerk, url = client_of("mzj_clerk"), reverse("credit:repair-new", args=[found[0].pk])
    page = clerk.get(url, {"item": f"event:{event.pk}"}).content.decode()
    assert "checked" in page
    assert "起可以申请修复" in page
    refused = clerk.post(url, body(applicant=""))
    assert refused.status_code == 422
    assert "请选择所针对的内容" in refused.content.decode()
    assert clerk.post(url, body(f"event:{event.pk}")).status_code == 302
    made = Petition.objects.get()
    detail = made.get_absolute_url()
    shown = clerk.get(detail).content.decode()
    assert "缴款凭证.pdf" in shown
    assert "待受理" in clerk.get(reverse("credit:petition-list")).content.decode()
    head = client_of("mzj_head")
    assert head.post(f"{detail}act/accept/", {"opinion": "同意"}).status_code == 302
    verifier = client_of("fgw_clerk")
    item = made.items.get()
    answer = reverse("credit:petition-answer", args=[made.pk])
    assert "准予修复" in verifier.get(answer).content.decode()
    sent = {
        "finding": "罚款缴纳属实，义务履行完毕。",
        f"outcome-{item.pk}": "granted",
        f"note-{item.pk}": "已核对缴款凭证",
        "files": [paper("核查笔录.pdf")],
    }
    assert verifier.post(answer, {**sent, f"outcome-{item.pk}": ""}).status_code == 422
    assert verifier.post(answer, {**sent, "files": [paper("核查笔录.pdf")]}).status_code == 302
    # Before its head signs, only the verifying department reads the answer.
    for words in ("义务履行完毕", "核查笔录.pdf", "已核对缴款凭证"):
        assert words in verifier.get(detail).content.decode()
        assert words not in clerk.get(detail).content.decode()
    client_of("fgw_head").post(f"{detail}act/confirm/", {"opinion": ""})
    assert "义务履行完毕" in clerk.get(detail).content.decode()
    clerk.post(f"{detail}act/inform/", {"opinion": "电话告知"})
    made.refresh_from_db()
    assert made.state == "closed"
    subject = clerk.get(found[0].get_absolute_url()).content.decode()
    assert "已修复" in subject
    assert detail in subject


def correct(client: Client, made: Petition, sent: dict[str, Any]) -> Any:
    """Send the form as it is opened now."""
    url = reverse("credit:petition-edit", args=[made.pk])
    return client.post(url, {**sent, "seen": petitions.seen_mark(made)})


def test_it_is_corrected_until_it_is_taken_up(
    actor: Who, client_of: Login, found: list[Subject]
) -> None:
    first, second = fact(found[0]), fact(found[0], "2")
    made = entered(actor, found[0], "objection", f"event:{first.pk}")
    url, clerk = reverse("credit:petition-edit", args=[made.pk]), client_of("mzj_clerk")
    assert url in clerk.get(made.get_absolute_url()).content.decode()
    page = clerk.get(url).content.decode()
    assert "说明情况，附材料。" in page
    assert client_of("wjw_clerk").get(url).status_code == 404
    sent = body(f"event:{second.pk}", reason="日期有误", proofs=[], documents=[])
    assert correct(clerk, made, {**sent, "applicant": ""}).status_code == 422
    assert correct(clerk, made, {**sent, "items": []}).status_code == 422
    assert correct(clerk, made, {**sent, "documents": [paper("补充说明.pdf")]}).status_code == 302
    made.refresh_from_db()
    assert (made.reason, made.items.get().event_id) == ("日期有误", second.pk)
    shown = clerk.get(made.get_absolute_url()).content.decode()
    assert "补充说明.pdf" in shown and "材料.pdf" in shown and "更改所针对的内容" in shown
    # What it lets go of may be named again, what it names may not.
    entered(actor, found[0], "objection", f"event:{first.pk}")
    both = {**sent, "items": [f"event:{first.pk}", f"event:{second.pk}"]}
    refused = correct(clerk, made, both)
    assert refused.status_code == 422 and "正在办理" in refused.content.decode()
    petitions.accept(actor("mzj_head"), made.pk)
    assert clerk.get(url, follow=True).redirect_chain
    assert correct(clerk, made, sent).status_code in (409, 422)
    made.refresh_from_db()
    assert made.state == "verifying"


def test_what_is_offered_no_more_stays_when_something_else_is_corrected(
    actor: Who, client_of: Login, found: list[Subject]
) -> None:
    facts = [fact(found[0], key) for key in ("1", "2", "3")]
    adjustments.adjust(actor("fgw_clerk"), found[0].pk, "D", "举报查实")
    adjustment = Adjustment.objects.get()
    names = [f"event:{each.pk}" for each in facts]
    made = entered(actor, found[0], "objection", f"adjustment:{adjustment.pk}", *names)
    events.strike(SYSTEM, facts[0].source, ["1", "2"])
    Adjustment.objects.update(ended_at=clock.now())
    url, clerk = reverse("credit:petition-edit", args=[made.pk]), client_of("mzj_clerk")

    def chosen() -> list[str]:
        page = clerk.get(url).content.decode()
        boxes = re.findall(r"<input[^>]*name=\"items\"[^>]*>", page)
        return [box.split('value="')[1].split('"')[0] for box in boxes if " checked" in box]

    held = chosen()
    assert len(held) == 4
    sent = body(*held, contact="0394-3333333", proofs=[], documents=[])
    assert correct(clerk, made, sent).status_code == 302
    made.refresh_from_db()
    assert (made.contact, made.items.count()) == ("0394-3333333", 4)
    assert not entries_of(made).filter(verb="petition.items").exists()
    # Each of them may be let go of by itself; the verifying department stays.
    fewer = [name for name in held if name != made.items.first().named]
    assert correct(clerk, made, {**sent, "items": fewer}).status_code == 302
    assert set(chosen()) == set(fewer)
    assert Petition.objects.get(pk=made.pk).verifier_id == made.verifier_id
    only = [name for name in fewer if "gone" in name][:1]
    assert correct(clerk, made, {**sent, "items": only}).status_code == 302
    assert chosen() == only


def test_of_two_who_correct_at_once_the_second_is_told(
    actor: Who, client_of: Login, found: list[Subject]
) -> None:
    made = entered(actor, found[0], "objection", f"event:{fact(found[0]).pk}")
    url, clerk = reverse("credit:petition-edit", args=[made.pk]), client_of("mzj_clerk")
    page = clerk.get(url).content.decode()
    (seen,) = re.findall(r'name="seen" value="([0-9a-f]{16})"', page)
    sent = body(made.items.get().named, documents=[], proofs=[], seen=seen)
    first = client_of("mzj_head").post(url, {**sent, "reason": "金额有误"})
    assert first.status_code == 302
    second = clerk.post(url, {**sent, "reason": "日期有误，另附说明"})
    assert second.status_code == 422
    shown = second.content.decode()
    assert "已被他人修改" in shown and "日期有误，另附说明" in shown
    # A form that says nothing of what was seen corrects nothing either.
    assert clerk.post(url, {**sent, "seen": ""}).status_code == 422
    made.refresh_from_db()
    assert made.reason == "金额有误"


def test_over_rest_it_is_corrected_as_it_was_read(
    actor: Who, client_of: Login, found: list[Subject]
) -> None:
    first, second = fact(found[0]), fact(found[0], "2")
    made = entered(actor, found[0], "objection", f"event:{first.pk}")
    clerk, url = client_of("mzj_clerk"), f"/api/v1/petitions/{made.pk}/"
    read = clerk.get(url).json()
    assert "edit" in read["acts"] and read["items"][0]["named"] == f"event:{first.pk}"
    given = {name: read[name] for name in ("applicant", "contact")}
    given |= {"reason": "日期有误", "items": [f"event:{second.pk}"], "seen": read["fingerprint"]}
    send = partial(clerk.post, f"{url}acts/edit/", content_type="application/json")
    assert send({**given, "seen": ""}).status_code == 400
    changed = send(given)
    assert changed.status_code == 200, changed.content
    assert changed.json()["items"][0]["named"] == f"event:{second.pk}"
    again = send({**given, "reason": "另有说明"})
    assert again.status_code == 409 and "已被他人修改" in again.json()["detail"]
    assert send({**given, "seen": changed.json()["fingerprint"]}).status_code == 200


def test_the_api_tells_of_what_facts_are_objected_to_or_repaired(
    actor: Who, client_of: Login, found: list[Subject]
) -> None:
    objection, repaired, plain = (fact(found[0], key) for key in "123")
    objected(actor, found[0], objection)
    petition = applied(actor, found[0], repaired)
    answered(actor, petition, "granted")
    client = client_of("wjw_clerk")
    url = f"/api/v1/credit-events/?subject={found[0].pk}"

    def marks() -> dict[int, str]:
        return {row["id"]: row["mark"] for row in client.get(url).json()["results"]}

    assert marks() == {objection.pk: "异议中", repaired.pk: "", plain.pk: ""}
    petitions.confirm(actor("fgw_head"), petition.pk)
    few = queries(client, url)
    assert marks()[repaired.pk] == "已修复"
    for key in "456":
        objected(actor, found[0], fact(found[0], key))
    assert queries(client, url) == few


def test_too_early_is_refused_with_the_day(client_of: Login, found: list[Subject]) -> None:
    event = fact(found[0], months=1)
    url = reverse("credit:repair-new", args=[found[0].pk])
    answer = client_of("mzj_clerk").post(url, body(f"event:{event.pk}"))
    assert answer.status_code == 422
    assert "最短公示期未满" in answer.content.decode()


def test_the_sanction_leads_to_the_form(actor: Who, client_of: Login, found: list[Subject]) -> None:
    sanction = sanction_samples.signed(actor, found[0])
    client = client_of("fgw_clerk")
    answer = client.get(reverse("credit:sanction-repair", args=[sanction.pk]))
    assert answer.status_code == 302
    assert f'value="sanction:{sanction.pk}"' in client.get(answer["Location"]).content.decode()


def test_a_subject_without_a_record_has_nothing_to_repair(
    client_of: Login, found: list[Subject]
) -> None:
    url = reverse("credit:repair-new", args=[found[0].pk])
    assert "没有可以修复的记录" in client_of("mzj_clerk").get(url).content.decode()


def test_list_filters_exports_and_costs_the_same(
    actor: Who, client_of: Login, found: list[Subject]
) -> None:
    first, second, third = found
    objected(actor, first, fact(first, "1"))
    client, url = client_of("fgw_clerk"), reverse("credit:petition-list")
    client.get(url)
    few = queries(client, url)
    applied(actor, second, fact(second, "2"), fact(second, "3", amount=1))
    objected(actor, third, fact(third, "4"))
    assert queries(client, url) == few
    for query, number in (
        ({}, 3),
        ({"kind": "repair"}, 1),
        ({"state": "entered"}, 0),
        ({"q": first.name}, 1),
        ({"turn": "on"}, 3),
    ):
        assert len(client.get(url, query).context["rows"]) == number, query
    exported = client.get(url, {"kind": "objection", "export": "xlsx"}).content
    assert len(read(PETITION_SHEET, exported, "x.xlsx").rows) == 2
    # Nobody else knows of them.
    assert not client_of("wjw_clerk").get(url).context["rows"]


def test_over_rest(actor: Who, client_of: Login, found: list[Subject]) -> None:
    event = fact(found[0])
    client = client_of("mzj_clerk")
    sent = [str(uploads.receive(actor("mzj_clerk"), paper()).pk) for _ in range(2)]
    given = {
        "subject": found[0].pk,
        "kind": "repair",
        "applicant": "孙敬亭",
        "contact": "0394-2222222",
        "reason": "罚款已经缴纳",
        "items": [f"event:{event.pk}"],
        "documents": sent[:1],
        "proofs": sent[1:],
    }
    url = "/api/v1/petitions/"
    made = client.post(url, given, content_type="application/json")
    assert made.status_code == 201, made.content
    assert client.post(url, given, content_type="application/json").status_code == 409
    one = f"{url}{made.json()['id']}/"
    assert client_of("mzj_head").get(one).json()["acts"]
    client_of("mzj_head").post(f"{one}acts/accept/", {"opinion": ""})
    answer = {
        "finding": "属实",
        "items": [{"item": made.json()["items"][0]["id"], "outcome": "granted"}],
    }
    verifier = client_of("fgw_clerk")
    assert (
        verifier.post(f"{one}acts/answer/", answer, content_type="application/json").status_code
        == 200
    )
    assert client.get(one).json()["items"][0]["outcome"] == ""
    assert client.get(one).json()["finding"] == ""
    client_of("fgw_head").post(f"{one}acts/confirm/", {"opinion": ""})
    shown = client.get(one).json()
    assert (shown["outcome"], shown["items"][0]["outcome"]) == ("granted", "granted")
    assert CreditEvent.objects.get(pk=event.pk).until is not None


def test_nobody_signs_what_another_has_signed(
    actor: Who, client_of: Login, found: list[Subject]
) -> None:
    made = answered(actor, applied(actor, found[0], fact(found[0])), "granted")
    head, url = client_of("fgw_head"), f"{made.get_absolute_url()}act/confirm/"
    head.post(url, {"opinion": ""})
    again = head.post(url, {"opinion": ""}, follow=True).content.decode()
    assert "当前状态为“待告知”" in again


def test_an_entered_petition_may_be_withdrawn(
    actor: Who, client_of: Login, found: list[Subject]
) -> None:
    made = entered(actor, found[0], "objection", f"event:{fact(found[0]).pk}")
    client_of("mzj_clerk").post(
        f"{made.get_absolute_url()}act/withdraw/", {"opinion": "申请人放弃"}
    )
    assert petitions.Petition.objects.get(pk=made.pk).state == "withdrawn"
