"""The periodic report on warnings: figures from the database, kept as they stood (N二2(1))."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from clues.models import (
    RiskWarning,
    WarningReport,
    WarningReportReceiver,
    WarningRule,
    WarningRuleVersion,
)
from clues.paper import Heading, Paper, Table
from clues.rules import warnings as w
from departments.models import Department, Region
from departments.profile import filling
from departments.roles import Function
from matters.models import MatterVersion
from records import clock, trail
from records.actor import SYSTEM, Actor
from records.models import Deadline
from records.periods import ahead, beginning, day_after, last_ended

_MONTHS = {WarningReport.Period.MONTH: 1, WarningReport.Period.QUARTER: 3}
_MOST_NOTABLE = 20
_SETTLING_HOURS = 6
"""How long after its period a report is written: what was recorded late is evaluated by then."""


def write_due(today: dt.date | None = None) -> int:
    """Write the reports of the last ended month and quarter where they are missing; returns how
    many. Safe to be run at any time and twice at once."""
    day = today or timezone.localtime(ahead(clock.now(), hours=-_SETTLING_HOURS)).date()
    here = {"region_code": OuterRef("code")}
    watching = Region.objects.filter(
        Exists(WarningRule.objects.filter(**here)) | Exists(RiskWarning.objects.filter(**here))
    )
    written = 0
    for region_code in watching.order_by("code").values_list("code", flat=True):
        for period, months in _MONTHS.items():
            first, after = last_ended(day, months)
            if write(region_code, period, first, day_after(after, -1)) is not None:
                written += 1
    return written


def write(
    region_code: str, period: str, starts_on: dt.date, ends_on: dt.date
) -> WarningReport | None:
    """Write one report and send it to the coordination office, the lead departments and those
    that answered for a warning. None when there is one, or nothing was watched in the period."""
    known = WarningReport.objects.filter(
        region_code=region_code, period=period, starts_on=starts_on
    )
    watched = WarningRuleVersion.objects.filter(
        rule__region_code=region_code, in_force_at__date__lte=ends_on
    )
    found = _raised(region_code, starts_on, ends_on)
    if known.exists() or not (watched.exists() or found.exists()):
        return None
    try:
        with transaction.atomic():
            report = WarningReport.objects.create(
                region_code=region_code,
                period=period,
                starts_on=starts_on,
                ends_on=ends_on,
                figures=figures(region_code, starts_on, ends_on),
            )
            WarningReportReceiver.objects.bulk_create(
                WarningReportReceiver(report=report, department_id=pk)
                for pk in sorted(_receivers(region_code, found))
            )
            trail.record(SYSTEM, "warning_report.write", "生成预警报告", report)
    except IntegrityError:
        return None
    return report


def figures(region_code: str, starts_on: dt.date, ends_on: dt.date) -> dict[str, Any]:
    """What a report says, as plain values; never of confidential warnings."""
    found = _raised(region_code, starts_on, ends_on)
    months = 1 if starts_on.month == ends_on.month else 3
    before = _raised(region_code, last_ended(starts_on, months)[0], day_after(starts_on, -1))
    late = Deadline.objects.filter(
        Q(met_at__gt=F("due_at")) | Q(met_at=None, due_at__lt=clock.now()),
        target_type=ContentType.objects.get_for_model(RiskWarning),
        cancelled_at=None,
    )
    total = found.aggregate(
        total=Count("pk"),
        settled=Count("pk", filter=Q(settled_at__isnull=False)),
        in_time=Count(
            "pk", filter=Q(settled_at__isnull=False) & ~Q(pk__in=late.values("target_id"))
        ),
        late=Count("pk", filter=Q(pk__in=late.values("target_id"))),
        studied=Count("pk", filter=~Q(study_conclusion="")),
        from_above=Count("pk", filter=~Q(origin=RiskWarning.Origin.RULE)),
    )
    levels = _counts(found, "level")
    outcomes = _counts(found.exclude(outcome=""), "outcome")
    notable = found.filter(level=w.MAJOR).order_by("-raised_at", "-pk")[:_MOST_NOTABLE]
    return {
        **total,
        "before": before.count(),
        "by_level": [[label, levels.get(code, 0)] for code, label in reversed(w.LEVELS)],
        "by_rule": _named(found, "version__name", "上级下发"),
        "by_township": _named(found, "township__name", "未定位到乡镇街道"),
        "by_owner": _named(found, "owner__name", ""),
        "outcomes": [[label, outcomes.get(code, 0)] for code, label in _outcome_choices()],
        "notable": [one.pk for one in notable],
    }


def notable_of(report: WarningReport) -> list[RiskWarning]:
    """The major warnings of a report as they stand; one made confidential since is left out."""
    found = RiskWarning.objects.filter(pk__in=report.figures["notable"], confidential=False)
    return list(found.order_by("-raised_at", "-pk"))


@transaction.atomic
def read(actor: Actor, pk: int) -> None:
    """Note who read the report first in a department it was sent to."""
    WarningReportReceiver.objects.filter(
        report_id=pk, department=actor.department_id, read_at=None
    ).update(read_at=clock.now(), read_by=actor.name)


def paper_of(report: WarningReport) -> Paper:
    """The report as a paper of the coordination office."""
    facts = report.figures
    office = filling(report.region_code, Function.COORDINATION)
    region = Region.objects.filter(code=report.region_code).first()
    issuer = office.name if office else ""
    body: list[str | Heading | Table] = [
        *summary(report),
        Heading("一、预警数量"),
        _table("等级", facts["by_level"]),
        _table("规则", facts["by_rule"]),
        _table("乡镇街道", facts["by_township"]),
        Heading("二、处置情况"),
        _table("责任部门", facts["by_owner"]),
        _table("处置结果", facts["outcomes"]),
    ]
    if notable := notable_of(report):
        body.append(Heading("三、重大预警"))
        rows = tuple(
            (one.number, one.content, one.get_outcome_display() or one.get_state_display())
            for one in notable
        )
        body.append(Table(("编号", "情况", "处置"), rows, (2, 5, 2)))
    return Paper(
        title=f"{region.name if region else ''}{report.when}风险预警{report.get_period_display()}",
        issuer=issuer,
        body=tuple(body),
        signers=(issuer,) if issuer else (),
        date=timezone.localtime(report.written_at).date(),
        seal=False,
    )


def summary(report: WarningReport) -> list[str]:
    """The report's first paragraphs."""
    facts = report.figures
    total, before = facts["total"], facts["before"]
    if total == before:
        course = f"与上期持平（{before} 起）"
    else:
        course = f"比上期{'增加' if total > before else '减少'} {abs(total - before)} 起"
    major = dict(facts["by_level"]).get(dict(w.LEVELS)[w.MAJOR], 0)
    return [
        f"{report.when}共发出风险预警 {total} 起，{course}，其中重大预警 {major} 起，"
        f"上级下发 {facts['from_above']} 起。",
        f"已作出处置 {facts['settled']} 起，其中按期 {facts['in_time']} 起；"
        f"有逾期情形的 {facts['late']} 起，经联合会商的 {facts['studied']} 起。"
        f"以上为 {timezone.localtime(report.written_at):%Y-%m-%d %H:%M} 的数据。",
    ]


