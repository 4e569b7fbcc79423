"""Evidence over REST: sent ahead, named in the call that needs it, seen by who sees the object."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from clues.models import Clue, ClueUserPermission
from clues.tests.joint_samples import fined, subject
from clues.tests.samples import department, make_clue, own_handling, person, photo
from clues.tests.sharing_samples import entry
from departments.models import User
from matters.models import CheckItem
from records import evidence
from records.trail import entries_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(client_of):
    """POST to an address of the interface as somebody; answers with status and body."""

    def post(username: str, address: str, **body: Any) -> tuple[int, dict[str, Any]]:
        url = f"/api/v1/{address}"
        answer = client_of(username).post(url, body, content_type="application/json")
        return answer.status_code, answer.json()

    return post


@pytest.fixture
def upload(client_of):
    """Send a file ahead as somebody; returns its id."""

    def send(username: str, name: str = "现场照片.jpg") -> str:
        answer = client_of(username).post("/api/v1/uploads/", {"file": photo(name)})
        assert answer.status_code == 201, answer.content
        return str(answer.json()["id"])

    return send


def test_a_clue_is_transferred_with_evidence_sent_ahead(call, upload, client_of, actor):
    said = {"channel": "hotline", "content": "城关镇某食堂使用过期食材，请核查。"}
    file = upload("scjg_clerk")
    status, made = call("scjg_clerk", "clues/", **said, files=[file])
    assert (status, [each["label"] for each in made["files"]]) == (201, ["登记材料"])
    address = f"clues/{made['id']}/acts"
    talk = {"department": department("民政局").pk, "note": "同意接收。"}
    call("scjg_clerk", f"{address}/talk/", talked_at=timezone.now().isoformat(), **talk)
    evidence.of(Clue.objects.get(pk=made["id"])).delete()
    letter = {"title": "移送函", "body": "请依法核查处理。"}
    status, refused = call("scjg_clerk", f"{address}/prepare/", **letter)
    assert (status, refused["errors"][0]["field"]) == (422, "files")
    status, refused = call(
        "scjg_clerk", f"{address}/prepare/", **letter, files=[upload("mzj_clerk")]
    )
    assert (status, refused["errors"][0]["field"]) == (422, "files")
    status, body = call("scjg_clerk", f"{address}/prepare/", **letter, files=[file])
    assert (status, body["files"][0]["label"]) == (200, "证据材料")
    url = body["files"][0]["url"]
    assert client_of("scjg_head").get(url).status_code == 200
    assert client_of("wjw_clerk").get(url).status_code == 404


def test_a_repeated_call_finds_its_upload_again(call, upload):
    letter = {
        "kind": "appraisal",
        "title": "关于鉴定的函",
        "body": "请予鉴定。",
        "to": department("市场监管局").pk,
        "files": [{"upload": upload("zjj_clerk"), "label": "待鉴定材料"}],
    }
    (first, made), (second, again) = (call("zjj_clerk", "letters/", **letter) for _ in range(2))
    assert (first, second, made["id"]) == (201, 201, again["id"])
    assert [each["label"] for each in again["files"]] == ["待鉴定材料"]


def test_a_letter_with_required_files_goes_out_and_is_answered(call, upload, actor):
    to = department("市场监管局").pk
    letter = {"kind": "appraisal", "title": "关于鉴定的函", "body": "请予鉴定。", "to": to}
    made = call("zjj_clerk", "letters/", **letter)[1]
    address = f"letters/{made['id']}/acts"
    status, refused = call("zjj_clerk", f"{address}/submit/")
    assert (status, refused["errors"][0]["field"]) == (422, "evidence")
    file = {"upload": upload("zjj_clerk"), "label": "待鉴定材料"}
    content = {key: letter[key] for key in ("title", "body", "to")}
    assert call("zjj_clerk", f"{address}/edit/", **content, files=[file])[0] == 200
    assert call("zjj_clerk", f"{address}/submit/")[0] == 200
    assert call("zjj_head", f"{address}/sign/")[0] == 200
    assert call("scjg_clerk", f"{address}/receive/")[0] == 200
    assert call("scjg_clerk", f"{address}/ask/", opinion="缺少图纸")[0] == 200
    added = call("zjj_clerk", f"{address}/supplement/", files=[upload("zjj_clerk", "图纸.jpg")])
    assert (added[0], added[1]["files"][-1]["label"]) == (200, "补充材料")


def test_the_holder_adds_evidence_at_any_time(call, upload, client_of, actor):
    clue = make_clue(actor("scjg_clerk"))
    address = f"clues/{clue.pk}/acts/add-evidence/"
    assert call("scjg_clerk", address)[1]["errors"][0]["field"] == "files"
    status, body = call("scjg_clerk", address, files=[upload("scjg_clerk")])
    assert (status, [each["name"] for each in body["files"]]) == (200, ["现场照片.jpg"])
    assert call("xzsp_clerk", address, files=[upload("xzsp_clerk")])[0] == 403
    page = client_of("scjg_clerk").get(clue.get_absolute_url()).content.decode()
    assert "上传证据材料" in page


def test_people_are_named_for_a_confidential_clue(call, client_of, actor):
    clue = make_clue(actor("scjg_clerk"), confidential=True, named=(actor("scjg_head"),))
    people = f"/api/v1/clues/{clue.pk}/people/"
    offered = client_of("scjg_head").get(people).json()
    assert {"scjg_clerk", "scjg_head"} <= set(
        User.objects.filter(pk__in=[one["id"] for one in offered]).values_list(
            "username", flat=True
        )
    )
    assert any(one["named"] for one in offered)
    assert client_of("scjg_clerk").get(people).status_code == 403
    assert client_of("xzsp_head").get(people).status_code == 404
    other = next(one for one in offered if not one["named"])
    address = f"clues/{clue.pk}/acts/name/"
    stranger = User.objects.get(username="wjw_clerk").pk
    status, refused = call("scjg_head", address, people=[stranger])
    assert (status, refused["errors"][0]["field"]) == (422, "people")
    assert call("scjg_head", address, people=[other["id"]])[0] == 200
    named = ClueUserPermission.objects.filter(content_object=clue, user_id=other["id"])
    assert named.exists()
    assert "clue.named" in set(entries_of(clue).values_list("verb", flat=True))


def test_shared_information_takes_files_until_it_is_shared(call, upload):
    fact = {"title": "某食堂处罚决定", "content": "罚款。", "event_on": f"{timezone.localdate()}"}
    made = call("scjg_clerk", "shared-records/", entry=entry().pk, **fact)[1]
    assert "complete" in made["acts"]
    status, record = call(
        "scjg_clerk",
        f"shared-records/{made['id']}/acts/complete/",
        content="罚款五千元。",
        files=[upload("scjg_clerk", "决定书.jpg")],
    )
    assert (status, [each["name"] for each in record["files"]]) == (200, ["决定书.jpg"])


def test_a_penalty_is_entered_and_corrected_with_its_papers(call, upload, client_of):
    today = timezone.localdate()
    said = {
        "subject": subject().pk,
        "act": "使用超过保质期的食品原料",
        "occurred_from": f"{today.year - 1}-05-01",
        "occurred_to": f"{today.year - 1}-05-31",
        "number": "淮市监罚〔2025〕1号",
        "kind": "fine",
        "amount": 500_000,
        "decided_on": f"{today.year - 1}-06-10",
    }
    status, refused = call("scjg_clerk", "penalties/", **said, files=[upload("mzj_clerk")])
    assert (status, refused["errors"][0]["field"]) == (422, "files")
    decision = upload("scjg_clerk", "决定书.jpg")
    status, made = call("scjg_clerk", "penalties/", **said, files=[decision])
    assert (status, made["state"], made["amount"]) == (201, "review", 500_000)
    address = f"penalties/{made['id']}/acts"
    status, changed = call(
        "scjg_clerk", f"{address}/edit/", **said | {"amount": 400_000}, files=[upload("scjg_clerk")]
    )
    assert (status, changed["amount"], len(changed["files"])) == (200, 400_000, 2)
    url = changed["files"][0]["url"]
    assert client_of("wjw_clerk").get(url).status_code == 404
    assert call("scjg_head", f"{address}/sign/")[1]["state"] == "in_force"
    assert client_of("wjw_clerk").get(url).status_code == 200
    assert call("scjg_clerk", f"{address}/edit/", **said)[0] == 409


def test_a_penalty_names_its_clue_to_who_sees_the_clue(call, client_of):
    clue = own_handling(person("scjg_clerk"))
    penalty = fined(clue=clue)
    seen = {
        username: client_of(username).get(f"/api/v1/penalties/{penalty.pk}/").json()["clue"]
        for username in ("scjg_clerk", "wjw_clerk")
    }
    assert seen == {"scjg_clerk": clue.pk, "wjw_clerk": None}


def test_others_check_items_and_hidden_clues_cannot_be_named(call, county):
    hidden = own_handling(person("mzj_clerk"), confidential=True)
    foreign = CheckItem.objects.filter(department=department("卫健委")).first()
    said = {
        "subject": subject().pk,
        "occurred_from": "2025-05-01",
        "occurred_to": "2025-05-31",
        "number": "淮市监罚〔2025〕1号",
        "kind": "warning",
        "decided_on": "2025-06-10",
    }
    status, refused = call("scjg_clerk", "penalties/", **said, check_item=foreign.pk)
    assert (status, refused["errors"][0]["field"]) == (422, "check_item")
    answers = [
        call("scjg_clerk", "penalties/", **said, act="虐待", clue=key)
        for key in (hidden.pk, hidden.pk + 1)
    ]
    assert [status for status, _ in answers] == [400, 400]
    assert answers[0][1]["errors"] == answers[1][1]["errors"]
