"""What is known of subjects is written here, from whatever floor or system it comes (S4)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from django.db import connection, transaction
from django.db.models import Q

from credit.models import CreditEvent, PetitionItem, Subject
from credit.rules.events import EVENT_KINDS, MAX_AMOUNT
from records import clock, trail
from records.actor import Actor
from records.became import CREATED, UNCHANGED, UPDATED
from records.errors import Refused
from records.queue import wake_after_commit

EVALUATE_STALE_TASK = "credit.evaluate_stale"
_BATCH = 2_000
_COUNTED = ("subject_id", "kind", "happened_on", "amount", "until", "matter_id")
"""What a grade may hang on."""
_WORDING = ("title", "basis")
_SAID = (*_COUNTED, *_WORDING)

# Of a merged subject and its survivor, both named, one note is written. A note that stands is
# written again, so that it is locked until what is told is committed: whoever judges meanwhile
# cannot see the fact yet and must not take the note away.
_MARK_STALE = """
INSERT INTO credit_stale (subject_id, since)
SELECT DISTINCT COALESCE(merged_into_id, id), %s::timestamptz
FROM credit_subject WHERE id = ANY(%s::bigint[])
ORDER BY 1
ON CONFLICT (subject_id) DO UPDATE SET since = excluded.since
"""


@dataclass(frozen=True, slots=True)
class Told:
    """One fact as it is told. ``source`` and ``key`` name it for good: told again it replaces what
    it said before (``credit.services.origins`` gives both to facts of objects). ``amount``
    is in the unit of its kind (``credit.rules.events``); ``until`` is the first day on which it no
    longer counts."""

    subject_id: int
    kind: str
    day: dt.date
    title: str
    source: str = ""
    key: str = ""
    amount: int = 1
    until: dt.date | None = None
    matter_id: int | None = None
    basis: str = ""


def tell(actor: Actor, facts: Sequence[Told]) -> int:
    """As ``tell_each``; returns how many facts are new or say something else now."""
    return sum(became != UNCHANGED for became in tell_each(actor, facts))


@transaction.atomic
def tell_each(actor: Actor, facts: Sequence[Told]) -> list[str]:
    """Write facts about subjects, all or none; returns what became of each: created, updated (it
    says something else now) or unchanged.

    Their subjects will be judged anew, unless only the wording changed: that leaves a trail entry.
    What is told twice stands once, as it is told last, and a repeat is compared with what was told
    before it. What an objection or a credit repair decided of a fact holds as long as it is told
    the same. Costs a constant number of queries per two thousand facts. Raises ``Refused`` for the
    first unsound fact.
    """
    _ensure_sound(facts)
    became: list[str] = []
    for start in range(0, len(facts), _BATCH):
        became += _write(actor, facts[start : start + _BATCH])
    return became


def _write(actor: Actor, facts: Sequence[Told]) -> list[str]:
    now = clock.now()
    stored = {
        _name(event): event
        for event in CreditEvent.objects.select_for_update()
        .filter(
            source__in={fact.source for fact in facts},
            source_key__in=[fact.key for fact in facts],
        )
        .order_by("pk")
    }
    said, became = dict(stored), list[str]()
    for fact in _as_decided(facts):
        event = None if fact is None else _event(fact, now)
        if event is None or not _differs(said.get(_name(event)), event, _SAID):
            became.append(UNCHANGED)
            continue
        became.append(UPDATED if _name(event) in said else CREATED)
        said[_name(event)] = event
    fresh = {
        name: event for name, event in said.items() if _differs(stored.get(name), event, _SAID)
    }
    if not fresh:
        return became
    CreditEvent.objects.bulk_create(
        fresh.values(),
        update_conflicts=True,
        unique_fields=("source", "source_key"),
        update_fields=_SAID,
    )
    _trail_wording(
        actor, [(stored[name], event) for name, event in fresh.items() if name in stored]
    )
    concerned = set()
    for name, event in fresh.items():
        if _differs(stored.get(name), event, _COUNTED):
            concerned.add(event.subject_id)
            if name in stored:
                concerned.add(stored[name].subject_id)
    mark_stale(concerned)
    return became


def _trail_wording(actor: Actor, changes: Iterable[tuple[CreditEvent, CreditEvent]]) -> None:
    """Keep what facts said before that are told in other words."""
    reworded = [pair for pair in changes if _differs(*pair, _WORDING)]
    if not reworded:
        return
    about = Subject.objects.select_related("region").in_bulk(
        {event.subject_id for _, event in reworded}
    )
    trail.record_changes(
        actor,
        "credit_event.reword",
        "更正信用记录内容",
        (
            (
                about[event.subject_id],
                {
                    field: about[event.subject_id].masked(getattr(before, field))
                    for field in _WORDING
                },
                {
                    field: about[event.subject_id].masked(getattr(event, field))
                    for field in _WORDING
                },
            )
            for before, event in reworded
        ),
    )


def _as_decided(facts: Sequence[Told]) -> Iterator[Told | None]:
    """Each fact with the end that was decided; None for one that was found wrong."""
    struck = Q(outcome=PetitionItem.Outcome.CORRECTED, petition__decided_at__isnull=False)
    items = PetitionItem.objects.filter(
        struck | Q(ends_on__isnull=False),
        source__in={fact.source for fact in facts},
        source_key__in=[fact.key for fact in facts],
    ).order_by("pk")
    decided = {(item.source, item.source_key): item for item in items}
    for fact in facts:
        item = decided.get((fact.source, fact.key))
        if item is None or (item.kind, item.happened_on) != (fact.kind, fact.day):
            yield fact
        elif item.ends_on is not None:
            if item.until_before != fact.until:
                # What its source says now holds again when the petition lets go of the fact.
                item.until_before = fact.until
                item.save(update_fields=("until_before",))
            yield replace(fact, until=min(fact.until or item.ends_on, item.ends_on))
        else:
            yield fact if item.amount != fact.amount else None


def _event(fact: Told, now: dt.datetime) -> CreditEvent:
    return CreditEvent(
        subject_id=fact.subject_id,
        kind=fact.kind,
        happened_on=fact.day,
        amount=fact.amount,
        until=fact.until,
        matter_id=fact.matter_id,
        title=fact.title[:200],
        basis=fact.basis[:100],
        source=fact.source,
        source_key=fact.key,
        recorded_at=now,
    )


def _name(event: CreditEvent) -> tuple[str, str]:
    return event.source, event.source_key


def _differs(stored: CreditEvent | None, event: CreditEvent, fields: Iterable[str]) -> bool:
    """Whether an event says something else than the one that stands, if one does."""
    if stored is None:
        return True
    return any(getattr(stored, field) != getattr(event, field) for field in fields)


def _ensure_sound(facts: Iterable[Told]) -> None:
    today = clock.today()
    for fact in facts:
        if not (fact.source and fact.key):
            raise ValueError(f"a fact without a name: {fact}")
        if fact.kind not in EVENT_KINDS:
            raise Refused(f"没有“{fact.kind}”这种信用记录。", field="kind")
        kind = EVENT_KINDS[fact.kind]
        if not 0 <= fact.amount <= MAX_AMOUNT:
            raise Refused(f"“{fact.title}”：数值应在 0 到 {MAX_AMOUNT} 之间。", field="amount")
        if kind.scale and fact.amount >= len(kind.scale):
            words = "、".join(kind.scale)
            raise Refused(f"“{fact.title}”：{kind.label}只有{words}。", field="amount")
        if fact.day > today:
            raise Refused(f"“{fact.title}”：发生日期 {fact.day} 还没有到。", field="day")
        if fact.until and fact.until < fact.day:
            raise Refused(f"“{fact.title}”：效力止日早于发生日期。", field="until")


@transaction.atomic
def lift(actor: Actor, pk: int, day: dt.date, reason: str) -> CreditEvent:
    """End the effect of a fact from ``day`` on: removed from a list, or repaired.

    Raises ``Refused`` without a reason, before the fact's own day, or when it has ended already.
    """
    event = CreditEvent.objects.select_for_update().select_related("subject__region").get(pk=pk)
    if not reason.strip():
        raise Refused("请填写终止效力的理由。", field="reason")
    if day < event.happened_on:
        raise Refused("终止日期不能早于发生日期。", field="day")
    if event.until is not None and event.until <= day:
        raise Refused(f"该记录的效力已于 {event.until} 终止。", field="day")
    event.until = day
    event.save(update_fields=("until",))
    mark_stale({event.subject_id})
    trail.record(
        actor,
        "credit_event.lift",
        "终止信用记录效力",
        event.subject,
        opinion=reason.strip(),
        after={"event": event.shown_title, "until": day.isoformat()},
        region_code=event.subject.region.code,
    )
    return event


@transaction.atomic
def restore(actor: Actor, pk: int, until: dt.date | None, reason: str) -> CreditEvent:
    """Let a fact count again that was lifted, up to ``until`` as it said before."""
    event = CreditEvent.objects.select_for_update().select_related("subject__region").get(pk=pk)
    event.until = until
    event.save(update_fields=("until",))
    mark_stale({event.subject_id})
    trail.record(
        actor,
        "credit_event.restore",
        "恢复信用记录效力",
        event.subject,
        opinion=reason.strip(),
        after={"event": event.shown_title, "until": until.isoformat() if until else None},
        region_code=event.subject.region.code,
    )
    return event


@transaction.atomic
def strike(actor: Actor, source: str, keys: Sequence[str]) -> int:
    """Take back facts that never were (a result withdrawn, a penalty revoked); their subjects are
    judged anew. Returns how many stood."""
    found = CreditEvent.objects.filter(Q(source=source) & Q(source_key__in=keys))
    subjects = set(found.values_list("subject_id", flat=True))
    gone, _ = found.delete()
    mark_stale(subjects)
    return gone


def mark_stale(subject_ids: Iterable[int]) -> None:
    """Note that these subjects have to be judged anew, and wake whoever does it."""
    with connection.cursor() as cursor:
        cursor.execute(_MARK_STALE, [clock.now(), list(set(subject_ids))])
        marked = cursor.rowcount
    if marked:
        wake_after_commit(EVALUATE_STALE_TASK)
