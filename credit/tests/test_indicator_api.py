"""Sets of indicators over REST: drawing up, editing, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from credit.models import IndicatorSet
from credit.rules import default_set
from departments.models import Region

pytestmark = pytest.mark.django_db

Login = Callable[[str], Client]
URL = "/api/v1/indicator-sets/"
_TAKEN = ("code", "name", "group", "event", "weight", "full_at", "months", "veto", "basis")


def lines() -> list[dict[str, Any]]:
    """What the platform proposes, as another system sends it."""
    return [
        {name: getattr(line, name) for name in _TAKEN} | {"measure": str(line.measure)}
        for line in default_set.LINES
    ]


def sent(**changes: Any) -> dict[str, Any]:
    return {"name": "通用指标", "reason": "首次编制", "indicators": lines(), **changes}


@pytest.fixture
def clerk(county: Region, client_of: Login) -> Client:
    return client_of("fgw_clerk")


def post(client: Client, url: str, body: dict[str, Any]) -> Any:
    return client.post(url, body, "application/json")


def test_a_set_from_draft_to_force(clerk: Client, client_of: Login) -> None:
    made = post(clerk, URL, sent(a_from=9_000)).json()
    assert (made["state"], made["version"], made["a_from"]) == ("draft", 1, 9_000)
    assert [line["adds"] for line in made["indicators"]] == [
        line.adds for line in default_set.LINES
    ]
    assert made["acts"] == ["edit", "try", "submit", "discard"]
    url = f"{URL}{made['id']}/acts/"
    changed = lines()
    changed[0] |= {"name": "改了名的指标", "code": ""}
    edited = post(clerk, f"{url}edit/", sent(indicators=changed)).json()
    assert edited["indicators"][0]["name"] == "改了名的指标"
    assert edited["indicators"][0]["code"] == "line-1"
    assert edited["a_from"] == 8_500
    assert post(clerk, f"{url}submit/", {}).json()["state"] == "review"
    assert post(clerk, f"{url}edit/", sent()).status_code == 409
    head = client_of("fgw_head")
    answer = post(head, f"{url}enforce/", {"opinion": "同意"})
    assert answer.json()["state"] == "in_force"
    # The next version begins as a copy of it.
    copy = post(clerk, URL, {"name": "通用指标", "reason": "修订"}).json()
    assert [line["name"] for line in copy["indicators"]] == [
        line["name"] for line in edited["indicators"]
    ]
    tried = post(clerk, f"{URL}{copy['id']}/acts/try/", {}).json()
    assert (tried["id"], tried["state"]) == (copy["id"], "draft")
    assert IndicatorSet.objects.get(pk=copy["id"]).evaluations.get().kind == "trial"
    again = post(clerk, URL, sent())
    assert again.status_code == 409 and "正在编制" in again.json()["detail"]


def test_nobody_overwrites_what_another_wrote_meanwhile(clerk: Client) -> None:
    made = post(clerk, URL, sent()).json()
    url = f"{URL}{made['id']}/acts/edit/"
    mine = post(clerk, url, sent(reason="我的理由", seen=made["fingerprint"])).json()
    assert mine["fingerprint"] != made["fingerprint"]
    late = post(clerk, url, sent(reason="过时的理由", seen=made["fingerprint"]))
    assert late.status_code == 409 and "已被他人修改" in late.json()["detail"]
    assert clerk.get(f"{URL}{made['id']}/").json()["reason"] == "我的理由"
    (listed,) = clerk.get(URL).json()["results"]
    assert listed["fingerprint"] == mine["fingerprint"]
    again = post(clerk, url, sent(reason="看过再改", seen=listed["fingerprint"]))
    assert again.json()["reason"] == "看过再改"
    assert post(clerk, url, sent(reason="不作比对")).status_code == 200


def test_a_revision_without_indicators_is_a_copy_name_and_bands_and_all(
    clerk: Client, client_of: Login
) -> None:
    nameless = post(clerk, URL, {"reason": "首次编制"})
    assert [each["field"] for each in nameless.json()["errors"]] == ["name"]
    made = post(clerk, URL, sent(name="淮阳区指标", a_from=9_000)).json()
    for person, act in ((clerk, "submit"), (client_of("fgw_head"), "enforce")):
        post(person, f"{URL}{made['id']}/acts/{act}/", {"opinion": "同意"})
    refused = post(clerk, URL, {"reason": "修订", "a_from": 9_500, "c_from": 4_000})
    assert refused.status_code == 400
    assert [each["field"] for each in refused.json()["errors"]] == ["a_from", "c_from"]
    copy = post(clerk, URL, {"reason": "修订"}).json()
    assert (copy["name"], copy["a_from"]) == ("淮阳区指标", 9_000)
    assert copy["indicators"] == made["indicators"]
    post(clerk, f"{URL}{copy['id']}/acts/discard/", {"opinion": "重来"})
    anew = post(clerk, URL, {"reason": "修订", "indicators": lines(), "a_from": 9_500}).json()
    assert (anew["name"], anew["a_from"]) == ("淮阳区指标", 9_500)


def test_a_list_costs_the_same_however_many_sets(clerk: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert clerk.get(URL).status_code == 200
        return len(captured)

    made = post(clerk, URL, sent()).json()
    queries()
    one = queries()
    post(clerk, f"{URL}{made['id']}/acts/discard/", {"opinion": "重来"})
    post(clerk, URL, sent())
    assert len(clerk.get(URL).json()["results"]) == 2
    assert queries() == one


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"event": "gossip"}, "indicators.0.event", ""),
        ({"weight": -1}, "indicators.0.weight", ""),
        ({"own_matter": True}, "indicators.0.own_matter", "通用指标不属于任何事项"),
        ({"name": default_set.LINES[1].name}, "indicators.0.name", "重复"),
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_written(
    clerk: Client, change: dict[str, Any], field: str, words: str
) -> None:
    wrong = lines()
    wrong[0] |= change
    answer = post(clerk, URL, sent(indicators=wrong))
    assert answer.status_code == 400
    errors = {each["field"]: each["message"] for each in answer.json()["errors"]}
    assert words in errors[field]
    assert not IndicatorSet.objects.exists()


def test_only_who_prepares_it_may(clerk: Client, client_of: Login) -> None:
    assert post(client_of("wjw_clerk"), URL, sent()).status_code == 403
    made = post(clerk, URL, sent()).json()
    url = f"{URL}{made['id']}/acts/edit/"
    assert post(client_of("mzj_clerk"), url, sent()).status_code == 404
