"""Beginning procedures over REST, and whatever key somebody puts into an address or a form."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.urls import NoReverseMatch, reverse

from clues.models import CrimeHandover, Dispute, JointVerification, Refusal
from clues.tests import joint_samples
from clues.tests import procedure_samples as samples
from clues.tests.procedure_samples import officers
from clues.tests.samples import department, own_handling, person
from clues.urls import crime as crime_urls
from clues.urls import disputes as dispute_urls
from clues.urls import joint as joint_urls

pytestmark = pytest.mark.django_db

Post = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def post(client_of) -> Post:
    """POST JSON to a list of the interface as somebody; answers with status and body."""

    def send(username: str, resource: str, **body: Any) -> tuple[int, dict[str, Any]]:
        url = f"/api/v1/{resource}/"
        answer = client_of(username).post(url, body, content_type="application/json")
        return answer.status_code, answer.json()

    return send


def _case(**over: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "title": "销售有毒有害食品",
        "facts": "查获卤制品 320 公斤。",
        "suspect": "周口某食品店",
        "officers": officers("scjg_inspector1", "scjg_inspector2"),
    }
    return values | over


def _question(**over: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "about": "duties",
        "title": "内设食堂的日常监管",
        "facts": "两部门认识不一致。",
        "departments": [department("市场监管局").pk],
    }
    return values | over


def _complaint(**over: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "title": "未开展日常检查",
        "facts": "三次函告后仍未派员。",
        "basis": "《食品安全法》第六条",
        "advice": "请组织一次检查。",
        "addressee": department("市场监管局").pk,
    }
    return values | over


def test_a_procedure_is_begun_once_though_sent_twice(county, post: Post) -> None:
    clue = own_handling(person("scjg_clerk"))
    body = _case(clue=clue.pk, client_key=str(uuid.uuid4()))
    status, begun = post("scjg_clerk", "crimes", **body)
    assert (status, begun["state"], begun["clue"]) == (201, "investigating", clue.pk)
    assert "propose-end" in begun["acts"] and begun["turn"]["waits"] == "专案组核实并报告"
    status, again = post("scjg_clerk", "crimes", **body)
    assert (status, again["id"]) == (200, begun["id"])
    assert CrimeHandover.objects.count() == 1
    status, problem = post("mzj_clerk", "disputes", **_question(client_key=body["client_key"]))
    assert status == 201
    status, problem = post("scjg_head", "crimes", **body | {"clue": None})
    assert status == 400
    del body["clue"]
    status, problem = post("scjg_head", "crimes", **body)
    assert (status, problem["status"], problem["code"]) == (409, 409, "conflict")


def test_each_kind_is_begun_and_waits_for_its_head(county, post: Post) -> None:
    back = _case(direction="to_department", department=department("市场监管局").pk)
    status, case = post("gaj_clerk", "crimes", **back)
    assert (status, case["state"]) == (201, "back_draft")
    status, dispute = post("mzj_clerk", "disputes", **_question())
    assert (status, dispute["state"], len(dispute["parties"])) == (201, "draft", 2)
    assert dispute["turn"]["for_head"] is True
    status, refusal = post("mzj_clerk", "refusals", **_complaint())
    assert (status, refusal["state"], refusal["advice"]) == (201, "draft", "请组织一次检查。")
    clue = own_handling(person("mzj_clerk"))
    parts = [
        {"department": department(name).pk, "task": "核查食堂", "days": 5}
        for name in ("民政局", "市场监管局")
    ]
    body = {"clue": clue.pk, "purpose": "请共同核查。", "parts": parts}
    status, joint = post("mzj_clerk", "joint-verifications", **body)
    assert (status, joint["state"], len(joint["parts"])) == (201, "review", 2)
    assert post("mzj_clerk", "joint-verifications", **body)[0] == 409


@pytest.mark.parametrize(
    ("username", "resource", "make", "over", "status", "field"),
    [
        ("scjg_clerk", "crimes", _case, {"officers": []}, 422, "officers"),
        ("scjg_clerk", "crimes", _case, {"officers": [2**64]}, 400, "officers.0"),
        ("scjg_clerk", "crimes", _case, {"clue": 2**63 - 1}, 404, "clue"),
        ("gaj_clerk", "crimes", _case, {"direction": "to_department"}, 400, "department"),
        ("mzj_clerk", "disputes", _question, {"departments": [2**63 - 1]}, 422, "departments"),
        ("mzj_clerk", "disputes", _question, {"matter": 2**63 - 1}, 422, "matter"),
        ("mzj_clerk", "disputes", _question, {"about": "other"}, 400, "about"),
        ("mzj_clerk", "refusals", _complaint, {"addressee": -1}, 400, "addressee"),
        ("scjg_clerk", "refusals", _complaint, {}, 422, "addressee"),
        ("mzj_clerk", "refusals", _complaint, {"matter": "甲"}, 400, "matter"),
    ],
)
def test_what_is_wrong_is_said_at_the_field(
    county, post: Post, username: str, resource: str, make: Any, over: Any, status: int, field: str
) -> None:
    answered, problem = post(username, resource, **make(**over))
    assert (answered, problem["status"]) == (status, status)
    assert [error["field"] for error in problem["errors"]] == [field]


def test_who_works_in_no_department_begins_nothing(county, post: Post) -> None:
    for resource in ("crimes", "disputes", "refusals", "joint-verifications"):
        for username in ("system_admin", "jjz_witness", "scjg_inspector1"):
            assert post(username, resource)[0] == 403
    assert not Dispute.objects.exists() and not Refusal.objects.exists()
    assert not JointVerification.objects.exists()


LARGE_KEYS = ("0", str(2**64))
ODD_KEYS = (*LARGE_KEYS, str(2**63), "-1", "abc", "1.5", "１２")
ACTS = {"crime": "file", "dispute": "decide", "refusal": "order", "joint": "open", "part": "accept"}


def _addresses() -> list[str]:
    """Every address of these rooms with a key, the key left open."""
    found = []
    for pattern in (*crime_urls.urlpatterns, *dispute_urls.urlpatterns, *joint_urls.urlpatterns):
        name = f"clues:{pattern.name}"
        code = ACTS.get(str(pattern.name).removesuffix("-act"), "sign")
        for args in ([1], [1, code]):
            with suppress(NoReverseMatch):
                found.append(reverse(name, args=args).replace("/1/", "/{}/", 1))
    return found


def test_no_key_in_an_address_is_a_server_error(client_of) -> None:
    client = client_of("mzj_head")
    addresses = _addresses()
    assert len(addresses) > 30
    for address in addresses:
        for key in LARGE_KEYS:
            assert client.post(address.format(key), {}).status_code in (404, 405), (address, key)
            if "/act/" not in address:
                assert client.get(address.format(key)).status_code == 404, (address, key)
    for key in ODD_KEYS:
        assert client.get(f"/clues/crimes/{key}/").status_code == 404, key


def test_no_key_in_an_address_of_the_interface_is_a_server_error(client_of) -> None:
    client = client_of("mzj_head")
    for resource in ("crimes", "disputes", "refusals", "joint-verifications"):
        for key in ODD_KEYS:
            assert client.get(f"/api/v1/{resource}/{key}/").status_code == 404, (resource, key)
            answer = client.post(f"/api/v1/{resource}/{key}/acts/withdraw/", {})
            assert answer.status_code == 404, (resource, key)


def test_no_key_in_a_form_is_a_server_error(client_of) -> None:
    client = client_of("mzj_clerk")
    joint, dispute = joint_samples.drafted(), samples.acted_together()
    for key in ("0", str(2**64), "abc", "\x00"):
        for address, body in _forms(key, joint, dispute).items():
            for number in (key, str(uuid.uuid4())):
                status = client.post(address, body | {"key": number}).status_code
                assert status in (302, 400, 422), (address, key, number)
        assert client.get(reverse("clues:dispute-new"), {"clue": key}).status_code in (200, 404)


def _forms(key: str, joint: JointVerification, dispute: Dispute) -> dict[str, dict[str, Any]]:
    """The addresses of forms with choices, and what is sent with the key as the choice."""
    return {
        reverse("clues:crime-new"): {
            "title": "案",
            "suspect": "某",
            "facts": "事",
            "officers": key,
        },
        reverse("clues:dispute-new"): _question(departments=key, matter=key),
        reverse("clues:refusal-new"): _complaint(addressee=key, matter=key),
        reverse("clues:joint-edit", args=[joint.pk]): {"department": key, "purpose": "核查"},
        reverse("clues:joint-new", args=[joint.clue_id]): {"department": key, "purpose": "核查"},
        reverse("clues:dispute-talk", args=[dispute.pk]): {
            "held_on": "2026-09-01",
            "participants": "双方",
            "minutes": "纪要",
            "agreed": key,
        },
    }


def test_somebody_elses_form_key_is_answered_in_words(client_of) -> None:
    before = samples.drafted()
    address = reverse("clues:dispute-new")
    body = _question() | {"key": str(before.key)}
    page = client_of("wjw_clerk").post(address, body)
    assert page.status_code == 422
    assert "提交编号已经用过" in page.content.decode()
