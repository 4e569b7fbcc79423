"""Finding entries that may be the same subject (S1), a batch of changed subjects at a time.

Database triggers enter every new or changed subject in ``Uncompared``. A batch brings the keys of
its subjects up to date and looks, by index, who shares one; a key that many share says nothing.
Its cost depends on the batch alone, however large the directory is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.db import connection, transaction
from django.db.models import Q

from credit import likeness
from credit.acts import SUBJECT_ACTS
from credit.models import DuplicatePair, Subject, SubjectKey, Uncompared
from credit.models.duplicates import BY_HAND
from credit.validation import normalise_identifier
from departments.models import Region
from records.actor import Actor
from records.errors import Refused

COMPARE_TASK = "credit.compare_subjects"
STEP = 500
"""Subjects per transaction: whoever changes one of them meanwhile waits for its end."""
MOST_SHARING = 20
"""A key that more subjects have is that of a kind of name or place, not of a subject."""
_MOST_HINTS = 5
_LOCK = 0x616C696B65
"""Key of the advisory lock ("alike"): two batches at once would not see each other's keys."""

_SHARING = """
SELECT asked.value, held.subject_id
FROM unnest(%s::bigint[]) AS asked(value)
CROSS JOIN LATERAL (
    SELECT subject_id FROM credit_subjectkey WHERE value = asked.value LIMIT %s
) AS held
"""


def compare_due() -> int:
    """Compare every subject that waits for it; returns how many. A killed call leaves them to the
    next, and does nothing while another is at it."""
    compared = 0
    while step := _step():
        compared += step
    return compared


def _step() -> int:
    with transaction.atomic():
        if not _alone():
            return 0
        due = Uncompared.objects.select_for_update(skip_locked=True).order_by("pk")
        ids = list(due.values_list("pk", flat=True)[:STEP])
        if ids:
            _compare(ids)
            Uncompared.objects.filter(pk__in=ids).delete()
        return len(ids)


def _alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        return bool(cursor.fetchone()[0])


def _compare(ids: Sequence[int]) -> None:
    """Bring keys and pairs of these subjects to what they are now."""
    places = _Places()
    subjects = Subject.objects.current().in_bulk(ids)
    entries = {pk: places.entry(subject) for pk, subject in subjects.items()}
    keys = {pk: likeness.keys(subjects[pk].region_id, entry) for pk, entry in entries.items()}
    SubjectKey.objects.filter(subject__in=ids).delete()
    SubjectKey.objects.bulk_create(
        (SubjectKey(subject_id=pk, value=value) for pk, values in keys.items() for value in values),
        batch_size=5_000,
    )
    sharing = _sharing({value for values in keys.values() for value in values})
    met = {
        (min(pk, other), max(pk, other))
        for pk, values in keys.items()
        for value in values
        for other in sharing.get(value, ())
        if other != pk
    }
    others = {pk for pair in met for pk in pair} - entries.keys()
    for pk, subject in Subject.objects.current().in_bulk(others).items():
        subjects[pk], entries[pk] = subject, places.entry(subject)
    alike = {}
    for pair in met:
        one, other = map(subjects.get, pair)
        # Who was merged meanwhile is no subject of its own any more; people are not businesses.
        if one is None or other is None or one.is_natural_person != other.is_natural_person:
            continue
        if reasons := likeness.why_alike(entries[pair[0]], entries[pair[1]]):
            alike[pair] = reasons
    _write(ids, alike, subjects)


def _sharing(values: Iterable[int]) -> dict[int, list[int]]:
    """Who has each key; nobody where too many have."""
    with connection.cursor() as cursor:
        cursor.execute(_SHARING, [list(values), MOST_SHARING + 1])
        found: dict[int, list[int]] = defaultdict(list)
        for value, subject in cursor.fetchall():
            found[value].append(subject)
    return {value: held for value, held in found.items() if len(held) <= MOST_SHARING}


