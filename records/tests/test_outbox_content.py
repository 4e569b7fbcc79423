"""Messages are shown as the floor whose they are says, and in no other way."""

from __future__ import annotations

import pytest

from records import outbox, outbox_content
from records.actor import Actor
from records.models import OutboxMessage
from records.outbox_names import TOPICS
from records.roles import COORDINATION

OFFICE = Actor(name="综合协调组", functions=frozenset({COORDINATION}), region_code="411603")


@pytest.mark.django_db
def test_fields_are_named_and_ordered_as_their_family_says(monkeypatch):
    monkeypatch.setattr(outbox_content, "REGISTRY", {})
    outbox_content.register(
        "matter", {"state": "状态", "name": "名称"}, {"state": {"in_force": "生效"}}
    )
    said = {"name": "养老机构", "other": 3, "state": "in_force", "empty": ""}
    told = [
        outbox_content.told(OFFICE, outbox.post("province", topic, said, "411603"))
        for topic in ("matter.in_force", "draw.done")
    ]
    assert told[0] == [("状态", "生效"), ("名称", "养老机构"), ("other", "3")]
    assert told[1] == [("name", "养老机构"), ("other", "3"), ("state", "in_force")]


def test_times_lists_and_what_they_hold_are_told_in_words(monkeypatch):
    monkeypatch.setattr(outbox_content, "REGISTRY", {})
    outbox_content.register(
        "matter",
        {"at": "时间", "held": "部门", "grades": "等级", "on": "启用"},
        {"part": {"lead": "牵头"}, "level": {"1": "一级"}},
    )
    said = {
        "at": "2026-11-22T06:30:00.5+00:00",
        "held": [{"name": "民政局", "part": "lead", "text": ""}, {"name": "商务局"}],
        "grades": {"A": 3, "B": 0},
        "on": False,
        "level": 1,
    }
    message = OutboxMessage(topic="matter.in_force", target="province", payload=said)
    assert outbox_content.told(OFFICE, message) == [
        ("时间", "2026-11-22 14:30"),
        ("部门", "民政局（牵头）、商务局"),
        ("等级", "A：3，B：0"),
        ("启用", "否"),
        ("level", "一级"),
    ]


def test_what_is_told_to_people_belongs_to_a_topic():
    assert set(outbox_content.REGISTRY) == {topic.partition(".")[0] for topic in TOPICS}
