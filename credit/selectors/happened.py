"""What this floor tells of a subject in its timeline."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from credit.models import CreditEvent, Petition, Sanction, Subject, SubjectChange, WhiteListEntry
from credit.selectors.petitions import mark_of, marked, petitions_for
from credit.selectors.timeline import Line, Source
from credit.services.origins import ORIGINS
from records.actor import Actor
from records.moments import LocalMidnight

_GRADES = ("grade",)


def _changes(actor: Actor, subject: Subject) -> QuerySet[SubjectChange]:
    return _history(actor, subject).exclude(field__in=_GRADES)


def _grades(actor: Actor, subject: Subject) -> QuerySet[SubjectChange]:
    return _history(actor, subject).filter(field__in=_GRADES)


def _history(actor: Actor, subject: Subject) -> QuerySet[SubjectChange]:
    """Who sees the subject sees its history."""
    seen = Subject.objects.visible_to(actor).filter(pk=subject.pk)
    return SubjectChange.objects.filter(subject__in=seen).select_related("subject")


def _change_line(change: SubjectChange) -> Line:
    if change.field == "created":
        return Line(title=change.field_label, note=_by(change))
    title = f"{change.field_label}：{change.shown_old or '空'} → {change.shown_new or '空'}"
    return Line(title=title, note=_by(change))


def _by(change: SubjectChange) -> str:
    who = " ".join(filter(None, (change.department_name, change.actor_name)))
    return f"{who}，{change.source}" if who else change.source


def _facts(actor: Actor, subject: Subject) -> QuerySet[CreditEvent]:
    """What other systems told; what this one knows itself stands in its own lines."""
    own = [origin.source for origin in ORIGINS.values()]
    told = CreditEvent.objects.visible_to(actor).filter(subject=subject).exclude(source__in=own)
    return marked(told)


def _fact_line(event: CreditEvent) -> Line:
    told = [event.get_kind_display(), event.source]
    if event.basis:
        told.append(event.basis)
    if event.until:
        told.append(f"效力止于 {event.until:%Y-%m-%d}")
    state, tone = mark_of(event)
    return Line(title=event.title, note="，".join(told), state=state, tone=tone, is_day=True)


def _sanctions(actor: Actor, subject: Subject) -> QuerySet[Sanction]:
    found = Sanction.objects.visible_to(actor).filter(subject=subject)
    return found.exclude(state=Sanction.State.DISCARDED).select_related("department")


def _sanction_line(sanction: Sanction) -> Line:
    note = f"{sanction.since:%Y-%m-%d} 至 {sanction.until:%Y-%m-%d}" if sanction.until else ""
    if sanction.ended_at:
        note = f"{note}；{sanction.end_reason}".strip("；")
    return Line(
        title=str(sanction.get_trigger_display()),
        note=note,
        department=sanction.department,
        url=sanction.get_absolute_url(),
        state=sanction.get_state_display(),
        tone=sanction.state_tone,
    )


def _white_list(actor: Actor, subject: Subject) -> QuerySet[WhiteListEntry]:
    found = WhiteListEntry.objects.visible_to(actor).filter(subject=subject)
    return found.select_related("department")


def _white_list_line(entry: WhiteListEntry) -> Line:
    note = f"{entry.since:%Y-%m-%d} 至 {entry.until:%Y-%m-%d}" if entry.until else ""
    if entry.ended_at:
        note = f"{note}；{entry.end_reason}".strip("；")
    return Line(
        title="白名单",
        note=note,
        department=entry.department,
        url=entry.get_absolute_url(),
        state=entry.get_state_display(),
        tone=entry.state_tone,
    )


def _petitions(actor: Actor, subject: Subject) -> QuerySet[Petition]:
    return petitions_for(actor).filter(subject=subject)


def _petition_line(petition: Petition) -> Line:
    note = "；".join(str(item) for item in petition.items.all())
    if petition.outcome:
        note = f"{petition.get_outcome_display()}：{note}"
    return Line(
        title=f"{petition.get_kind_display()}申请",
        note=note,
        department=petition.department,
        url=petition.get_absolute_url(),
        state=petition.get_state_display(),
        tone=petition.state_tone,
    )


def _of(department: int) -> Q:
    return Q(department_id=department)


SOURCES = (
    Source(
        code="change",
        label="名录变更",
        icon="edit",
        rows=_changes,
        at="at",
        line=_change_line,
    ),
    Source(
        code="grade",
        label="等级变化",
        icon="stairs",
        rows=_grades,
        at="at",
        line=_change_line,
    ),
    Source(
        code="fact",
        label="外部信用记录",
        icon="database-import",
        rows=_facts,
        at=LocalMidnight("happened_on"),
        line=_fact_line,
    ),
    Source(
        code="sanction",
        label="失信惩戒",
        icon="gavel",
        rows=_sanctions,
        at=Coalesce("signed_at", "created_at"),
        line=_sanction_line,
        of_department=_of,
        open=Q(state__in=Sanction.OPEN),
    ),
    Source(
        code="white_list",
        label="白名单",
        icon="list-check",
        rows=_white_list,
        at=Coalesce("approved_at", "created_at"),
        line=_white_list_line,
        of_department=_of,
        open=Q(state__in=(WhiteListEntry.State.REVIEW, WhiteListEntry.State.CONSENT)),
    ),
    Source(
        code="petition",
        label="异议与修复",
        icon="message-question",
        rows=_petitions,
        at=Coalesce("decided_at", "created_at"),
        line=_petition_line,
        of_department=lambda pk: Q(department_id=pk) | Q(verifier_id=pk),
        open=Q(state__in=Petition.OPEN),
    ),
)
