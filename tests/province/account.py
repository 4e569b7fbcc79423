"""The account at the end of a day: every record that was sent, against what the tables hold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Sum
from rest_framework.utils.encoders import JSONEncoder

from clues.models import Clue, RiskWarning
from credit.models import CreditEvent, Subject, SubjectChange
from credit.services.outside import amount_of
from matters.models import UpstreamMatter, UpstreamVersion
from records.models import TrailEntry
from supervision.gateway import feed
from supervision.gateway.api import feeds as shown
from supervision.gateway.models import GatewayAnswer, GatewayRefusal
from tests.province.day import Day
from tests.province.ledger import Ledger

_VIEWS = {
    "matters": shown.MattersView,
    "plans": shown.PlansView,
    "tasks": shown.TasksView,
    "results": shown.ResultsView,
    "clues": shown.CluesView,
}


@dataclass(frozen=True)
class Line:
    """One thing held against the other: what the province has, what the platform has."""

    what: str
    sent: Any
    found: Any

    @property
    def agrees(self) -> bool:
        return bool(self.sent == self.found)

    def __str__(self) -> str:
        mark = " " if self.agrees else "!"
        return f"{mark} {self.what}: {_short(self.sent)} | {_short(self.found)}"


def account(day: Day) -> list[Line]:
    """All lines of the account; ``Line.agrees`` tells which do not."""
    ledger = day.ledger
    return [
        Line("calls answered otherwise", [], day.wrong),
        *_records(ledger),
        *_once(ledger),
        Line("answers kept", ledger.answers, _answers()),
        Line("calls turned away", dict(ledger.refusals), _refusals()),
        *(Line(f"feed {name}", day.puller.state[name], _table(name)) for name in _VIEWS),
    ]


def _records(ledger: Ledger) -> Iterator[Line]:
    sent = ledger.records
    yield Line(
        "subjects, as sent last",
        sorted((s["identifier"], s["name"], s["address"]) for s in sent["subjects"].values()),
        sorted(Subject.objects.values_list("identifier", "name", "address")),
    )
    yield Line(
        "clues",
        sorted((c["external_number"], c["content"]) for c in sent["clues"].values()),
        sorted(Clue.objects.values_list("external_number", "content")),
    )
    yield Line(
        "warnings",
        sorted((w["external_number"], w["title"]) for w in sent["warnings"].values()),
        sorted(RiskWarning.objects.values_list("external_number", "title")),
    )
    yield Line(
        "facts, as sent last",
        sorted(
            (f["key"], f["identifier"], amount_of(f["kind"], f["value"]))
            for f in sent["credit-facts"].values()
        ),
        sorted(
            CreditEvent.objects.filter(source__startswith="外部：").values_list(
                "source_key", "subject__identifier", "amount"
            )
        ),
    )
    yield Line(
        "matters, as sent last",
        sorted((m["code"], m["version"], m["content"]) for m in sent["matters"].values()),
        sorted(UpstreamMatter.objects.values_list("code", "latest__number", "latest__content")),
    )


def _once(ledger: Ledger) -> Iterator[Line]:
    """What a call leaves beside its records is there once as well."""
    verbs = {"clues": "clue.register", "warnings": "warning.enter"}
    for resource, verb in verbs.items():
        entries = TrailEntry.objects.filter(verb=verb).count()
        yield Line(f"trail entries {verb}", len(ledger.records[resource]), entries)
    lines = SubjectChange.objects.filter(field="address").exclude(old="").count()
    yield Line("changed addresses in the history", ledger.changes["subjects"], lines)
    versions = len(ledger.records["matters"]) + ledger.changes["matters"]
    yield Line("versions of matters", versions, UpstreamVersion.objects.count())


def _answers() -> dict[str, Any]:
    kept = GatewayAnswer.objects.values_list("key", "body")
    return {key: json.loads(body) for key, body in kept}


def _refusals() -> dict[str, int]:
    counts = GatewayRefusal.objects.order_by().values_list("reason").annotate(Sum("calls"))
    return dict(counts)


def _table(name: str) -> dict[int, Any]:
    """What a feed must have told, from the tables themselves."""
    view = _VIEWS[name]
    told: feed.Feed = view.feed
    rows = told.visible().filter(**{f"{told.region}__startswith": "411603"})
    text = json.dumps({row.pk: view.serializer(row).data for row in rows}, cls=JSONEncoder)
    return {int(key): data for key, data in json.loads(text).items()}


def _short(value: Any) -> str:
    if isinstance(value, (list, dict)) and len(value) > 8:
        return f"{len(value):,}"
    return str(value)
