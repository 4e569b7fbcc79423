"""Compulsory measures among the supervision acts that the province is told of (G4)."""

from __future__ import annotations

import pytest

from clues.models import CompulsoryMeasure
from clues.services import clue_secrecy
from clues.services.measures import begin, ending, term
from clues.tests import measure_samples as samples
from clues.tests.samples import own_handling, person
from records.models import OutboxMessage
from supervision.outbound.models import ActReport
from supervision.outbound.selectors import acts, counts
from supervision.outbound.services.reports import report_missing

pytestmark = pytest.mark.django_db


def told() -> list[tuple[str, dict]]:  # type: ignore[type-arg]
    found = OutboxMessage.objects.filter(topic__startswith="supervision_act.").order_by("pk")
    return [
        (each.topic.partition(".")[2], each.payload)
        for each in sorted(found, key=lambda one: one.payload["version"])
    ]


def statuses() -> dict[str, int]:
    return {
        status: many
        for status, many in counts(acts(person("xzsp_clerk"), "measure")).items()
        if many
    }


def test_each_measure_is_told_once_and_follows_its_course(county) -> None:
    approved = samples.approved()
    assert told() == []
    found = begin.carry_out(person("scjg_clerk"), approved.pk, samples.carried_out())
    asked = term.ask_extension(person("scjg_clerk"), found.pk, 10, "协查")
    assert [topic for topic, _ in told()] == ["reported"]
    term.grant_extension(person("scjg_head"), asked.pk)
    term.tell_extension(person("scjg_clerk"), found.pk)
    samples.closed(found)
    (_, first), *_, (_, last) = told()
    assert [topic for topic, _ in told()] == ["reported", *["corrected"] * 3]
    assert first["act_type"] == "3" and first["record"] == f"411603-3-{found.pk}"
    assert (first["measure_kind"], first["measure_state"], first["officers"]) == (
        *("seize", "in_force"),
        2,
    )
    assert (first["term_days"], first["measure_outcome"], first["urgent"]) == (30, None, False)
    assert (last["version"], last["extended_days"], last["measure_state"]) == (4, 10, "closed")
    assert last["measure_outcome"] == "lift" and last["closed_on"]
    assert statuses() == {"waiting": 1}
    ending.withdraw(person("scjg_head"), found.pk, "复议撤销")
    assert [topic for topic, _ in told()][-1] == "withdrawn"
    assert set(told()[-1][1]) == {"record", "version", "status", "act_type", "region"}


def test_an_urgent_one_is_told_once_its_head_has_seen_it(county) -> None:
    first, second = samples.urgent(), samples.applied()
    assert told() == []
    ending.lift(person("scjg_head"), first.pk, "不应当采取")
    ((topic, payload),) = told()
    assert (topic, payload["urgent"], payload["measure_outcome"]) == ("reported", True, "lift")
    assert second.state == "review"


def test_what_was_not_told_is_found_and_told(county) -> None:
    found = samples.in_force()
    ActReport.objects.all().delete()
    assert statuses() == {"missing": 1}
    assert report_missing("411603") == 1
    assert statuses() == {"waiting": 1}
    assert report_missing("411603") == 0
    CompulsoryMeasure.objects.filter(pk=found.pk).update(extended_days=5)
    assert statuses() == {"missing": 1}
    assert report_missing("411603") == 1
    assert ActReport.objects.get().content["extended_days"] == 5


def test_what_becomes_confidential_is_taken_back(county) -> None:
    clerk, head = person("scjg_clerk"), person("scjg_head")
    clue = own_handling(clerk)
    samples.in_force(clue=clue)
    secret = own_handling(clerk, confidential=True, named=(head,))
    samples.in_force(clue=secret, done={"document": "9号"})
    assert [topic for topic, _ in told()] == ["reported"]
    clue_secrecy.conceal(head, clue.pk, "保护举报人")
    assert [topic for topic, _ in told()] == ["reported", "withdrawn"]
    assert statuses() == {}


def test_the_pages_list_them(county, client_of) -> None:
    found = samples.in_force()
    client = client_of("xzsp_head")
    page = client.get("/outbound/acts/?kind=measure").content.decode()
    assert found.document in page and "实施中" in page
    assert client.get("/outbound/acts/?kind=measure&export=xlsx").status_code == 200
    (row,) = client.get("/api/v1/act-reports/?kind=measure").json()["results"]
    assert (row["measure"], row["status"]) == (found.pk, "waiting")
    message = client.get(ActReport.objects.get().message.get_absolute_url()).content.decode()
    for words in ("扣押财物", "措施种类", "实施中"):
        assert words in message
