"""Applying for the white list, deciding, leaving it early or by itself (S6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict

from django.db import transaction
from django.db.models import Q

from credit.acts.whitelist import WHITE_LIST_ACTS, may_apply
from credit.models import Subject, WhiteListEntry, WhiteListNotice
from credit.rules import whitelist as rules
from credit.selectors.whitelist import Criterion, criteria, unfit
from departments import notices
from departments.models import Region
from departments.profile import number
from records import clock, trail
from records.actor import SYSTEM, Actor
from records.errors import Conflict, NotAllowed, Refused
from records.periods import months_before
from records.queue import wake_after_commit

REVIEW_TASK = "credit.review_white_list"
State = WhiteListEntry.State


@transaction.atomic
def apply(
    actor: Actor, subject_id: int, matter_id: int | None, months: int, reason: str
) -> WhiteListEntry:
    """Apply for a subject, for one matter that the actor's department leads or all of them.

    Raises ``NotAllowed``; ``Conflict`` when an application or entry stands; ``Refused`` naming the
    field, or the conditions that are not met.
    """
    department = must_apply(actor, matter_id)
    subject = (
        Subject.objects.visible_to(actor)
        .current()
        .select_for_update(of=("self",), no_key=True)
        .filter(pk=subject_id)
        .first()
    )
    if subject is None:
        raise Refused("没有这一监管对象。", field="subject", code="not_found")
    if not reason.strip():
        raise Refused("请填写申请理由。", field="reason")
    if len(reason.strip()) > 300:
        raise Refused("申请理由不超过 300 字。", field="reason")
    most = number(actor.region_code, rules.MOST_MONTHS)
    if not 1 <= months <= most:
        raise Refused(f"期限应在 1 到 {most} 个月之间。", field="months")
    standing = WhiteListEntry.objects.filter(
        Q(matter=None) if matter_id is None else Q(matter_id=matter_id),
        subject=subject,
        department_id=department,
        state__in=WhiteListEntry.OPEN,
    ).first()
    if standing is not None:
        raise Conflict(f"该对象的白名单{standing.get_state_display()}，不需要再次申请。")
    _ensure_fit(subject, actor.region_code)
    entry = WhiteListEntry.objects.create(
        region=Region.objects.get(code=actor.region_code),
        subject=subject,
        matter_id=matter_id,
        department_id=department,
        reason=reason.strip(),
        months=months,
        created_at=clock.now(),
        applied_by=actor.name,
    )
    trail.record(actor, "white_list.apply", "申请列入白名单", entry, opinion=reason.strip())
    return entry


def must_apply(actor: Actor, matter_id: int | None = None) -> int:
    """The department for which the person may apply, for a matter or for any that it leads;
    ``NotAllowed`` without one."""
    if actor.department_id is None or not may_apply(actor, matter_id):
        raise NotAllowed("只有事项牵头部门的经办人可以申请列入白名单。", verb="white_list.apply")
    return actor.department_id


def sign(actor: Actor, pk: int, opinion: str = "") -> WhiteListEntry:
    """The head of the lead department applies in its name."""
    with WHITE_LIST_ACTS.take(actor, "sign", pk, opinion=opinion) as entry:
        _ensure_fit(entry.subject, entry.region.code)
    return entry


def approve(actor: Actor, pk: int, opinion: str = "") -> WhiteListEntry:
    """The head of the coordination office or the credit group lists the subject: the conditions
    are checked once more and kept as they were found, and the term begins."""
    with WHITE_LIST_ACTS.take(actor, "approve", pk, opinion=opinion) as entry:
        found = _ensure_fit(entry.subject, entry.region.code)
        today = clock.today()
        entry.criteria = [asdict(line) for line in found]
        entry.approved_at, entry.approved_by = clock.now(), actor.name
        entry.since, entry.until = today, months_before(today, -entry.months)
    return entry


def reject(actor: Actor, pk: int, opinion: str) -> WhiteListEntry:
    """Do not list the subject; the department that applied is told when others decide so."""
    with WHITE_LIST_ACTS.take(actor, "reject", pk, opinion=opinion) as entry:
        tell(actor, entry)
    return entry


def remove(actor: Actor, pk: int, opinion: str) -> WhiteListEntry:
    """Take a subject off before its term ends; the department that applied is told when others
    decide so."""
    with WHITE_LIST_ACTS.take(actor, "remove", pk, opinion=opinion) as entry:
        entry.ended_at, entry.end_reason = clock.now(), opinion.strip()
        tell(actor, entry)
    return entry


def tell(actor: Actor, entry: WhiteListEntry) -> None:
    """Tell the department that applied that its entry ends, unless it ends it itself. Call it
    inside the transaction that ends the entry; told twice it stays as it was."""
    if actor.department_id != entry.department_id:
        WhiteListNotice.objects.get_or_create(
            entry=entry, department_id=entry.department_id, defaults={"told_at": clock.now()}
        )


def read(actor: Actor, pk: int) -> WhiteListNotice:
    """Note that the actor's department knows of the end; raises as ``notices.acknowledge``."""
    told = WhiteListNotice.objects.filter(entry=pk).select_related(
        "entry__region", "entry__subject"
    )
    return notices.acknowledge(actor, told, "白名单退出通知", "white_list.read")


HANDLERS: Mapping[str, Callable[[Actor, int, str], WhiteListEntry]] = {
    "sign": sign,
    "approve": approve,
    "reject": reject,
    "withdraw": WHITE_LIST_ACTS.plain("withdraw"),
    "remove": remove,
}


def wake_review() -> None:
    """Let the list be looked through once the present change is committed."""
    wake_after_commit(REVIEW_TASK)


def review() -> int:
    """Let those leave whose term is over or who no longer meet the conditions; returns how many.

    Finds them by one query per region, and writes those alone.
    """
    today = clock.today()
    listed = WhiteListEntry.objects.listed()
    left = 0
    for pk in listed.filter(until__lt=today).order_by("pk").values_list("pk", flat=True):
        left += _leave(pk, State.EXPIRED, "到期退出白名单")
    codes = listed.order_by().values_list("region__code", flat=True).distinct()
    for code in sorted(codes):
        found = unfit(listed.filter(region__code=code), code, today)
        for pk in found.order_by("pk").values_list("pk", flat=True):
            left += _leave(pk, State.DROPPED, "自动退出白名单")
    return left


@transaction.atomic
def _leave(pk: int, state: str, label: str) -> int:
    """End one entry unless somebody else has, or its subject meets the conditions again."""
    entry = (
        WhiteListEntry.objects.listed()
        .select_for_update(of=("self",), skip_locked=True)
        .select_related("subject", "region")
        .filter(pk=pk)
        .first()
    )
    if entry is None:
        return 0
    if state == State.EXPIRED:
        reason = f"期限至 {entry.until} 届满。"
    else:
        failures = _failures(criteria(entry.subject, entry.region.code, clock.today()))
        if not failures:
            return 0
        reason = f"不再符合列入条件：{failures}。"
    entry.state, entry.ended_at, entry.end_reason = state, clock.now(), reason
    entry.save(update_fields=("state", "ended_at", "end_reason"))
    tell(SYSTEM, entry)
    trail.record(SYSTEM, f"white_list.{state}", label, entry, opinion=reason)
    return 1


def _ensure_fit(subject: Subject, region_code: str) -> list[Criterion]:
    found = criteria(subject, region_code, clock.today())
    if failures := _failures(found):
        raise Refused(f"不符合列入白名单的条件：{failures}", code="unfit")
    return found


def _failures(found: list[Criterion]) -> str:
    return "；".join(f"{line.title}：{line.found}" for line in found if not line.met)
