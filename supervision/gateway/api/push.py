"""Push calls: up to ten thousand items, an outcome for each, one transaction with the answer."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db import transaction
from django.http import HttpResponse
from rest_framework import exceptions
from rest_framework.request import Request

from departments.roles import Function
from records.actor import Actor
from records.acts import deadlock_in_words
from records.errors import Conflict
from supervision.gateway import answers
from supervision.gateway.admission import Caller
from supervision.gateway.api.door import GatewayView, caller_of
from supervision.gateway.rules import MOST_ITEMS
from supervision.gateway.shapes import Shape, Wrong

REFUSED = "refused"

Item = dict[str, Any]
Faults = Mapping[int, Sequence[Wrong]]


class Batch(ABC):
    """The items of one call that have the right shape, on their way in for ``actor`` from a system
    named ``source``; what they refer to is looked up once."""

    def __init__(self, actor: Actor, source: str, items: Sequence[Item]) -> None:
        self.actor, self.source, self.items = actor, source, items

    @abstractmethod
    def faults(self) -> Faults:
        """What is wrong with items beyond their shape, by their place."""

    @abstractmethod
    def write(self, places: Sequence[int]) -> Sequence[str]:
        """Write the items at these places, which are in order; what became of each."""


@dataclass(frozen=True)
class Intake:
    """How one resource is taken in: the ``shape`` of an item, the function ``desk`` whose
    department takes it in for the region, and what can become of an item."""

    shape: Shape
    desk: Function
    batch: type[Batch]
    outcomes: tuple[tuple[str, str], ...]


class PushView(GatewayView):
    """The door of one resource. Items that are in order are taken in, others are refused one by
    one; with ``all_or_none=1`` one item at fault refuses all."""

    intake: ClassVar[Intake]

    def post(self, request: Request) -> HttpResponse:
        caller = caller_of(request)
        key = answers.key_of(request.headers.get("Idempotency-Key", ""))
        body = request._request.body
        same = answers.fingerprint(request._request.get_full_path(), body)
        strict = _flag(request, "all_or_none")
        items = self._items(request.data)
        try:
            with deadlock_in_words(), transaction.atomic():
                earlier = answers.before(caller.client, key, same)
                if earlier is not None:
                    return _answer(earlier.status, earlier.body)
                answers.take_turn(caller.client.region.code, self.intake.shape.name)
                text = json.dumps(self._take_in(caller, items, strict), ensure_ascii=False)
                answers.keep(caller.client, key, same, 200, text)
        except Conflict as busy:
            raise _Wait(busy) from busy
        return _answer(200, text)

    def _items(self, data: Any) -> list[Any]:
        items = data.get("items") if isinstance(data, dict) else None
        if not isinstance(items, list) or not items:
            raise exceptions.ValidationError({"items": ["应为至少一项的列表。"]})
        if len(items) > MOST_ITEMS:
            words = f"一次最多 {MOST_ITEMS} 项，现有 {len(items)} 项，请分批报送。"
            raise exceptions.ValidationError({"items": [words]})
        return items

    def _take_in(self, caller: Caller, items: Sequence[Any], strict: bool) -> dict[str, Any]:
        intake, actor = self.intake, caller.acting_for(self.intake.desk)
        wrong: dict[int, Sequence[Wrong]] = {}
        sound: list[int] = []
        values: list[Item] = []
        for index, item in enumerate(items):
            read, faults = intake.shape.read(item)
            if faults:
                wrong[index] = faults
            else:
                sound.append(index)
                values.append(read)
        batch = intake.batch(actor, caller.client.name, values)
        found = batch.faults()
        wrong |= {sound[place]: faults for place, faults in found.items()}
        if strict and wrong:
            raise _NoneTaken(wrong)
        good = [place for place in range(len(values)) if place not in found]
        written = batch.write(good) if good else []
        became = dict(zip((sound[place] for place in good), written, strict=True))
        return {
            "total": len(items),
            "accepted": len(became),
            "refused": len(wrong),
            "items": [
                {"index": index, "outcome": became[index]}
                if index in became
                else {"index": index, "outcome": REFUSED, "errors": _told(wrong[index])}
                for index in range(len(items))
            ],
        }


class _NoneTaken(exceptions.ValidationError):
    """Items at fault in a call that takes all or none."""

    status_code = 422
    default_code = "none_taken"

    def __init__(self, wrong: Faults) -> None:
        super().__init__(
            {
                f"items[{index}]": {each.field: [each.message] for each in faults}
                for index, faults in sorted(wrong.items())
            }
        )


class _Wait(exceptions.APIException):
    """The first call still runs, or somebody else changes the same things: to be sent again."""

    status_code = 409
    wait = answers.WAIT_SECONDS

    def __init__(self, busy: Conflict) -> None:
        super().__init__(busy.message, busy.code)
        self.default_code = busy.code


def _told(faults: Sequence[Wrong]) -> list[dict[str, str]]:
    return [{"field": each.field, "message": each.message} for each in faults]


def _flag(request: Request, name: str) -> bool:
    given = request.query_params.get(name, "0")
    if given not in ("0", "1"):
        raise exceptions.ValidationError({name: ["应为 0 或 1。"]})
    return given == "1"


def _answer(status: int, text: str) -> HttpResponse:
    return HttpResponse(text.encode(), status=status, content_type="application/json")
