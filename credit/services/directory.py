"""Every write to the subjects' directory: in bulk from a file or another system, and by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import compress
from typing import Any, TypeAlias

from django.db import transaction

from credit.acts import SUBJECT_ACTS, may_keep_directory
from credit.models import Subject, SubjectChange
from credit.selectors.directory import (
    BATCH,
    Alias,
    Held,
    Scope,
    StoredEntry,
    as_input,
    held,
    scope_of,
    stored_entry,
    with_judged,
)
from credit.services.evaluations import JUDGED
from credit.services.events import mark_stale
from credit.validation import Complaint, SubjectInput, complaints, fingerprint
from departments.roles import Function
from records import trail
from records.actor import Actor
from records.acts import deadlock_in_words
from records.errors import Conflict, NotAllowed, Refused
from records.rows import insert, upsert

FACTS = ("name", "categories", "industry_class", "address", "township", "status")
_NAMED_ALIASES = 5
_WRITTEN = ("name", "categories", "industry_class", "address", "township", "grade", "status")
_COLUMNS = ("name", "categories", "industry_class", "address", "township_id", "grade", "status")

Difference: TypeAlias = tuple[str, str, str]
"""A field by name, or ``created`` for the entry itself, with its values before and after in
words."""


@dataclass(frozen=True)
class Upserted:
    """How many entries a bulk write created, updated and found as they were, and which rows named
    subjects that were merged into others."""

    created: int
    updated: int
    unchanged: int
    aliases: tuple[Alias, ...] = ()

    def __str__(self) -> str:
        words = f"新增 {self.created} 条，更新 {self.updated} 条，无变化 {self.unchanged} 条"
        return f"{words}。{alias_words(self.aliases)}" if self.aliases else words


@deadlock_in_words()
@transaction.atomic
def upsert_subjects(
    actor: Actor,
    rows: Sequence[SubjectInput],
    source: str,
    progress: Callable[[int], None] | None = None,
    *,
    region_code: str = "",
    known: Held | None = None,
) -> Upserted:
    """Bring the directory of a region to what ``rows`` say; entries not named stay as they are.

    All or none. A row that names a subject which was merged into another is written to that one
    (``Held.reached``). Every changed field leaves a line of history that names ``source``; the call
    leaves one trail entry. ``progress`` is told the number of rows written so far. Entries are
    written in the order of their subjects' keys, new ones last by their identifiers, so that
    whoever judges meanwhile, and another file, lock them in the same order.
    ``region_code`` is the actor's own unless given (the system has none). ``known`` is what the
    directory holds of what the rows name, if it was looked up in this transaction. Costs a
    constant number of queries per ``BATCH`` rows.

    Raises ``NotAllowed``, or ``Refused`` for the first row that is unsound, named twice, or
    changes a grade that came out of an evaluation, or any without the actor being of the credit
    group; ``Conflict`` when one of them was entered, merged or judged at the same moment.
    """
    if not actor.is_system and not may_keep_directory(actor):
        raise NotAllowed("您没有维护监管对象名录的权限。", verb="subject.upsert")
    known = known or held(scope_of(region_code or actor.region_code), rows)
    scope = known.scope
    _ensure_sound(rows, scope)
    entries, aliases = known.reached(rows)
    written, reopened = _in_order(known, [entry for entry in entries if entry is not None])
    # Before any subject is held: whoever judges holds notes first and wants their subjects then.
    mark_stale(reopened)
    created = updated = 0
    unjudged: list[int] = []
    left_out = len(rows) - len(written)
    for start in range(0, len(written), BATCH):
        batch = written[start : start + BATCH]
        new, changed = _write_batch(actor, known, batch, source, unjudged)
        created += new
        updated += changed
        if progress:
            progress(left_out + start + len(batch))
    mark_stale(unjudged)
    result = Upserted(created, updated, len(rows) - created - updated, tuple(aliases))
    trail.record(
        actor,
        "subject.upsert",
        "批量更新监管对象名录",
        scope.region,
        after={
            "source": source,
            "created": result.created,
            "updated": result.updated,
            "unchanged": result.unchanged,
        }
        | ({"merged_before": len(aliases)} if aliases else {}),
        region_code=scope.region.code,
    )
    return result


def faults(
    actor: Actor, rows: Sequence[SubjectInput], known: Held | None = None
) -> list[tuple[int, Complaint]]:
    """Everything for which a bulk write to the actor's region would be refused, with the index of
    its row; found without writing, in a constant number of queries per ``BATCH`` rows unless what
    the directory holds of them is ``known``."""
    known = known or held(scope_of(actor.region_code), rows)
    entries, _ = known.reached(rows)
    seen: set[tuple[str, str]] = set()
    found: list[tuple[int, Complaint]] = []
    for number, row in enumerate(rows):
        found += [(number, complaint) for complaint in complaints(row, known.scope.catalogue)]
        if row.key in seen:
            words = f"前面已有标识为“{row.identifier}”的一项，同一对象一次只能报一项"
            found.append((number, Complaint("identifier", words)))
        seen.add(row.key)
        entry = entries[number]
        before = known.stored.get(entry.key) if entry else None
        if entry and before and (words := grade_complaint(actor, before, entry)):
            found.append((number, Complaint("grade", words)))
    return found


def alias_words(aliases: Sequence[Alias]) -> str:
    """That rows named merged subjects, and whom they reached, in words."""
    named = "、".join(
        f"{alias.shown_identifier}（{alias.survivor.shown_identifier}）"
        for alias in aliases[:_NAMED_ALIASES]
    )
    more = "等" if len(aliases) > _NAMED_ALIASES else ""
    return f"其中 {len(aliases)} 条的标识已并入其他对象，写入括号内的对象：{named}{more}"


def create_subject(actor: Actor, entry: SubjectInput, reason: str) -> Subject:
    """Enter one subject by hand.

    Raises ``NotAllowed``, or ``Refused`` for an unsound entry or one that is there already.
    """
    if not may_keep_directory(actor):
        raise NotAllowed("您没有新增监管对象的权限。", verb="subject.create")
    if not reason.strip():
        raise Refused("请填写新增理由。", field="reason")
    scope = scope_of(actor.region_code)
    _ensure_sound([entry], scope)
    with transaction.atomic():
        subject, created = Subject.objects.get_or_create(
            region=scope.region,
            id_kind=entry.id_kind,
            identifier=entry.identifier,
            defaults=_columns(entry, scope),
        )
        if not created and subject.merged_into:
            into = subject.merged_into
            raise Refused(
                f"该标识的对象已并入“{into}”（{into.shown_identifier}），不需要重复录入。",
                field="identifier",
            )
        if not created:
            raise Refused(f"该标识已在名录中，名称为“{subject}”。", field="identifier")
        told = _change(actor, subject.pk, ("created", "", entry.name), _by_hand(reason))
        SubjectChange.objects.create(**told)
        mark_stale([subject.pk])
        after = {name: value for name, value in trail.snapshot(subject).items() if value}
        trail.record(
            actor, "subject.create", "新增监管对象", subject, opinion=reason.strip(), after=after
        )
    return subject


def update_subject(
    actor: Actor, pk: int, values: Mapping[str, Any], reason: str, *, seen: str = ""
) -> Subject:
    """Change facts of one subject by hand; ``values`` are by the names in ``FACTS`` (``township``
    as a code, ``categories`` as codes). The grade has its own act. ``seen`` is the fingerprint of
    the entry that the person looked at.

    Raises ``NotAllowed``, ``Conflict`` when somebody has changed the entry since, or ``Refused``
    for unsound values, no change at all, or no reason.
    """
    if unknown := set(values) - set(FACTS):
        raise ValueError(f"not facts of a subject: {sorted(unknown)}")
    changes = dict(values)
    if "township" in changes:
        changes["township_code"] = changes.pop("township")
    if "categories" in changes:
        changes["categories"] = tuple(changes["categories"])
    return _amend(actor, "edit", pk, changes, reason, seen)


def grade_subject(actor: Actor, pk: int, grade: str, reason: str) -> Subject:
    """Change the grade of one subject by hand; the credit group's act.

    Raises ``NotAllowed``, or ``Refused`` for an unknown or the present grade, or no reason.
    """
    return _amend(actor, "grade", pk, {"grade": grade}, reason)


def _amend(
    actor: Actor, act: str, pk: int, changes: Mapping[str, Any], reason: str, seen: str = ""
) -> Subject:
    with SUBJECT_ACTS.take(actor, act, pk, opinion=reason) as subject:
        scope = scope_of(subject.region.code)
        before = as_input(subject)
        ensure_unchanged(before, seen)
        after = replace(before, **changes)
        _ensure_sound([after], scope)
        differences = _differences(before, after, scope)
        if not differences:
            raise Refused("没有任何改动。")
        for name, value in _columns(after, scope).items():
            setattr(subject, name, value)
        source = _by_hand(reason)
        insert(SubjectChange, [_change(actor, pk, each, source) for each in differences])
        if _begins_to_be_judged(before.status, after.status):
            mark_stale([subject.pk])
    return subject


def ensure_unchanged(entry: object, seen: str) -> None:
    """Raise ``Conflict`` unless ``seen`` is empty or the fingerprint of the entry as it stands."""
    if seen and seen != fingerprint(entry):
        raise Conflict("页面打开之后这条记录已被他人修改，请返回查看最新内容后重新修改。")


def _in_order(known: Held, entries: Sequence[SubjectInput]) -> tuple[list[SubjectInput], list[int]]:
    """The entries in the order of the keys of their subjects, new ones last, and the subjects that
    begin to be judged again."""
    stored = known.stored
    there = sorted(
        (entry for entry in entries if entry.key in stored), key=lambda entry: stored[entry.key].pk
    )
    begin = [
        stored[entry.key].pk
        for entry in there
        if _begins_to_be_judged(stored[entry.key].entry.status, entry.status)
    ]
    new = sorted(
        (entry for entry in entries if entry.key not in stored), key=lambda entry: entry.key
    )
    return [*there, *new], begin


def _write_batch(
    actor: Actor, known: Held, rows: Sequence[SubjectInput], source: str, unjudged: list[int]
) -> tuple[int, int]:
    """Write one batch in one read, one upsert and one insert of history; ``unjudged`` is told who
    has to be judged for the first time, or again."""
    scope = known.scope
    # Without the key: whoever records a fact of a subject, and wants its note next, does not wait.
    found = (
        Subject.objects.select_for_update(of=("self",), no_key=True)
        .identified(row.identifier for row in rows)
        .filter(region=scope.region)
        .select_related("township")
        .order_by("pk")
    )
    stored = {(subject.id_kind, subject.identifier): subject for subject in with_judged(found)}
    touched: list[SubjectInput] = []
    differences: list[list[Difference]] = []
    begin: list[bool] = []
    for row in rows:
        before = stored.get(row.key)
        if before is None:
            told = [("created", "", row.name)]
        elif before.status == Subject.Status.MERGED:
            raise Conflict(f"“{before}”刚刚并入其他对象，本次没有写入，请重新提交。")
        else:
            entry = stored_entry(before)
            if words := grade_complaint(actor, entry, row):
                if known.stored.get(row.key) != entry:
                    raise Conflict(f"“{row.name}”的等级刚刚有变化，本次没有写入，请重新提交。")
                raise Refused(f"“{row.name}”：{words}。", field="grade")
            told = _differences(entry.entry, row, scope)
        if told:
            touched.append(row)
            differences.append(told)
            begin.append(_begins_to_be_judged(before.status if before else "", row.status))
    written = upsert(
        Subject,
        [
            {
                "region_id": scope.region.pk,
                "id_kind": row.id_kind,
                "identifier": row.identifier,
                **_columns(row, scope),
            }
            for row in touched
        ],
        key=("region_id", "id_kind", "identifier"),
        update=(*_COLUMNS, "updated_at"),
    )
    for row, became in zip(touched, written, strict=True):
        if not became.inserted and row.key not in stored:
            raise Conflict(f"“{row.name}”刚刚由他人录入，本次没有写入，请重新提交。")
    ids = [became.pk for became in written]
    insert(
        SubjectChange,
        [
            _change(actor, pk, difference, source)
            for pk, told in zip(ids, differences, strict=True)
            for difference in told
        ],
    )
    unjudged.extend(compress(ids, begin))
    created = sum(row.key not in stored for row in touched)
    return created, len(touched) - created


def _begins_to_be_judged(before: str, after: str) -> bool:
    """Whether a subject of the state ``before`` (empty: a new one) is judged only now."""
    return before not in JUDGED and after in JUDGED


def _ensure_sound(rows: Iterable[SubjectInput], scope: Scope) -> None:
    seen: set[tuple[str, str]] = set()
    for row in rows:
        if found := complaints(row, scope.catalogue):
            first = found[0]
            raise Refused(f"“{row.name or row.identifier}”：{first.message}。", field=first.field)
        if row.key in seen:
            raise Refused(f"标识“{row.identifier}”重复出现。", field="identifier")
        seen.add(row.key)


def grade_complaint(actor: Actor, held: StoredEntry, said: SubjectInput) -> str:
    """Why a bulk write may not bring the grade of ``held`` to that of ``said``; empty when it
    may, or says the same.

    Nobody's file overwrites a grade that came out of an evaluation: that is for an adjustment with
    its reason and term (``credit.services.adjustments``).
    """
    grade = held.entry.grade
    if grade == said.grade:
        return ""
    if held.judged:
        return (
            f"现为 {grade} 级，由信用评价得出，不能用批量数据改变；确需人工调整的，"
            "由联合信用监管组在该对象页面写明理由和期限"
        )
    if actor.is_system or actor.fills(Function.CREDIT):
        return ""
    return f"名录中现为 {grade} 级，只有联合信用监管组可以改变等级"


def _columns(entry: SubjectInput, scope: Scope) -> dict[str, Any]:
    """The facts and the grade by the columns they are written to."""
    return {
        "name": entry.name,
        "categories": list(entry.categories),
        "industry_class": entry.industry_class,
        "address": entry.address,
        "township_id": scope.townships[entry.township_code].pk if entry.township_code else None,
        "grade": entry.grade,
        "status": entry.status,
    }


def _differences(before: SubjectInput, after: SubjectInput, scope: Scope) -> list[Difference]:
    if before == after:
        return []
    old, new = in_words(before, scope), in_words(after, scope)
    return [(name, old[name], new[name]) for name in _WRITTEN if old[name] != new[name]]


def in_words(entry: SubjectInput, scope: Scope) -> dict[str, str]:
    """Values as people read them, so that the history stays readable whatever codes become."""
    known = scope.catalogue.categories
    return {
        "name": entry.name,
        "categories": "、".join(known[c].name if c in known else c for c in entry.categories),
        "industry_class": entry.industry_class,
        "address": entry.address,
        "township": scope.catalogue.townships.get(entry.township_code, entry.township_code),
        "grade": entry.grade,
        "status": Subject.Status(entry.status).label,
    }


def _change(actor: Actor, pk: int, difference: Difference, source: str) -> dict[str, Any]:
    """A line of the history of a subject."""
    name, old, new = difference
    return {
        "subject_id": pk,
        "actor_name": actor.name,
        "department_name": actor.department_name,
        "field": name,
        "old": old[:300],
        "new": new[:300],
        "source": source[:100],
    }


def _by_hand(reason: str) -> str:
    return f"人工维护：{reason.strip()}"
