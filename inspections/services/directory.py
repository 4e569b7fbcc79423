"""The inspectors' directory (执法检查人员名录库): writes, and what the draw reads of both
directories (I1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from credit.models import Subject
from credit.selectors.directory import townships_of
from credit.services.directory import Upserted, ensure_unchanged
from departments.models import Department, Region, User
from departments.profile import time_limit
from departments.roles import Role
from inspections.acts.directory import INSPECTOR_ACTS, keeps_inspectors_of
from inspections.models import Inspector, Recusal
from inspections.rules import LICENCE_NOTICE
from inspections.validation import InspectorInput, Sender, complaints
from records import clock, trail
from records.actor import Actor
from records.deadlines import calendar
from records.errors import NotAllowed, Refused
from records.workdays import compute

BATCH = 2_000
_WRITTEN = (
    "name",
    "department_id",
    "valid_from",
    "valid_until",
    "specialities",
    "townships",
    "is_active",
)


@dataclass(frozen=True)
class Scope:
    """A region with what its inspectors' entries may refer to."""

    region: Region
    senders: Mapping[int, Sender]
    townships: Mapping[str, str]


def scope_of(region_code: str) -> Scope:
    """The region, its departments and townships, in three queries."""
    region = Region.objects.get(code=region_code)
    departments = Department.objects.filter(region=region, is_active=True)
    return Scope(
        region,
        {unit.pk: Sender(unit.name, unit.enforces) for unit in departments},
        {unit.code: unit.name for unit in townships_of(region_code)},
    )


def eligible_inspectors(department_ids: Collection[int], on_day: dt.date) -> QuerySet[Inspector]:
    """Whom a draw may send on a day: on duty, licence in force that day, department enforcing;
    in the order of their licence numbers. Recusals are not looked at here."""
    return (
        Inspector.objects.licensed_on(on_day)
        .filter(
            department_id__in=department_ids,
            department__enforces=True,
            department__is_active=True,
        )
        .select_related("department")
        .order_by("licence")
    )


def directory_of(categories: Collection[str], region: Region) -> QuerySet[Subject]:
    """The whole directory of a region for some categories, whatever the status of the subjects:
    the draw excludes by rule, and says so. In the order of the identifiers."""
    return (
        Subject.objects.current()
        .filter(region=region)
        .of_categories(categories)
        .order_by("identifier", "pk")
    )


def licence_notice_day(region_code: str) -> dt.date:
    """The last day of the notice period that begins today: licences that end until then are
    shown as ending soon."""
    limit = time_limit(region_code, LICENCE_NOTICE).limit
    due = compute(limit, clock.now(), calendar()).due_at
    assert due is not None, "a limit without pauses ends"
    return timezone.localtime(due).date()


@transaction.atomic
def upsert_inspectors(
    actor: Actor,
    rows: Sequence[InspectorInput],
    source: str,
    progress: Callable[[int], None] | None = None,
    *,
    region_code: str = "",
) -> Upserted:
    """Bring the directory to what ``rows`` say, by licence number; others stay as they are.

    All or none, one trail entry with the old and new values of every changed entry. ``region_code``
    is the actor's own unless given. Accounts stay linked. Costs a constant number of queries per
    ``BATCH`` rows.

    Raises ``NotAllowed`` for an inspector of a department the actor does not keep, ``Refused`` for
    the first row that is unsound, named twice, or takes an inspector from such a department.
    """
    scope = scope_of(region_code or actor.region_code)
    _ensure_sound(actor, rows, scope)
    created = 0
    changes: dict[str, dict[str, Any]] = {}
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        created += _write_batch(actor, scope, batch, changes)
        if progress:
            progress(start + len(batch))
    result = Upserted(created, len(changes), len(rows) - created - len(changes))
    trail.record(
        actor,
        "inspector.upsert",
        "批量更新执法检查人员名录",
        scope.region,
        before={licence: change["before"] for licence, change in changes.items()},
        after={
            "source": source,
            "created": result.created,
            "updated": result.updated,
            "unchanged": result.unchanged,
            "changes": {licence: change["after"] for licence, change in changes.items()},
        },
        region_code=scope.region.code,
    )
    return result


