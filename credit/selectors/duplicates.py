"""What pages show of subjects that stand twice in the directory (S1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Q, QuerySet
from django.urls import reverse

from credit.acts.duplicates import DUPLICATE_ACTS
from credit.acts.subjects import may_keep_directory
from credit.models import DuplicatePair, MovedRows, Subject, SubjectMerge
from credit.services.references import REFERENCES, Decision, Reference, visible_rows
from departments.actors import fills_in, is_staff_member
from departments.roles import Function, Role
from matters.selectors import category_names
from records.actor import Actor
from records.excel import Column, Sheet, kinds
from records.paging import capped_count
from records.worklist import WorkItem

ORDER = ("-id",)

DUPLICATE_SHEET = Sheet(
    title="疑似重复对象",
    columns=(
        Column("first", "对象一", kinds.text(120), width=36),
        Column("first_identifier", "对象一标识", kinds.text(40), width=24),
        Column("first_address", "对象一地址", kinds.text(200), width=36),
        Column("second", "对象二", kinds.text(120), width=36),
        Column("second_identifier", "对象二标识", kinds.text(40), width=24),
        Column("second_address", "对象二地址", kinds.text(200), width=36),
        Column("reasons", "相似之处", kinds.text(200), width=36),
        Column("state", "状态", kinds.text(20), width=14),
        Column("proposed_by", "提出人", kinds.text(60), width=12),
        Column("decided_by", "决定人", kinds.text(60), width=12),
        Column("decision", "理由", kinds.text(300), width=40),
    ),
)


def pairs_for(actor: Actor) -> QuerySet[DuplicatePair]:
    """The pairs a person may know of, with what their rows and pages show."""
    return DuplicatePair.objects.visible_to(actor).select_related(
        "region", "first__township", "second__township"
    )


def sheet_rows(pairs: Iterable[DuplicatePair]) -> Iterator[dict[str, Any]]:
    """Pairs as rows of ``DUPLICATE_SHEET``; natural persons stand masked."""
    for pair in pairs:
        yield {
            "first": pair.first.shown_name,
            "first_identifier": pair.first.shown_identifier,
            "first_address": pair.first.shown_address,
            "second": pair.second.shown_name,
            "second_identifier": pair.second.shown_identifier,
            "second_address": pair.second.shown_address,
            "reasons": "；".join(pair.reason_words),
            "state": pair.get_state_display(),
            "proposed_by": pair.proposed_by,
            "decided_by": pair.decided_by,
            "decision": pair.reason or pair.decision,
        }


@dataclass(frozen=True)
class Compared:
    """One fact of both, as far as it is shown; ``name`` is its field, empty where nothing can be
    chosen. Masked values may look alike and differ."""

    name: str
    label: str
    first: str
    second: str
    same: bool


def compared(pair: DuplicatePair) -> list[Compared]:
    """The facts of both side by side."""
    names = category_names()
    one, other = pair.first, pair.second

    def categories(subject: Subject) -> str:
        return "、".join(names.get(code, code) for code in subject.categories)

    rows = (
        ("", "标识", [s.shown_identifier for s in (one, other)], "identifier"),
        ("", "标识类型", [s.get_id_kind_display() for s in (one, other)], "id_kind"),
        ("name", "名称", [s.shown_name for s in (one, other)], "name"),
        ("address", "地址", [s.shown_address for s in (one, other)], "address"),
        (
            "township",
            "乡镇街道",
            [s.township.name if s.township else "全区" for s in (one, other)],
            "township_id",
        ),
        ("industry_class", "行业代码", [s.industry_class for s in (one, other)], "industry_class"),
        ("status", "状态", [s.get_status_display() for s in (one, other)], "status"),
        ("", "对象类别", [categories(s) for s in (one, other)], "categories"),
        ("", "信用风险等级", [s.get_grade_display() for s in (one, other)], "grade"),
        ("", "标签", ["、".join(s.labels) for s in (one, other)], "labels"),
    )
    return [
        Compared(name, label, *shown, getattr(one, field) == getattr(other, field))
        for name, label, shown, field in rows
    ]


def as_they_were(pair: DuplicatePair, merge: SubjectMerge) -> None:
    """Let a merged pair show the facts of both before the merge."""
    known = {field.attname for field in Subject._meta.concrete_fields}
    for side in ("first", "second"):
        kept = merge.before[str(getattr(pair, f"{side}_id"))]
        values = {name: value for name, value in kept.items() if name in known}
        setattr(pair, side, Subject(**values))


@dataclass(frozen=True)
class Tally:
    """How many rows of one kind name each of the two, as far as the person may know."""

    label: str
    first: int
    second: int
    moves: bool


def tallies(actor: Actor, pair: DuplicatePair) -> list[Tally]:
    """What names the two, kind by kind where there is something; a query each."""
    subjects = (pair.first, pair.second)
    found = []
    for reference in REFERENCES.values():
        if reference.listed:
            counts = reference.counts(actor, subjects)
            first, second = (counts.get(subject.pk, 0) for subject in subjects)
            moves = reference.decision is Decision.MOVE
            if first or second:
                found.append(Tally(reference.label, first, second, moves))
    return found


@dataclass(frozen=True)
class Moved:
    """How many rows of one kind a merge found, and what became of them."""

    label: str
    what: str
    count: int


def moved_by(actor: Actor, merge: SubjectMerge) -> list[Moved]:
    """What a merge did, kind by kind, as far as the person may know; a query each."""
    found = []
    for rows in merge.rows.all():
        reference = REFERENCES.get((rows.model, rows.field))
        if reference is None or not reference.listed:
            continue
        count = _known(actor, rows)
        if count:
            found.append(Moved(_label(reference), rows.get_what_display(), count))
    return found


def _label(reference: Reference) -> str:
    return reference.label.partition("（")[0]


def _known(actor: Actor, rows: MovedRows) -> int:
    if rows.what == MovedRows.What.DROPPED:
        return len(rows.ids)
    model = apps.get_model(rows.model)
    return visible_rows(actor, model._base_manager.filter(pk__in=rows.ids)).count()


def waiting_for(actor: Actor, subject: Subject) -> list[DuplicatePair]:
    """The pairs of a subject that nobody has decided."""
    pairs = pairs_for(actor).waiting()  # type: ignore[attr-defined]
    return list(pairs.filter(Q(first=subject) | Q(second=subject)).order_by(*ORDER)[:5])


def merge_of(subject: Subject) -> SubjectMerge | None:
    """The merge by which a subject went into another."""
    return SubjectMerge.objects.filter(merged=subject).select_related("merged").first()


def merged_into(subject: Subject) -> list[SubjectMerge]:
    """The merges whose other side is part of this subject now."""
    merges = SubjectMerge.objects.filter(merged__merged_into=subject)
    return list(merges.select_related("merged").order_by("-id"))


def pending_duplicates(actor: Actor) -> list[WorkItem]:
    """Proposals to merge that wait for the person's decision; for who keeps the directory one row
    that leads to all pairs that nobody has looked at."""
    return [*_to_decide(actor), *_to_look_at(actor)]


def _to_look_at(actor: Actor) -> list[WorkItem]:
    if not may_keep_directory(actor) or not actor.has_role(Role.CLERK):
        return []
    found = pairs_for(actor).filter(region__code=actor.region_code, state=DuplicatePair.State.FOUND)
    number = capped_count(found.order_by())
    if not number.value:
        return []
    many = f"{number.value} 对以上" if number.capped else f"{number.value} 对"
    url = f"{reverse('credit:duplicate-list')}?state={DuplicatePair.State.FOUND}"
    return [WorkItem("核对疑似重复对象", many, url, "核对")]


def _to_decide(actor: Actor) -> list[WorkItem]:
    decides = is_staff_member(actor) and actor.has_role(Role.HEAD)
    if not decides or not any(
        fills_in(actor, function, actor.region_code)
        for function in (Function.COORDINATION, Function.CREDIT)
    ):
        return []
    label = DUPLICATE_ACTS["approve"].label
    waiting = pairs_for(actor).filter(
        region__code=actor.region_code, state=DuplicatePair.State.PROPOSED
    )
    return [
        WorkItem(label, str(pair), pair.get_absolute_url(), label)
        for pair in waiting.order_by("proposed_at")
    ]
