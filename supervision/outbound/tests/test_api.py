"""What was reported of supervision acts, over REST: the rule of the page, its filters, its cost."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clues.services import clue_secrecy, penalties
from clues.tests.joint_samples import subject
from clues.tests.samples import make_clue
from clues.tests.test_penalties import enter
from inspections.models import Result
from inspections.tests.result_samples import checked_story, published
from records import clock
from records.models import OutboxMessage
from supervision.outbound.models import ActReport

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/act-reports/"


def rows(client: Any, **given: Any) -> list[dict[str, Any]]:
    return client.get(ADDRESS, given).json()["results"]


def test_the_coordination_office_reads_them_by_kind_and_status(county, actor, client_of) -> None:  # type: ignore[no-untyped-def]
    result = published(checked_story(county))
    penalty = enter()
    penalties.sign(actor("wjw_head"), penalty.pk)
    client = client_of("xzsp_clerk")
    report = ActReport.objects.get(kind="check")
    OutboxMessage.objects.filter(pk=report.message_id).update(delivered_at=clock.now())

    fine, check = rows(client)

    assert (check["result"], fine["penalty"]) == (result.pk, penalty.pk)
    assert (check["status"], fine["status"]) == ("sent", "waiting")
    assert check["content"]["document_number"] == result.part.task.code
    assert [each["id"] for each in rows(client, kind="penalty")] == [fine["id"]]
    assert [each["id"] for each in rows(client, status="sent")] == [check["id"]]
    today = clock.today().isoformat()
    assert [each["id"] for each in rows(client, since=today)] == [check["id"]]
    assert [each["id"] for each in rows(client, until=penalty.decided_on)] == [fine["id"]]
    assert rows(client, department=penalty.department_id) == [fine]
    assert client.get(f"{ADDRESS}{fine['id']}/").json() == fine
    assert client_of("mzj_clerk").get(ADDRESS).status_code == 403
    Result.objects.filter(pk=result.pk).update(state="withdrawn")
    assert [each["id"] for each in rows(client, status="missing")] == [check["id"]]


def test_what_became_confidential_is_not_found(county, actor, client_of) -> None:  # type: ignore[no-untyped-def]
    clue = make_clue(actor("wjw_clerk"))
    penalty = enter(clue=clue)
    penalties.sign(actor("wjw_head"), penalty.pk)
    client = client_of("xzsp_clerk")
    (row,) = rows(client)
    clue_secrecy.conceal(actor("wjw_head"), clue.pk, "涉及举报人安全")
    assert rows(client) == []
    assert client.get(f"{ADDRESS}{row['id']}/").status_code == 404


def test_the_list_asks_as_much_for_many_as_for_few(county, actor, client_of) -> None:  # type: ignore[no-untyped-def]
    client = client_of("xzsp_clerk")

    def fine(number: int) -> None:
        made = enter(number=f"淮卫罚〔2025〕{number}号", subject=subject(number))
        penalties.sign(actor("wjw_head"), made.pk)

    def queries() -> int:
        client.get(ADDRESS)
        with CaptureQueriesContext(connection) as captured:
            client.get(ADDRESS)
        return len(captured)

    fine(1)
    few = queries()
    for number in range(2, 6):
        fine(number)
    assert queries() == few
    assert len(rows(client)) == 5
