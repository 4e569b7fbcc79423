"""What waits for a person: the rows that every capability hands to the workbench (D1)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from records.deadlines import Chip


@dataclass(frozen=True)
class WorkItem:
    """One row: ``what`` is to be done, ``about`` whom or what, where (``url``) with which button
    (``label``), and by when: a planned moment (``due_at``), or a legal clock (``chip``), which has
    its own."""

    what: str
    about: str
    url: str
    label: str
    due_at: dt.datetime | None = None
    chip: Chip | None = None

    def __post_init__(self) -> None:
        if self.chip is not None and self.due_at is None:
            object.__setattr__(self, "due_at", self.chip.deadline.due_at)
