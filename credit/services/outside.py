"""What other systems and bodies know of subjects: ratings, lists, penalties from outside (S4)."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models.functions import Coalesce

from credit.models import CreditEvent, Subject
from credit.rules.events import EVENT_KINDS, MAX_AMOUNT
from credit.services.events import Told, tell_each
from credit.validation import normalise_identifier
from departments.actors import fills_in
from departments.models import Region
from departments.roles import Function
from records import clock, trail
from records.actor import Actor
from records.became import UNCHANGED
from records.errors import NotAllowed, Refused

MOST_FACTS = 1_000
SOURCE_LENGTH = 40
_BATCH = 2_000
_PREFIX = "外部："


@dataclass(frozen=True, slots=True)
class OutsideFact:
    """One fact as another system tells it. ``value`` is a number, or the word of a rating (优);
    ``key`` is the fact's own number there, so that told again it stands once."""

    identifier: str
    kind: str
    day: dt.date
    value: str
    title: str
    key: str
    basis: str = ""
    until: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the fact at ``index`` (from 0), at which of its fields."""

    index: int
    field: str
    message: str


class UnsoundFacts(Refused):
    """Facts that were refused, all of them; ``faults`` says everything that is wrong."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = faults
        first = faults[0]
        super().__init__(f"第 {first.index + 1} 条：{first.message}。", field=first.field)


def is_outside(source: str) -> bool:
    """Whether a credit event with this source was told by another body."""
    return source.startswith(_PREFIX)


def outside_name(source: str) -> str:
    """The name of the body that told it."""
    return source.removeprefix(_PREFIX)


def may_tell(actor: Actor) -> bool:
    """Clerks of the credit group take in what others know."""
    return fills_in(actor, Function.CREDIT, actor.region_code)


def amount_of(kind: str, value: str) -> int | None:
    """The amount that a value stands for: a rating's word or a whole number; None for neither."""
    scale = EVENT_KINDS[kind].scale
    text = value.strip()
    if text in scale:
        return scale.index(text)
    if scale or not (text.isascii() and text.isdecimal()):
        return None
    return int(text) if len(text) <= len(str(MAX_AMOUNT)) and int(text) <= MAX_AMOUNT else None


def subjects_by_identifier(
    region_code: str, identifiers: Iterable[str]
) -> Mapping[str, Sequence[int]]:
    """The ids of the region's subjects by identifier, of survivors for those that were merged; a
    query per two thousand."""
    wanted = sorted(set(identifiers))
    found: dict[str, list[int]] = defaultdict(list)
    for start in range(0, len(wanted), _BATCH):
        batch = wanted[start : start + _BATCH]
        rows = Subject.objects.identified(batch).filter(region__code=region_code)
        reached = rows.annotate(reached=Coalesce("merged_into", "pk")).order_by("pk")
        for identifier, pk in reached.values_list("identifier", "reached"):
            if pk not in found[identifier]:
                found[identifier].append(pk)
    return found


def faults(
    region_code: str, facts: Sequence[OutsideFact], source: str | None = None
) -> list[Fault]:
    """Everything that is wrong with the facts; with their ``source`` also that it has told of
    other regions under their numbers."""
    known = subjects_by_identifier(region_code, (normalised(fact) for fact in facts))
    times = Counter(fact.key for fact in facts)
    elsewhere = _told_elsewhere(region_code, source, times) if source else set()
    today = clock.today()
    found = []
    for index, fact in enumerate(facts):
        subjects = known.get(normalised(fact), ())
        if not subjects:
            found.append(Fault(index, "identifier", f"名录中没有标识“{fact.identifier}”"))
        elif len(subjects) > 1:
            found.append(
                Fault(index, "identifier", f"标识“{fact.identifier}”对应多个监管对象，无法确定")
            )
        if fact.kind not in EVENT_KINDS:
            found.append(Fault(index, "kind", f"没有“{fact.kind}”这种信用记录"))
        elif amount_of(fact.kind, fact.value) is None:
            words = "、".join(EVENT_KINDS[fact.kind].scale)
            wanted = f"应为{words}之一" if words else f"应为 0 到 {MAX_AMOUNT} 的整数"
            found.append(Fault(index, "value", f"“{fact.value}”{wanted}"))
        if fact.day > today:
            found.append(Fault(index, "day", f"发生日期 {fact.day} 还没有到"))
        if fact.until and fact.until < fact.day:
            found.append(Fault(index, "until", "效力止日早于发生日期"))
        if times[fact.key] > 1:
            found.append(Fault(index, "key", f"编号“{fact.key}”重复"))
        if fact.key in elsewhere:
            words = f"“{source}”的编号“{fact.key}”已由其他地区登记，请在来源单位名称中写明地区"
            found.append(Fault(index, "key", words))
    return found


def _told_elsewhere(region_code: str, source: str, keys: Iterable[str]) -> set[str]:
    """Which numbers of a source name facts about subjects of other regions: told here, they would
    be taken away there."""
    wanted = sorted(keys)
    found: set[str] = set()
    for start in range(0, len(wanted), _BATCH):
        events = CreditEvent.objects.filter(
            source=f"{_PREFIX}{source}", source_key__in=wanted[start : start + _BATCH]
        )
        others = events.exclude(subject__region__code=region_code)
        found.update(others.values_list("source_key", flat=True))
    return found


def normalised(fact: OutsideFact) -> str:
    """The identifier as the directory writes it."""
    return normalise_identifier(fact.identifier)


def tell_outside(actor: Actor, source: str, facts: Sequence[OutsideFact]) -> tuple[int, int]:
    """As ``take_in``; returns how many facts are new or changed, and how many stood already."""
    became = take_in(actor, source, facts)
    unchanged = became.count(UNCHANGED)
    return len(became) - unchanged, unchanged


@transaction.atomic
def take_in(actor: Actor, source: str, facts: Sequence[OutsideFact]) -> list[str]:
    """Take in what ``source`` knows, all or none; returns what became of each fact: created,
    updated or unchanged.

    Raises ``NotAllowed``; ``UnsoundFacts`` with everything that is wrong.
    """
    if not may_tell(actor):
        raise NotAllowed("只有联合信用监管组可以登记外部信用记录。", verb="credit_event.tell")
    if wrong := faults(actor.region_code, facts, source):
        raise UnsoundFacts(wrong)
    known = subjects_by_identifier(actor.region_code, (normalised(fact) for fact in facts))
    told = [
        Told(
            subject_id=known[normalised(fact)][0],
            kind=fact.kind,
            day=fact.day,
            title=fact.title,
            source=f"{_PREFIX}{source}",
            key=fact.key,
            amount=amount_of(fact.kind, fact.value) or 0,
            until=fact.until,
            basis=fact.basis,
        )
        for fact in facts
    ]
    became = tell_each(actor, told)
    unchanged = became.count(UNCHANGED)
    trail.record(
        actor,
        "credit_event.tell",
        "登记外部信用记录",
        Region.objects.get(code=actor.region_code),
        after={
            "source": source,
            "written": len(became) - unchanged,
            "unchanged": unchanged,
        },
        region_code=actor.region_code,
    )
    return became
