"""Sending what the outbox holds: which message is next, one attempt at it, what follows (R4, G3).

A message is leased row by row, so that two workers never send it at the same time and a killed
worker's message comes back by itself. Failures of one message make its own pauses grow; failures
in a row of one receiving system open its circuit, and all its messages wait without spending an
attempt until one of them has tried again.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from records import clock
from records.adapters import Outcome, Reading, Route, attempt
from records.models import OutboxCircuit, OutboxMessage
from records.outbox_words import without_content

MAX_ATTEMPTS = 12
"""Attempts of one round, after which a message is dead."""
FAILURES_TO_REST = 5
"""After so many failures in a row a receiving system is left alone."""
_FIRST_PAUSE = dt.timedelta(seconds=15)
_LONGEST_PAUSE = dt.timedelta(hours=6)
_FIRST_REST = dt.timedelta(seconds=30)
_LONGEST_REST = dt.timedelta(minutes=15)
_JITTER = (0.8, 1.2)
_SHOWN_ERROR = 2000

log = structlog.get_logger(__name__)

ROUTERS: list[Callable[[], Iterable[Route]]] = []
"""Each gives the ways that the administrator has set up; higher floors register theirs. They go
before the addresses of the environment, and of two the nearer region's."""


def routes() -> list[Route]:
    """All ways to receiving systems, also those switched off, the nearest first."""
    found = [route for router in ROUTERS for route in router()]
    found += [
        Route(target=name, region_code="", url=given["url"], sign=bearer(given.get("token", "")))
        for name, given in settings.OUTBOX_TARGETS.items()
        if given.get("url")
    ]
    return sorted(found, key=lambda route: -len(route.region_code))


def bearer(token: str) -> Callable[[str, str, bytes, str], dict[str, str]]:
    """The proof of systems that know their callers by a token; without one there is none."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return lambda *_: headers


def route_of(known: Sequence[Route], message: OutboxMessage) -> Route | None:
    """The way that a message goes, of ``routes``; None when nobody has entered an address."""
    for route in known:
        if route.target == message.target and message.region_code.startswith(route.region_code):
            return route
    return None


def due(known: Sequence[Route]) -> QuerySet[OutboxMessage]:
    """What is to be sent now: it has a way that is on and whose system is not resting, and
    nothing of its thread is ahead of it."""
    now = clock.now()
    resting = {
        (each.target, each.region_code)
        for each in OutboxCircuit.objects.filter(rests_until__gt=now)
    }
    ways = Q(pk__in=())
    for number, route in enumerate(known):
        if route.on and (route.target, route.region_code) not in resting:
            way = Q(target=route.target, region_code__startswith=route.region_code)
            for nearer in known[:number]:
                if nearer.target == route.target:
                    way &= ~Q(region_code__startswith=nearer.region_code)
            ways |= way
    ahead = OutboxMessage.objects.filter(
        ~Q(thread=""),
        target=OuterRef("target"),
        thread=OuterRef("thread"),
        place__lt=OuterRef("place"),
        delivered_at=None,
        given_up_at=None,
    )
    return OutboxMessage.objects.filter(
        ways,
        Q(thread="") | ~Exists(ahead),
        next_attempt_at__lte=now,
        delivered_at=None,
        dead_at=None,
    )


def deliver_next() -> bool:
    """Send one due message; False when none is due."""
    known = routes()
    with transaction.atomic():
        found = due(known).select_for_update(skip_locked=True, of=("self",))
        message = found.order_by("next_attempt_at", "place").first()
        if message is None:
            return False
        route = route_of(known, message)
        assert route is not None
        leased_until = clock.now() + dt.timedelta(seconds=route.lease_seconds)
        if not _may_try(route, leased_until):
            return True
        message.attempts += 1
        message.round_attempts += 1
        message.next_attempt_at = leased_until
        message.save(update_fields=("attempts", "round_attempts", "next_attempt_at"))
    settle(message, route, attempt(message, route))
    return True


def settle(message: OutboxMessage, route: Route, reading: Reading) -> None:
    """Write down what became of an attempt, of the message and of the way that it went."""
    if reading.called:
        # How a system is doing is read by people who must not read what it was told.
        _note(route, replace(reading, words=without_content(message, reading.words)))
    _settle(message, reading)


def _may_try(route: Route, until: dt.datetime) -> bool:
    """Whether this worker may call: of a system that has rested one message tries, and the others
    wait for what it hears."""
    failing = OutboxCircuit.objects.filter(_of(route), failures__gte=FAILURES_TO_REST)
    if not failing.exists():
        return True
    rested = Q(rests_until=None) | Q(rests_until__lte=clock.now())
    return failing.filter(rested).update(rests_until=until) == 1


def _settle(message: OutboxMessage, reading: Reading) -> None:
    now = clock.now()
    found = OutboxMessage.objects.filter(pk=message.pk)
    if reading.arrived:
        found.update(
            delivered_at=now,
            dead_at=None,
            given_up_at=None,
            given_up_because="",
            next_attempt_at=None,
            last_error="",
            receipt=reading.receipt,
        )
        return
    log.warning(
        "outbox.failed",
        message=str(message.pk),
        attempt=message.attempts,
        outcome=reading.outcome.value,
        error=reading.words,
    )
    # Only the newest lease speaks: another worker may have taken over meanwhile.
    mine = found.filter(delivered_at=None, dead_at=None, attempts=message.attempts)
    last = reading.outcome is Outcome.REFUSED or message.round_attempts >= MAX_ATTEMPTS
    words = reading.words[:_SHOWN_ERROR]
    if last:
        mine.update(last_error=words, dead_at=now, next_attempt_at=None)
    else:
        pause = _pause(message.round_attempts, reading.pause)
        mine.update(last_error=words, next_attempt_at=now + pause)


def _pause(attempts: int, asked: float | None) -> dt.timedelta:
    own = _grown(_FIRST_PAUSE, attempts - 1, _LONGEST_PAUSE)
    return max(own, min(dt.timedelta(seconds=asked or 0), _LONGEST_PAUSE))


def _grown(first: dt.timedelta, doublings: int, longest: dt.timedelta) -> dt.timedelta:
    """A pause that doubles, never quite the same, so that not all come back at one moment."""
    doubled: int = 2 ** min(doublings, 20)
    return min(first * doubled, longest) * random.uniform(*_JITTER)


def _of(route: Route) -> Q:
    return Q(target=route.target, region_code=route.region_code)


def _note(route: Route, reading: Reading) -> None:
    """Keep how the receiving system is doing; three short statements, no lock is held between."""
    now = clock.now()
    circuits = OutboxCircuit.objects.filter(_of(route))
    if not reading.unwell:
        if not circuits.update(failures=0, rests_until=None, answered_at=now):
            OutboxCircuit.objects.get_or_create(
                target=route.target, region_code=route.region_code, defaults={"answered_at": now}
            )
        return
    OutboxCircuit.objects.get_or_create(target=route.target, region_code=route.region_code)
    circuits.update(failures=F("failures") + 1, failed_at=now, last_error=reading.words[:500])
    over = circuits.values_list("failures", flat=True).get() - FAILURES_TO_REST
    asked = min(dt.timedelta(seconds=reading.pause or 0), _LONGEST_REST)
    if over >= 0:
        circuits.update(rests_until=now + max(_grown(_FIRST_REST, over, _LONGEST_REST), asked))
    elif asked:
        circuits.update(rests_until=now + asked)
