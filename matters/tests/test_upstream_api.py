"""Upstream matters over REST: told, matched, claimed as a draft, settled."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from departments.models import Department
from matters.models import MatterVersion, UpstreamMatter
from matters.tests.test_upstream import tell, told  # noqa: F401

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/upstream-matters/"


def post(client: Any, pk: int, act: str, body: dict[str, Any]) -> Any:
    return client.post(f"{ADDRESS}{pk}/acts/{act}/", body, content_type="application/json")


def test_it_shows_what_was_told_and_what_a_claim_can_name(tell, client_of) -> None:  # type: ignore[no-untyped-def]  # noqa: F811
    tell(told())
    tell(told(2, content="备案、消防和食品"))
    client = client_of("xzsp_clerk")
    (row,) = client.get(ADDRESS, {"state": "new", "q": "养老"}).json()["results"]
    assert (row["latest"]["number"], row["acts"]) == (2, ["claim", "decline"])
    assert client.get(ADDRESS, {"state": "claimed"}).json()["results"] == []
    shown = client.get(f"{ADDRESS}{row['id']}/").json()
    assert [each["number"] for each in shown["versions"]] == [2, 1]
    assert [each["is_lead"] for each in shown["matches"]] == [True, False, False]
    assert (shown["may_be_new"], shown["own_versions"]) == (True, [])
    assert client_of("mzj_clerk").get(f"{ADDRESS}{row['id']}/").json()["acts"] == []


def test_a_claim_answers_with_the_draft(tell, client_of) -> None:  # type: ignore[no-untyped-def]  # noqa: F811
    tell(told())
    found = UpstreamMatter.objects.get()
    lead = Department.objects.get(name__endswith="民政局", region__code="411603")
    client = client_of("xzsp_clerk")
    elsewhere = Department.objects.exclude(region__code="411603")[0]
    assert post(client_of("mzj_clerk"), found.pk, "claim", {"lead": lead.pk}).status_code == 403
    assert post(client, found.pk, "claim", {"lead": elsewhere.pk}).status_code == 422
    assert post(client, found.pk, "claim", {}).json()["errors"][0]["field"] == "lead"
    draft = post(client, found.pk, "claim", {"lead": lead.pk})
    assert (draft.status_code, draft.json()["state"]) == (201, "draft")
    assert draft.json()["id"] == MatterVersion.objects.get().pk
    assert post(client, found.pk, "claim", {"lead": lead.pk}).status_code == 409
    assert client.get(f"{ADDRESS}{found.pk}/").json()["matter"] == draft.json()["code"]


def test_declining_needs_its_reason(tell, client_of) -> None:  # type: ignore[no-untyped-def]  # noqa: F811
    tell(told())
    found = UpstreamMatter.objects.get()
    client = client_of("xzsp_clerk")
    assert post(client, found.pk, "decline", {"seen": 1}).status_code == 422
    words = {"opinion": "本地区没有这类对象"}
    assert post(client, found.pk, "decline", words).json()["errors"][0]["field"] == "seen"
    tell(told(2, content="备案"))
    stale = post(client, found.pk, "decline", words | {"seen": 1})
    assert (stale.status_code, stale.json()["code"]) == (409, "newer_version")
    answer = post(client, found.pk, "decline", words | {"seen": 2}).json()
    assert (answer["state"], answer["acts"]) == ("declined", ["claim"])


def test_the_list_asks_as_much_for_many_as_for_few(tell, client_of) -> None:  # type: ignore[no-untyped-def]  # noqa: F811
    client = client_of("xzsp_clerk")

    def queries() -> int:
        client.get(ADDRESS)
        with CaptureQueriesContext(connection) as captured:
            client.get(ADDRESS)
        return len(captured)

    tell(told())
    few = queries()
    tell(*(told(code=f"41-{number}", name=f"事项{number}") for number in range(12)))
    assert queries() == few
