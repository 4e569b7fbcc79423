"""What may be done to the dishonest: the measures of the national list as data (S7).

The list names three kinds. What takes rights or adds duties must rest on a law, an administrative
regulation or a policy document of the centre, cited for the case at hand; what organisations
outside the administration do is theirs to decide and is never handed out as a task. The county
checks each line against the list in force before use (``docs/operations.md``).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Kind(StrEnum):
    """The three kinds of the list."""

    RIGHTS = "rights"
    MANAGEMENT = "management"
    OTHERS = "others"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Kind.RIGHTS: "减损权益或者增加义务的措施",
    Kind.MANAGEMENT: "不减损权益、不增加义务的管理措施",
    Kind.OTHERS: "公共管理机构以外的组织自主实施的措施",
}


@dataclass(frozen=True, slots=True)
class Measure:
    """One line of the list. ``basis`` says where to look for the legal basis, which each sanction
    then cites; ``persons_only`` cannot be done to a business."""

    code: str
    title: str
    kind: Kind
    what: str
    basis: str
    persons_only: bool

    @property
    def is_task(self) -> bool:
        """Whether a department can be told to do it."""
        return self.kind is not Kind.OTHERS


_DATA = json.loads(Path(__file__).with_name("measures.json").read_text(encoding="utf-8"))

SOURCE: str = _DATA["source"]
PRINCIPLE: str = _DATA["principle"]
MEASURES: dict[str, Measure] = {
    row["code"]: Measure(**{**row, "kind": Kind(row["kind"])}) for row in _DATA["measures"]
}
"""By code; the codes are stored with sanctions, so they stay."""

CHOICES = [(measure.code, measure.title) for measure in MEASURES.values()]
TASKS = tuple(measure for measure in MEASURES.values() if measure.is_task)
