"""Whatever stands in an address, a page answers it; nothing typed by hand is a server error."""

from __future__ import annotations

import base64

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db

LISTS = (
    "matters:list",
    "matters:check-items",
    "credit:subject-list",
    "inspections:inspector-list",
    "inspections:recusal-list",
    "inspections:draw-list",
    "inspections:task-list",
    "inspections:task-calendar",
    "inspections:result-list",
    "records:imports",
    "records:trail",
    "records:outbox",
    "clues:clue-list",
    "clues:inbox",
    "clues:outbox",
    "clues:board",
    "clues:board-rows",
    "clues:letter-list",
    "clues:joint-list",
    "clues:penalty-list",
    "clues:measure-list",
    "clues:campaign-list",
    "clues:crime-list",
    "clues:dispute-list",
    "clues:refusal-list",
    "clues:warning-list",
    "clues:warning-report-list",
    "clues:warning-rule-list",
    "clues:pattern-list",
    "clues:sharing-list",
    "clues:shared-record-list",
    "clues:sharing-request-list",
    "clues:sharing-statistics",
    "matter-list",
    "subject-list",
    "check-item-list",
    "inspector-list",
    "plan-item-list",
    "draw-list",
    "task-list",
    "result-list",
    "clue-list",
    "letter-list",
    "joint-verification-list",
    "crime-list",
    "dispute-list",
    "refusal-list",
    "warning-list",
    "sharing-entry-list",
    "shared-record-list",
    "sharing-request-list",
    "sanction-list",
    "white-list-entry-list",
    "credit:sanction-list",
    "credit:sanction-statistics",
    "credit:white-list",
    "petition-list",
    "credit:petition-list",
)
PAGING = ("after", "before", "cursor", "page_size")
FILTERS = (
    *("q", "name", "code", "state", "status", "grade", "category", "department", "township"),
    *("year", "month", "day", "group", "lead", "active", "licence", "part", "item", "subject"),
    *("draw", "visit_on", "since", "until", "who", "label", "target", "outcome", "only", "from"),
)


def key(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


ODD = (
    "abc",
    "-1",
    "9" * 30,
    "1.5",
    "²",
    "\0",
    "%",
    "99999-13-45",
    "0000-00",
    "9999-12",
    key("[[1,2],3,4]"),
    key('["\\u0000","\\u0000",1]'),
    key("[1e400,1,1]"),
    key("[99999999999999999999]"),
    key('["0001-01-01T00:00:00",1]'),
)


@pytest.mark.parametrize("name", LISTS)
def test_a_list_answers_any_query(client_of, name: str) -> None:
    client = client_of("xzsp_head")
    client.raise_request_exception = False
    url = reverse(name)
    assert client.get(url).status_code == 200
    queries = [dict.fromkeys(FILTERS, value) for value in ODD]
    queries += [dict.fromkeys(PAGING, value) for value in ODD]
    queries += [{PAGING[number % len(PAGING)]: value} for number, value in enumerate(ODD)]
    failed = [query for query in queries if client.get(url, query).status_code >= 500]
    assert failed == []


@pytest.mark.parametrize("year", [0, 1, 1999, 2101, 9999, 99999, 10**30])
def test_no_year_is_too_odd_for_the_plan(client_of, year: int) -> None:
    client = client_of("xzsp_head")
    assert client.get(f"/inspections/plans/{year}/").status_code == 404
    for act in ("merge", "publish"):
        assert client.post(f"/inspections/plans/{year}/act/{act}/").status_code == 404
