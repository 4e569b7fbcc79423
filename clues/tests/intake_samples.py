"""Clues as they come in, for tests of intake."""

from __future__ import annotations

from typing import Any

from clues.models import Clue
from clues.services.intake import register
from records.actor import Actor

CONTENT = (
    "来电人反映新站镇敬老院食堂卫生条件差，连续三天有老人饭后腹泻，"
    "厨房地面有积水，工作人员没有健康证，请尽快核查并答复。"
)


def entered(actor: Actor, **facts: Any) -> Clue:
    """A hotline complaint of somebody with a telephone, registered by the actor."""
    return register(
        actor,
        **{
            "channel": Clue.Channel.HOTLINE,
            "title": "敬老院食堂卫生差",
            "content": CONTENT,
            "complainant_name": "张三丰",
            "complainant_phone": "13800001234",
            **facts,
        },
    )
