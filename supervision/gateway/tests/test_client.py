"""The client that the province's engineers copy, against the platform itself."""

from __future__ import annotations

import urllib.request
from typing import Any

import pytest

from clues.models import Clue
from script.gateway_client import Answer, GatewayClient
from supervision.gateway.api import pushes
from supervision.gateway.secrets import shown
from supervision.gateway.tests.conftest import SECRET


@pytest.fixture
def province(transactional_db, system, live_server) -> GatewayClient:  # type: ignore[no-untyped-def]
    return GatewayClient(
        live_server.url, system.key.key_id, shown(SECRET), pause=lambda seconds: None
    )


def clue(number: int) -> dict[str, Any]:
    return {**pushes.CLUE.example, "external_number": str(number)}


@pytest.mark.django_db(transaction=True)
def test_what_is_pushed_is_pulled_once_whatever_gets_lost(province, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    really = urllib.request.urlopen
    lost: list[int] = []

    def loses_the_first_answer(*args: Any, **more: Any) -> Any:
        answer = really(*args, **more)
        if not lost:
            lost.append(answer.status)
            raise ConnectionResetError
        return answer

    monkeypatch.setattr(urllib.request, "urlopen", loses_the_first_answer)
    answer = province.push("clues", [clue(1), clue(2)])
    assert lost == [200]
    assert [item["outcome"] for item in answer["items"]] == ["created", "created"]
    assert Clue.objects.count() == 2
    changes = list(province.changes("clues"))
    assert [change["data"]["external_number"] for change in changes] == ["1", "2"]
    with pytest.raises(Answer) as refused:
        province.push("clues", [clue(3), clue(3)], all_or_none=True)
    assert refused.value.status == 422 and "items[1]" in str(refused.value.problem)
