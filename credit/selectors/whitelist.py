"""Who may stand on the white list, who stands on it, and whom a routine draw leaves out (S6)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from credit.acts.whitelist import WHITE_LIST_ACTS
from credit.models import CreditEvent, Sanction, Subject, WhiteListEntry, WhiteListNotice
from credit.rules import whitelist as rules
from departments.actors import is_head_of, is_staff_member
from departments.notices import may_acknowledge
from departments.profile import Number, Resolved, number, resolve
from departments.roles import Function, Role
from matters.models import MatterVersion
from records.actor import Actor
from records.excel import Column, Sheet, kinds
from records.periods import months_before
from records.worklist import WorkItem

ORDER = ("-id",)

WHITE_LIST_SHEET = Sheet(
    title="白名单",
    columns=(
        Column("subject", "监管对象", kinds.text(120), width=36),
        Column("scope", "适用事项", kinds.text(120), width=30),
        Column("department", "牵头部门", kinds.text(100), width=26),
        Column("state", "状态", kinds.text(20), width=12),
        Column("since", "自", kinds.date(), width=12),
        Column("until", "至", kinds.date(), width=12),
        Column("approved_by", "批准人", kinds.text(60), width=12),
        Column("reason", "申请理由", kinds.text(300), width=40),
        Column("end_reason", "退出理由", kinds.text(300), width=40),
    ),
)


@dataclass(frozen=True)
class Criterion:
    """One condition as it stands for a subject: what it is, by which document, and what is found;
    ``found`` is empty where it is met."""

    title: str
    source: str
    found: str

    @property
    def met(self) -> bool:
        return not self.found


def criteria(subject: Subject, region_code: str, day: dt.date) -> list[Criterion]:
    """Every condition of the list, line by line, as of a day."""
    worst = resolve(region_code, rules.WORST_GRADE)
    clean = resolve(region_code, rules.CLEAN_MONTHS)
    allowed = "、".join(_grades(worst.value))
    events = CreditEvent.objects.filter(subject=subject)
    penalty = events.filter(_penalised(day, clean.value)).first()
    serious = events.filter(_serious(day)).first()
    sanction = Sanction.objects.in_force().filter(subject=subject).first()
    is_open = subject.status == Subject.Status.OPEN
    fits = subject.grade in _grades(worst.value)
    return [
        Criterion("处于在业状态", _PLATFORM, "" if is_open else f"{subject.get_status_display()}"),
        Criterion(
            f"通用信用等级为 {allowed} 级", worst.source, "" if fits else f"现为 {subject.grade} 级"
        ),
        Criterion(
            f"近 {clean.value} 个月内没有行政处罚",
            clean.source,
            f"{penalty.happened_on}：{subject.masked(penalty.title)}" if penalty else "",
        ),
        Criterion(
            "不在经营异常名录、严重违法失信名单等之列",
            _PLATFORM,
            f"{serious.told.label}（{serious.happened_on}）" if serious else "",
        ),
        Criterion(
            "没有正在执行的失信惩戒",
            _PLATFORM,
            _sanctioned(subject, sanction) if sanction else "",
        ),
    ]


def _sanctioned(subject: Subject, sanction: Sanction) -> str:
    """Who sanctions a natural person is known only to those who take part in it."""
    if subject.is_natural_person:
        return "有正在执行的失信惩戒"
    return f"{sanction.department.name}发起，至 {sanction.until}"


_PLATFORM = "平台规则"


def unfit(entries: QuerySet[WhiteListEntry], region_code: str, day: dt.date) -> Any:
    """Those of some listed entries of a region whose subject no longer meets the conditions."""
    events = CreditEvent.objects.filter(subject=OuterRef("subject"))
    bad = (
        Exists(events.filter(_penalised(day, number(region_code, rules.CLEAN_MONTHS))))
        | Exists(events.filter(_serious(day)))
        | Exists(Sanction.objects.in_force().filter(subject=OuterRef("subject")))
    )
    grades = _grades(number(region_code, rules.WORST_GRADE))
    fallen = ~Q(subject__grade__in=grades) | ~Q(subject__status=Subject.Status.OPEN)
    return entries.filter(fallen | Q(bad))


def exempt(region_code: str, matter_id: int, day: dt.date) -> QuerySet[WhiteListEntry, int]:
    """The keys of the subjects that a routine draw for a matter leaves out on a day: listed for
    it, or for all matters of the department that leads it, and still fit. Empty where the region
    has switched the effect off."""
    leads = MatterVersion.objects.filter(
        matter_id=matter_id, state=MatterVersion.State.IN_FORCE
    ).values("lead_id")
    found = exempting(region_code, day).filter(
        Q(matter_id=matter_id) | Q(matter=None, department_id__in=leads)
    )
    return found.values_list("subject_id", flat=True)


def exempting(region_code: str, day: dt.date) -> QuerySet[WhiteListEntry]:
    """The entries that keep their subjects out of routine draws on a day: listed and still fit.
    Those without a matter stand for all matters that their department leads."""
    entries = WhiteListEntry.objects.listed().filter(region__code=region_code)
    if not number(region_code, rules.EXEMPTS):
        return entries.none()
    current = entries.filter(since__lte=day, until__gte=day)
    return current.exclude(pk__in=unfit(current, region_code, day).values("pk"))


def entries_for(actor: Actor) -> QuerySet[WhiteListEntry]:
    """The entries a person may know of, with what lists show."""
    return WhiteListEntry.objects.visible_to(actor).select_related(
        "subject", "matter", "department", "region"
    )


def of_subject(actor: Actor, subject: Subject) -> list[WhiteListEntry]:
    """The entries of a subject that the person may know of, newest first."""
    found = list(entries_for(actor).filter(subject=subject)[:20])
    name_scopes(found)
    return found


def name_scopes(entries: Iterable[Any]) -> None:
    """Give each entry ``scope``: the name of its matter, or that it is for all of them."""
    rows = list(entries)
    versions = MatterVersion.objects.filter(
        matter_id__in={row.matter_id for row in rows if row.matter_id}
    ).order_by("matter_id", "number")
    names = dict(versions.values_list("matter_id", "name"))
    for row in rows:
        row.scope = names.get(row.matter_id, "") if row.matter_id else "牵头的全部事项"


def sheet_rows(entries: Iterable[Any]) -> Iterator[dict[str, Any]]:
    """Named entries as rows of ``WHITE_LIST_SHEET``; a natural person stands without a name."""
    for row in entries:
        yield {
            "subject": "自然人" if row.subject.is_natural_person else row.subject.name,
            "scope": row.scope,
            "department": row.department.name,
            "state": row.get_state_display(),
            "since": row.since,
            "until": row.until,
            "approved_by": row.approved_by,
            "reason": row.reason,
            "end_reason": row.end_reason,
        }


def pending_white_list(actor: Actor) -> list[WorkItem]:
    """Applications that wait for the person: to sign, or to approve."""
    if not is_staff_member(actor) or not actor.has_role(Role.HEAD):
        return []
    waiting = Q(department_id=actor.department_id, state=WhiteListEntry.State.REVIEW)
    if actor.fills(Function.COORDINATION, Function.CREDIT):
        waiting |= Q(region__code=actor.region_code, state=WhiteListEntry.State.CONSENT)
    rows = []
    for entry in entries_for(actor).filter(waiting):
        own = entry.state == WhiteListEntry.State.REVIEW and is_head_of(actor, entry.department_id)
        act = WHITE_LIST_ACTS["sign" if own else "approve"]
        rows.append(WorkItem(f"{act.label}白名单", str(entry), entry.get_absolute_url(), act.label))
    return rows


def unread_notice(actor: Actor, entry: WhiteListEntry) -> WhiteListNotice | None:
    """What the person's department was told of the end of an entry and has not acknowledged."""
    return _unread(actor).filter(entry=entry).first()


