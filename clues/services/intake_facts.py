"""What is entered of a new clue, and what is wrong with it. No database."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from clues.models import Clue
from credit.models import Subject
from departments.models import Region
from matters.models import Matter
from records.errors import Refused
from records.excel import kinds

TITLE_LENGTH = 100
CONTENT_LENGTH = 5000
_OWN_WAYS = (Clue.Channel.WARNING, Clue.Channel.WEBSITE)
ENTERED_CHANNELS = [c for c in Clue.Channel.choices if c[0] not in _OWN_WAYS]
"""The sources that staff and other systems enter clues from; warnings and the public site make
theirs themselves."""

_EARLIEST_YEAR = 1949
"""Anything before is a slip of the pen, and would make a series of numbers of its own."""

_HEADING_LENGTH = 40
_SENTENCE_END = re.compile(r"[。！？!?;；\n]")


@dataclass(frozen=True, kw_only=True)
class Facts:
    """A clue as it comes in, by form, phone, Excel or REST.

    Without ``title`` the first sentence of ``content`` serves. ``received_at`` is when the source
    took it in, now unless given. ``complainant_phone`` may be any way of writing a number.
    ``told_text`` is what the complainant is told, the usual words unless given. ``client_key`` is
    made by the sender for this one send; ``external_number`` is the source's own number: a repeat
    of either is the same clue.
    """

    channel: str
    content: str
    title: str = ""
    external_number: str = ""
    received_at: dt.datetime | None = None
    occurred_on: dt.date | None = None
    township: Region | None = None
    place: str = ""
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    subject: Subject | None = None
    subject_name: str = ""
    matter: Matter | None = None
    evidence_at_risk: str = ""
    emergency: bool = False
    confidential: bool = False
    complainant_name: str = ""
    complainant_phone: str = ""
    complainant_address: str = ""
    wants_answer: bool = True
    told_text: str = ""
    client_key: UUID | None = None

    @property
    def heading(self) -> str:
        """The title, or the beginning of the content in its place."""
        if self.title.strip():
            return self.title.strip()
        sentence = _SENTENCE_END.split(self.content.strip(), maxsplit=1)[0]
        if len(sentence) <= _HEADING_LENGTH:
            return sentence
        beginning = sentence[:_HEADING_LENGTH]
        # Rather end with a clause than in the middle of one.
        clause = max(beginning.rfind(mark) for mark in "，、；,")
        return beginning[:clause] if clause > 0 else beginning

    @property
    def has_complainant(self) -> bool:
        return bool(self.complainant_name or self.complainant_phone or self.complainant_address)

    def check(self, *, now: dt.datetime, today: dt.date) -> None:
        """Raise ``Refused`` for the first thing that is wrong, naming the field."""
        if self.channel not in Clue.Channel.values:
            raise Refused("请选择线索来源。", field="channel")
        if not self.content.strip():
            raise Refused("请填写线索内容：什么时间、什么地点、谁、做了什么。", field="content")
        if len(self.content) > CONTENT_LENGTH:
            raise Refused(f"线索内容最多 {CONTENT_LENGTH} 个字。", field="content")
        if len(self.heading) > TITLE_LENGTH:
            raise Refused(f"标题最多 {TITLE_LENGTH} 个字。", field="title")
        if self.received_at is not None and self.received_at > now:
            raise Refused("受理时间不能晚于现在。", field="received_at")
        if self.occurred_on is not None and self.occurred_on > today:
            raise Refused("发生日期不能晚于今天。", field="occurred_on")
        if self.received_at is not None and self.received_at.year < _EARLIEST_YEAR:
            raise Refused("受理时间过早，请核对年份。", field="received_at")
        if self.occurred_on is not None and self.occurred_on.year < _EARLIEST_YEAR:
            raise Refused("发生日期过早，请核对年份。", field="occurred_on")
        if (self.latitude is None) != (self.longitude is None):
            raise Refused("经度和纬度须同时填写。", field="latitude")
        if self.latitude is not None and not -90 <= self.latitude <= 90:
            raise Refused("纬度应在 -90 至 90 之间。", field="latitude")
        if self.longitude is not None and not -180 <= self.longitude <= 180:
            raise Refused("经度应在 -180 至 180 之间。", field="longitude")
        self.phone()

    def phone(self) -> str:
        """The telephone number as it is kept. Raises ``Refused`` for what is none."""
        if not self.complainant_phone.strip():
            return ""
        try:
            return str(kinds.phone().parse(self.complainant_phone.strip()))
        except ValueError as error:
            raise Refused(f"{error}。", field="complainant_phone") from None