def create_inspector(actor: Actor, entry: InspectorInput, reason: str) -> Inspector:
    """Enter one inspector by hand.

    Raises ``NotAllowed``, or ``Refused`` for an unsound entry, a known licence, or no reason.
    """
    if not reason.strip():
        raise Refused("请填写新增理由。", field="reason")
    scope = scope_of(actor.region_code)
    _ensure_sound(actor, [entry], scope)
    with transaction.atomic():
        inspector, created = Inspector.objects.get_or_create(
            licence=entry.licence, defaults=_columns(entry)
        )
        if not created:
            raise Refused("这个执法证号已在名录中。", field="licence")
        after = {name: value for name, value in trail.snapshot(inspector).items() if value}
        trail.record(
            actor,
            "inspector.create",
            "新增执法检查人员",
            inspector,
            opinion=reason.strip(),
            after=after,
        )
    return inspector


def update_inspector(
    actor: Actor, pk: int, values: Mapping[str, Any], reason: str, *, seen: str = ""
) -> Inspector:
    """Change facts of one inspector. ``values`` are fields of ``InspectorInput`` except the licence
    number and being on duty, which has its own acts, and ``user_id``: the account that he or she
    works with on the phone, None for none. ``seen`` is the fingerprint of the entry that the
    person looked at.

    Raises ``NotAllowed``, ``Conflict`` when somebody has changed it since, or ``Refused`` for
    unsound values, an account of another department or tied to somebody else, no change, or no
    reason.
    """
    facts = dict(values)
    with INSPECTOR_ACTS.take(actor, "edit", pk, opinion=reason) as inspector:
        user_id = facts.pop("user_id", inspector.user_id)
        before = as_input(inspector)
        ensure_unchanged(before, seen)
        after = replace(before, **facts)
        if after.licence != before.licence or after.is_active != before.is_active:
            raise ValueError("the licence number and being on duty are not edited here")
        if after == before and user_id == inspector.user_id:
            raise Refused("没有任何改动。")
        _ensure_sound(actor, [after], scope_of(inspector.region.code))
        if user_id is not None:
            _ensure_account(user_id, after.department_id, pk)
        for name, value in _columns(after).items():
            setattr(inspector, name, value)
        inspector.user_id = user_id
    return inspector


def deactivate_inspector(actor: Actor, pk: int, reason: str) -> Inspector:
    """Take an inspector out of later draws. Raises ``NotAllowed``, ``Conflict``, ``Refused``."""
    with INSPECTOR_ACTS.take(actor, "deactivate", pk, opinion=reason) as inspector:
        inspector.is_active = False
    return inspector


def reactivate_inspector(actor: Actor, pk: int, reason: str) -> Inspector:
    """Put an inspector back on duty. Raises ``NotAllowed``, ``Conflict``, ``Refused``."""
    with INSPECTOR_ACTS.take(actor, "reactivate", pk, opinion=reason) as inspector:
        inspector.is_active = True
    return inspector


def add_recusal(actor: Actor, inspector_pk: int, subject_pk: int, reason: str) -> Recusal:
    """Record that an inspector must not check a subject (回避).

    Raises ``NotAllowed``, ``Conflict`` for one off duty, ``Refused`` for an unknown or a second
    time the same subject, or no reason.
    """
    subject = Subject.objects.visible_to(actor).filter(pk=subject_pk).first()
    if subject is None:
        raise Refused("请从查到的监管对象中选择一个。", field="subject")
    label = f"登记回避：{subject}"[:80]
    with INSPECTOR_ACTS.take(actor, "recuse", inspector_pk, opinion=reason, label=label) as who:
        recusal, created = Recusal.objects.get_or_create(
            inspector=who, subject=subject, defaults={"reason": reason.strip()}
        )
        if not created:
            raise Refused("这项回避关系已经登记。", field="subject")
    return recusal