def _raised(region_code: str, starts_on: dt.date, ends_on: dt.date) -> QuerySet[RiskWarning]:
    found: QuerySet[RiskWarning] = RiskWarning.objects.filter(
        region_code=region_code,
        confidential=False,
        raised_at__gte=beginning(starts_on),
        raised_at__lt=beginning(day_after(ends_on)),
    )
    return found


def _receivers(region_code: str, found: QuerySet[RiskWarning]) -> set[int]:
    receivers = set(found.order_by().values_list("owner_id", flat=True).distinct())
    leads = MatterVersion.objects.in_force().filter(matter__region__code=region_code)
    receivers.update(leads.order_by().values_list("lead_id", flat=True).distinct())
    if (office := filling(region_code, Function.COORDINATION)) is not None:
        receivers.add(office.pk)
    return set(Department.objects.filter(pk__in=receivers).values_list("pk", flat=True))


def _counts(found: QuerySet[RiskWarning], field: str) -> dict[str, int]:
    return dict(found.order_by().values_list(field).annotate(Count("pk")))


def _named(found: QuerySet[RiskWarning], path: str, nameless: str) -> list[list[Any]]:
    listed = found.order_by().values_list(path).annotate(n=Count("pk")).order_by("-n", path)
    return [[name or nameless, n] for name, n in listed]


def _outcome_choices() -> list[tuple[str, str]]:
    return list(RiskWarning.Outcome.choices)


def _table(heading: str, rows: list[list[Any]]) -> Table:
    return Table((heading, "数量（起）"), tuple((str(name), str(n)) for name, n in rows), (3, 1))
