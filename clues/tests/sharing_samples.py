"""Catalogue entries, shared records and requests, brought about through the services."""

from __future__ import annotations

import datetime as dt
from typing import Any

from clues.models import SharedRecord, SharingEntry, SharingRequest
from clues.services.sharing import catalogue, records, requests
from clues.services.sharing.catalogue import EntryInput
from clues.tests.samples import department, person

GIVEN: dict[str, Any] = {
    "category": "penalty",
    "title": "食品安全行政处罚决定",
    "content": "当事人、违法事实、处罚种类和幅度、决定日期。",
    "way": "platform",
    "procedure": "经办人登记，负责人或者经办人推送，接收部门阅收。",
    "limit_days": 5,
    "frequency": "at_once",
    "secrecy": "internal",
}


def given(*receivers: str, **over: Any) -> EntryInput:
    """What a clerk fills in; receivers by short name."""
    ids = tuple(department(name).pk for name in receivers)
    return EntryInput(**{**GIVEN, "receivers": ids, **over})


def entry(*receivers: str, **over: Any) -> SharingEntry:
    """An entry of the market bureau in force, for the civil affairs bureau unless named."""
    names = () if over.get("for_all") else receivers or ("民政局",)
    drawn = catalogue.create(person("scjg_clerk"), given(*names, **over))
    return catalogue.confirm(person("scjg_head"), drawn.pk)


def record(of: SharingEntry, day: str = "2026-09-28", **over: Any) -> SharedRecord:
    """A record that waits to be shared."""
    facts = {"title": "某超市销售过期食品案", "content": "罚款二千元。", **over}
    return records.register(
        person("scjg_clerk"), of.pk, event_on=dt.date.fromisoformat(day), **facts
    )


def request(to: str = "市场监管局", **over: Any) -> SharingRequest:
    """A request of the civil affairs bureau that waits for signature."""
    facts = {
        "title": "养老机构食堂许可信息",
        "purpose": "核对养老机构食堂经营资质",
        "basis": "养老机构管理办法",
        "content": "全区养老机构食堂的食品经营许可证号和有效期。",
        **over,
    }
    return requests.create(person("mzj_clerk"), department(to).pk, **facts)


def sent_request(**over: Any) -> SharingRequest:
    """The same, signed and sent."""
    return requests.sign(person("mzj_head"), request(**over).pk)
