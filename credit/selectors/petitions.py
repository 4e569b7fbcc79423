"""What pages, files and the API read of objections and credit repairs (S3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils import timezone

from credit.models import CreditEvent, Petition, PetitionItem, Subject
from departments.actors import is_staff_member
from departments.roles import Role
from records import deadlines
from records.actor import Actor
from records.excel import Column, Sheet, kinds
from records.worklist import WorkItem

ORDER = ("-id",)
_S = Petition.State

PETITION_SHEET = Sheet(
    title="异议与修复",
    columns=(
        Column("number", "编号", kinds.integer(), width=8),
        Column("kind", "种类", kinds.text(10), width=10),
        Column("subject", "监管对象", kinds.text(120), width=36),
        Column("items", "所针对的内容", kinds.text(2000), width=60),
        Column("department", "受理部门", kinds.text(100), width=26),
        Column("verifier", "核查部门", kinds.text(100), width=26),
        Column("state", "状态", kinds.text(20), width=14),
        Column("outcome", "结果", kinds.text(20), width=14),
        Column("created_on", "登记日期", kinds.date(), width=12),
        Column("decided_on", "决定日期", kinds.date(), width=12),
    ),
)


def petitions_for(actor: Actor) -> QuerySet[Petition]:
    """The petitions a person may know of, with what lists show."""
    return (
        Petition.objects.visible_to(actor)
        .select_related("subject", "department", "verifier", "holder", "region")
        .prefetch_related("items")
    )


def of_subject(actor: Actor, subject: Subject) -> list[Petition]:
    """The petitions of a subject that the person may know of, newest first."""
    return list(petitions_for(actor).filter(subject=subject)[:20])


def shows_answer(actor: Actor, petition: Petition) -> bool:
    """An answer shows to others once the verifier's head has signed it."""
    return petition.decided_at is not None or petition.verifier_id == actor.department_id


def sheet_rows(petitions: Iterable[Petition]) -> Iterator[dict[str, Any]]:
    """Petitions as rows of ``PETITION_SHEET``; what names a person is masked."""
    for row in petitions:
        yield {
            "number": row.pk,
            "kind": row.get_kind_display(),
            "subject": row.subject.shown_name,
            "items": "；".join(row.subject.masked(str(item)) for item in row.items.all())[:2000],
            "department": row.department.name,
            "verifier": row.verifier.name,
            "state": row.get_state_display(),
            "outcome": row.get_outcome_display(),
            "created_on": timezone.localtime(row.created_at).date(),
            "decided_on": timezone.localtime(row.decided_at).date() if row.decided_at else None,
        }


_MARKS = {
    "open": ("异议中", "warn"),
    PetitionItem.Outcome.GRANTED.value: ("已修复", "ok"),
    PetitionItem.Outcome.LAPSED.value: ("经异议认定失效", "info"),
}


def marked(events: QuerySet[CreditEvent]) -> QuerySet[CreditEvent]:
    """Credit events with what ``mark_of`` reads, by the same query."""
    objected = Q(
        petition__kind=Petition.Kind.OBJECTION, petition__state__in=(_S.VERIFYING, _S.REVIEW)
    )
    ended = Q(ends_on__isnull=False, petition__decided_at__isnull=False)
    items = PetitionItem.objects.filter(objected | ended, event=OuterRef("pk"))
    mark = Case(When(objected, then=Value("open")), default=F("outcome"))
    return events.annotate(mark=Subquery(items.order_by("-pk").values_list(mark)[:1]))


def mark_of(event: CreditEvent) -> tuple[str, str]:
    """What stands beside a fact of ``marked`` wherever it is shown, with its tone: an objection
    about it is taken up, or it ended by an answer; else two empty words."""
    return _MARKS.get(getattr(event, "mark", None) or "", ("", ""))


_CLERK = {
    _S.VERIFYING: ("核查{}申请", "填写核查结果"),
    _S.DECIDED: ("告知申请人{}结果", "登记告知"),
    _S.REVOKED: ("告知申请人撤销{}", "登记告知"),
}
_HEAD = {
    _S.ENTERED: ("决定是否受理{}申请", "办理"),
    _S.REVIEW: ("签发{}核查结果", "签发"),
}


def pending_petitions(actor: Actor) -> list[WorkItem]:
    """What waits for the person: applications to take up or sign, to verify, and applicants to
    tell."""
    if not is_staff_member(actor) or not actor.has_role(Role.CLERK, Role.HEAD):
        return []
    words = (_CLERK if actor.has_role(Role.CLERK) else {}) | (
        _HEAD if actor.has_role(Role.HEAD) else {}
    )
    rows = list(
        Petition.objects.filter(holder_id=actor.department_id, state__in=words).select_related(
            "region", "subject"
        )
    )
    chips = deadlines.chips_for(rows)
    items = []
    for row in rows:
        what, label = words[_S(row.state)]
        chip = chips.get(row.pk)
        what = what.format(row.get_kind_display())
        about = f"{row.subject.shown_name}，{row}"
        items.append(WorkItem(what, about, row.get_absolute_url(), label, chip=chip))
    return items