def remove_recusal(actor: Actor, pk: int, reason: str) -> None:
    """Lift a recusal. Raises ``NotAllowed``, or ``Refused`` when it is gone or without a reason."""
    recusal = Recusal.objects.select_related("subject").filter(pk=pk).first()
    if recusal is None:
        raise Refused("这项回避关系不存在或已撤销。", code="not_found")
    label = f"撤销回避：{recusal.subject}"[:80]
    with INSPECTOR_ACTS.take(actor, "unrecuse", recusal.inspector_id, opinion=reason, label=label):
        recusal.delete()


def as_input(inspector: Inspector) -> InspectorInput:
    """A stored inspector in the form in which entries come in."""
    return InspectorInput(
        licence=inspector.licence,
        name=inspector.name,
        department_id=inspector.department_id,
        valid_from=inspector.valid_from,
        valid_until=inspector.valid_until,
        specialities=tuple(inspector.specialities),
        townships=tuple(inspector.townships),
        is_active=inspector.is_active,
    )


def _ensure_account(user_id: int, department_id: int, inspector_pk: int) -> None:
    user = User.objects.filter(
        pk=user_id,
        department_id=department_id,
        roles__contains=[Role.INSPECTOR],
        is_active=True,
    ).first()
    if user is None:
        raise Refused("账号须是所属部门的执法检查人员账号。", field="user")
    if Inspector.objects.filter(user=user).exclude(pk=inspector_pk).exists():
        raise Refused("该账号已关联其他执法检查人员。", field="user")


def _write_batch(
    actor: Actor,
    scope: Scope,
    rows: Sequence[InspectorInput],
    changes: dict[str, dict[str, Any]],
) -> int:
    """Write one batch, note what changed by licence, return how many are new."""
    found = (
        Inspector.objects.select_for_update(of=("self",))
        .filter(licence__in=[row.licence for row in rows])
        .select_related("department__region")
        .order_by("pk")
    )
    stored = {inspector.licence: inspector for inspector in found}
    touched: list[Inspector] = []
    created = 0
    for row in rows:
        known = stored.get(row.licence)
        if known is None:
            created += 1
        else:
            _ensure_not_taken(actor, known)
            old, new = _columns(as_input(known)), _columns(row)
            differing = [name for name in _WRITTEN if old[name] != new[name]]
            if not differing:
                continue
            changes[row.licence] = {
                "before": {name: old[name] for name in differing},
                "after": {name: new[name] for name in differing},
            }
        touched.append(Inspector(licence=row.licence, **_columns(row)))
    Inspector.objects.bulk_create(
        touched, update_conflicts=True, unique_fields=("licence",), update_fields=_COLUMN_FIELDS
    )
    return created


_COLUMN_FIELDS = tuple(name.removesuffix("_id") for name in _WRITTEN)


def _ensure_not_taken(actor: Actor, known: Inspector) -> None:
    if not keeps_inspectors_of(actor, known.department_id, known.department.region.code):
        raise Refused(
            f"执法证号“{known.licence}”：{taken_complaint(known.department.name)}。",
            field="licence",
        )


def taken_complaint(department_name: str) -> str:
    """Why a department may not take over an entry of another."""
    return f"已登记在“{department_name}”名下，请由该部门或联合抽查检查组调整"


def _ensure_sound(actor: Actor, rows: Sequence[InspectorInput], scope: Scope) -> None:
    seen: set[str] = set()
    for row in rows:
        if not keeps_inspectors_of(actor, row.department_id, scope.region.code):
            raise NotAllowed("您只能维护本部门的执法检查人员。", verb="inspector.upsert")
        if found := complaints(row, scope.senders, scope.townships):
            raise Refused(f"“{row.name}”：{found[0].message}。", field=found[0].field)
        if row.licence in seen:
            raise Refused(f"执法证号“{row.licence}”重复出现。", field="licence")
        seen.add(row.licence)


def _columns(entry: InspectorInput) -> dict[str, Any]:
    return {
        "name": entry.name,
        "department_id": entry.department_id,
        "valid_from": entry.valid_from,
        "valid_until": entry.valid_until,
        "specialities": list(entry.specialities),
        "townships": list(entry.townships),
        "is_active": entry.is_active,
    }