def pending_white_list_notices(actor: Actor) -> list[WorkItem]:
    """Entries of the actor's department that ended without it, and of which it does not know."""
    found = _unread(actor).select_related("entry__subject")
    return [
        WorkItem("签收白名单退出通知", str(notice), notice.entry.get_absolute_url(), "查阅")
        for notice in found
    ]


def _unread(actor: Actor) -> QuerySet[WhiteListNotice]:
    if not may_acknowledge(actor):
        return WhiteListNotice.objects.none()
    return WhiteListNotice.objects.filter(department=actor.department_id, read_at=None)


def led_matters(actor: Actor) -> dict[int, str]:
    """The matters in force that the person's department leads, by key with their names."""
    led = MatterVersion.objects.filter(
        lead_id=actor.department_id, state=MatterVersion.State.IN_FORCE
    )
    return dict(led.order_by("name").values_list("matter_id", "name"))


def rule_rows(region_code: str) -> list[tuple[Number, Resolved]]:
    """The numbers of the list as they hold in a region, with their sources."""
    used = (rules.WORST_GRADE, rules.CLEAN_MONTHS, rules.MOST_MONTHS, rules.EXEMPTS)
    return [(rule, resolve(region_code, rule)) for rule in used]


def _grades(worst: int) -> list[str]:
    return list(Subject.Grade.values)[: min(max(worst, 1), 3)]


def _penalised(day: dt.date, months: int) -> Q:
    in_effect = Q(until=None) | Q(until__gt=day)
    return in_effect & Q(
        kind__in=rules.PENALTIES, happened_on__gt=months_before(day, months), happened_on__lte=day
    )


def _serious(day: dt.date) -> Q:
    in_effect = Q(until=None) | Q(until__gt=day)
    return in_effect & Q(kind__in=rules.SERIOUS, happened_on__lte=day)
