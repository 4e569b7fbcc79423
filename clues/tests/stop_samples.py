"""Small things that lie somewhere, for tests of stops."""

from __future__ import annotations

from typing import Any

from clues.acts.clue import CLUE_STAGES
from clues.models import Clue
from clues.services.knowledge import concern, name_people
from departments.models import User
from records.actor import SYSTEM


def lying_clue(holder: User, number: str, **fields: Any) -> Clue:
    """A clue that lies at the department of ``holder``, received there unless said otherwise."""
    department = holder.department
    assert department is not None
    values: dict[str, Any] = {
        "region_code": department.region.code,
        "number": number,
        "channel": Clue.Channel.VISIT,
        "title": f"线索{number}",
        "content": "内容",
        "receiver": department,
        "holder": department,
    }
    clue = Clue.objects.create(**values | fields)
    concern(clue, clue.receiver_id, clue.holder_id)
    CLUE_STAGES.enter(SYSTEM, clue)
    return clue


def secret_clue(holder: User, number: str, **fields: Any) -> Clue:
    """The same, known to ``holder`` only."""
    clue = lying_clue(holder, number, confidential=True, **fields)
    name_people(clue, [holder.pk])
    return clue
