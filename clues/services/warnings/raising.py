"""A rule's point becomes a warning: about whom, for whom, resting on which events."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from clues.acts.warnings import WARNING_STAGES
from clues.models import Clue, RiskWarning, WarningEvent, WarningParty, WarningRuleVersion
from clues.rules import warnings as w
from clues.services.numbers import next_values
from clues.services.warnings.counting import counted
from clues.services.warnings.sources import SOURCES, EventSource
from clues.watch import Point, Words, measured
from credit.models import Subject
from departments.models import Department, Region
from departments.profile import filling, must_fill
from departments.roles import Function
from matters.models import MatterVersion, SubjectCategory
from records import trail
from records.actor import SYSTEM, Actor
from records.periods import ahead


def warning_number(region_code: str, at: dt.datetime) -> str:
    """YJ411603-2026-0001 …; call it inside the transaction that uses it."""
    (number,) = warning_numbers(region_code, at, 1)
    return number


def warning_numbers(region_code: str, at: dt.datetime, count: int) -> list[str]:
    """The next numbers; the series stays locked until the transaction ends, also for none."""
    year = timezone.localtime(at).year
    values = next_values(f"warning:{region_code}:{year}", count)
    return [f"YJ{region_code}-{year}-{value:04d}" for value in values]


def raise_warning(
    version: WarningRuleVersion, spoken: Words, point: Point, label: str, now: dt.datetime
) -> RiskWarning:
    """Raise one warning, push it and start its clock; inside the evaluation's transaction."""
    since = ahead(point.at, days=-version.window_days)
    source = SOURCES[version.source]
    rows = counted(version, source, after=since, until=point.at, keys=[point.key])
    newest = _newest(rows, source)
    told = _receivers(version, newest)
    title = f"{label} {spoken.window_days} 天内{spoken.phrase}"
    value = point.amount
    if version.measure in (w.RATIO, w.CHANGE) and point.base:
        value = point.amount * (100 if version.measure == w.RATIO else 1) / point.base
    warning = RiskWarning.objects.create(
        region_code=version.rule.region_code,
        number=warning_number(version.rule.region_code, now),
        level=version.level,
        title=title[:150],
        content=(
            f"{_day(since)}至 {_day(point.at)}，{spoken.group}“{label}”"
            f"{measured(spoken, point.amount, point.base)}。"
        ),
        plan=version.plan,
        version=version,
        rule_id=version.rule_id,
        group_key=point.key,
        value=value,
        window_from=since,
        window_to=point.at,
        raised_at=now,
        owner=told[0],
        **_about(version, point.key, newest),
    )
    WarningEvent.objects.bulk_create(
        (
            WarningEvent(warning=warning, source=source.code, object_id=pk, at=at)
            for pk, at in rows.values_list("pk", source.at)
        ),
        batch_size=2000,
    )
    trail.record(SYSTEM, "warning.raise", "发出预警", warning, after={"value": value})
    push(SYSTEM, warning, told)
    WARNING_STAGES.enter(SYSTEM, warning)
    return warning


def push(actor: Actor, warning: RiskWarning, departments: Iterable[Department]) -> None:
    """Let departments know of a warning; its owner is the one who deals with it."""
    unique = {department.pk: department for department in departments}
    parts = WarningParty.Part
    WarningParty.objects.bulk_create(
        (
            WarningParty(
                warning=warning,
                department_id=pk,
                part=parts.OWNER if pk == warning.owner_id else parts.TOLD,
            )
            for pk in unique
        ),
        ignore_conflicts=True,
    )
    note_parties(warning)
    names = "、".join(department.name for department in unique.values())
    trail.record(actor, "warning.push", "推送预警", warning, after={"to": names})


def note_parties(warning: RiskWarning) -> None:
    """Repeat the departments that know of a warning in its row; call it after changing them."""
    warning.known_to = sorted(warning.parties.values_list("department_id", flat=True))
    warning.save(update_fields=("known_to",))


def labels(group_by: str, keys: Iterable[str]) -> dict[str, str]:
    """What the groups are called, by key."""
    listed = list(keys)
    if group_by == w.INDUSTRY:
        return {key: industry_name(name, key) for key, name in _industries(listed).items()}
    pks = [int(key) for key in listed]
    if group_by == w.MATTER:
        found = MatterVersion.objects.in_force().filter(matter_id__in=pks)
        return {str(pk): name for pk, name in found.values_list("matter_id", "name")}
    models: dict[str, Any] = {
        w.SUBJECT: (Subject, "name"),
        w.TOWNSHIP: (Region, "name"),
        w.DEPARTMENT: (Department, "name"),
        w.CLUE: (Clue, "number"),
    }
    model, name = models[group_by]
    return {str(pk): text for pk, text in model.objects.filter(pk__in=pks).values_list("pk", name)}


def industry_name(kinds: str, code: str) -> str:
    """An industry by the kinds of subjects in it, with its class of GB/T 4754."""
    return f"{kinds}（行业 {code}）" if kinds else f"行业 {code}"


def _industries(codes: list[str]) -> dict[str, str]:
    names: dict[str, list[str]] = {code: [] for code in codes}
    for category in SubjectCategory.objects.filter(industry_classes__overlap=codes):
        for code in category.industry_classes:
            if code in names:
                names[code].append(category.name)
    return {code: "、".join(found) for code, found in names.items()}


def _newest(rows: Any, source: EventSource) -> dict[str, Any]:
    """The newest event's groups: who holds it, where it is, which matter."""
    wanted = {name: path for name, path in source.groups.items() if name != w.INDUSTRY}
    row = rows.order_by(f"-{source.at}", "-pk").values_list(*wanted.values()).first()
    return dict(zip(wanted, row, strict=True)) if row else {}


def _about(version: WarningRuleVersion, key: str, newest: dict[str, Any]) -> dict[str, Any]:
    """What the warning is about, as far as the group tells."""
    group = version.group_by
    about: dict[str, Any] = {}
    if group in (w.SUBJECT, w.TOWNSHIP, w.MATTER, w.CLUE):
        about[f"{group}_id"] = int(key)
    if group == w.SUBJECT:
        about["township_id"] = newest.get(w.TOWNSHIP)
        about["matter_id"] = newest.get(w.MATTER)
    return about


def _receivers(version: WarningRuleVersion, newest: dict[str, Any]) -> list[Department]:
    """The departments that the rule names, in order, as far as there are any."""
    region_code = version.rule.region_code
    codes = [code for code, _ in w.PUSH_TARGETS if code in version.push_to]
    targets = {code: _target(code, region_code, newest) for code in codes}
    found = [department for department in targets.values() if department is not None]
    if not any(department for code, department in targets.items() if code != w.TOWNSHIP_OFFICE):
        found.insert(0, must_fill(region_code, Function.COORDINATION))
    return found


def _target(code: str, region_code: str, newest: dict[str, Any]) -> Department | None:
    if code == w.LEAD:
        lead = MatterVersion.objects.in_force().filter(matter=newest.get(w.MATTER))
        version = lead.select_related("lead").first()
        return version.lead if version else None
    if code == w.HOLDER:
        return Department.objects.filter(pk__in=[newest.get(w.DEPARTMENT)]).first()
    if code == w.TOWNSHIP_OFFICE:
        office = Department.objects.filter(users__township_id=newest.get(w.TOWNSHIP))
        return office.first() if newest.get(w.TOWNSHIP) else None
    return filling(region_code, Function(code))


def _day(moment: dt.datetime) -> str:
    local = timezone.localtime(moment)
    return f"{local.year} 年 {local.month} 月 {local.day} 日"
