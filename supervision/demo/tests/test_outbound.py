"""The demo's way to the province shows what was told, and calls nobody."""

from __future__ import annotations

from collections import Counter
from urllib.parse import urlsplit

import pytest

from inspections.services import results
from inspections.tests.result_samples import checked_story, result_of
from records import clock, outbox
from records.models import OutboxCircuit, OutboxMessage
from records.periods import ago
from records.tasks import deliver_outbox
from supervision.demo.outbound import load_outbound
from supervision.outbound.models import OutboundLink

pytestmark = pytest.mark.django_db


def test_what_was_told_what_was_refused_and_what_waits(county, client_of) -> None:  # type: ignore[no-untyped-def]
    story = checked_story(county, homes=2)
    long_ago = ago(clock.now(), days=30)
    for position in (0, 1):
        found = result_of(story, position=position)
        results.submit(story.actor("mzj_clerk"), found.pk, ["no_problem"], "")
        results.approve(story.actor("mzj_head"), found.pk)
        assert results.publish_next()
        if position == 0:
            OutboxMessage.objects.update(created_at=long_ago)

    load_outbound(county, lambda _: None)

    link = OutboundLink.objects.get()
    assert link.state == "suspended" and link.secret.sealed
    assert urlsplit(link.url).hostname.endswith(".example")
    messages = OutboxMessage.objects.filter(target=outbox.PROVINCE)
    assert Counter((each.topic, each.state) for each in messages) == {
        ("result.published", "delivered"): 1,
        ("supervision_act.reported", "dead"): 1,
        ("result.published", "waiting"): 1,
        ("supervision_act.reported", "waiting"): 1,
    }
    assert not deliver_outbox()
    assert OutboxCircuit.objects.get().failures == 0
    page = client_of("system_admin").get("/outbox/").content.decode()
    assert "监管事项编码不在省级监管事项目录清单中" in page
    assert "检查对外对接" not in client_of("system_admin").get("/").content.decode()