def _write(
    ids: Sequence[int],
    alike: dict[tuple[int, int], list[str]],
    subjects: dict[int, Subject],
) -> None:
    """Enter the pairs that are new, and take back found ones that are alike no more. What a person
    has decided or told stays."""
    known = DuplicatePair.objects.filter(Q(first__in=ids) | Q(second__in=ids))
    stored = {(pair.first_id, pair.second_id): pair for pair in known.order_by("pk")}
    gone = [
        pair.pk
        for key, pair in stored.items()
        if pair.state == DuplicatePair.State.FOUND
        and key not in alike
        and BY_HAND not in pair.reasons
    ]
    DuplicatePair.objects.filter(pk__in=gone, state=DuplicatePair.State.FOUND).delete()
    for key, pair in stored.items():
        if pair.state in DuplicatePair.WAITING and key in alike:
            by_hand = [BY_HAND] if BY_HAND in pair.reasons else []
            if pair.reasons != [*by_hand, *alike[key]]:
                DuplicatePair.objects.filter(pk=pair.pk).update(reasons=[*by_hand, *alike[key]])
    DuplicatePair.objects.bulk_create(
        (
            DuplicatePair(
                region_id=subjects[first].region_id,
                first_id=first,
                second_id=second,
                reasons=alike[first, second],
            )
            for first, second in sorted(alike)
            if (first, second) not in stored
        ),
        ignore_conflicts=True,
    )


@dataclass(frozen=True)
class Lookalike:
    """A subject that resembles what is being entered, and why."""

    subject: Subject
    reasons: list[str]


def resembling(actor: Actor, entry: likeness.Entry, region: Region) -> list[Lookalike]:
    """Subjects that a new entry may be once more, the strongest resemblance first, by a few
    queries."""
    places = _Places()
    entry = replace(entry, places=places.of(entry.township or region.pk))
    sharing = _sharing(likeness.keys(region.pk, entry))
    ids = {pk for held in sharing.values() for pk in held}
    found = []
    for subject in Subject.objects.visible_to(actor).current().filter(pk__in=ids).order_by("pk"):
        if reasons := likeness.why_alike(entry, places.entry(subject)):
            found.append(Lookalike(subject, reasons))
    order = list(likeness.REASONS)
    found.sort(key=lambda one: order.index(one.reasons[0]))
    return found[:_MOST_HINTS]


def tell_duplicate(actor: Actor, pk: int, identifier: str, reason: str) -> DuplicatePair:
    """Enter by hand that a subject stands in the directory once more, under ``identifier``.

    A pair that was told apart is looked at again. Raises ``NotAllowed``, or ``Refused`` without a
    reason or another current subject of that identifier.
    """
    with SUBJECT_ACTS.take(actor, "duplicate", pk, opinion=reason) as subject:
        wanted = normalise_identifier(identifier)
        others = Subject.objects.visible_to(actor).current().filter(region_id=subject.region_id)
        found = list(others.filter(identifier=wanted).exclude(pk=pk).order_by("pk")[:2])
        if not found:
            raise Refused("名录中没有使用这一标识的其他对象。", field="identifier")
        if len(found) > 1:
            raise Refused("有几个对象使用这一标识，请从另一个对象的页面登记。", field="identifier")
        low, high = sorted((pk, found[0].pk))
        pair, created = DuplicatePair.objects.select_for_update(of=("self",)).get_or_create(
            first_id=low,
            second_id=high,
            defaults={"region_id": subject.region_id, "reasons": [BY_HAND]},
        )
        if not created and pair.state in (
            DuplicatePair.State.DISMISSED,
            DuplicatePair.State.OBSOLETE,
        ):
            pair.state = DuplicatePair.State.FOUND
        if BY_HAND not in pair.reasons:
            pair.reasons = [BY_HAND, *pair.reasons]
        pair.save(update_fields=("state", "reasons"))
    return pair


class _Places:
    """The names of regions with those around them, from the widest to the region itself, read
    once each."""

    def __init__(self) -> None:
        self._names: dict[int, tuple[str, ...]] = {}

    def of(self, pk: int) -> tuple[str, ...]:
        if pk not in self._names:
            code = Region.objects.values_list("code", flat=True).get(pk=pk)
            around = Region.objects.filter(code__in={code[:end] for end in (2, 4, 6, 9, 12)})
            self._names[pk] = tuple(around.order_by("code").values_list("name", flat=True))
        return self._names[pk]

    def entry(self, subject: Subject) -> likeness.Entry:
        return likeness.Entry(
            id_kind=subject.id_kind,
            identifier=subject.identifier,
            name=subject.name,
            address=subject.address,
            township=subject.township_id,
            places=self.of(subject.township_id or subject.region_id),
        )
