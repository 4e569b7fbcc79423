"""Supervision acts against what was reported of them (G4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, CharField, Count, F, IntegerField, Q, QuerySet, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils import timezone

from clues.models import CompulsoryMeasure, Penalty
from clues.selectors.measures import shown_state
from inspections.models import Result
from records.actor import Actor
from records.errors import NotAllowed
from records.excel import Column, Sheet, kinds
from records.roles import CLERK, COORDINATION, HEAD
from supervision.outbound.models import ActReport

STATUSES = {
    "missing": "未报送",
    "waiting": "待推送",
    "sent": "已送达",
    "refused": "推送失败",
}
_M = CompulsoryMeasure.State
TONES = {"missing": "bad", "waiting": "info", "sent": "ok", "refused": "bad"}

SHEET = Sheet(
    title="监管行为数据",
    columns=(
        Column("kind", "行为类别", kinds.text(20), width=12),
        Column("document", "文书号", kinds.text(60), width=28),
        Column("department", "实施机关", kinds.text(100), width=28),
        Column("subject", "相对人", kinds.text(120), width=36),
        Column("happened_on", "日期", kinds.text(20), width=12),
        Column("act_state", "行为状态", kinds.text(20), width=12),
        Column("status", "报送情况", kinds.text(20), width=12),
        Column("record", "行为编号", kinds.text(60), width=28),
        Column("version", "版本", kinds.text(10), width=8),
        Column("reported_at", "报送时间", kinds.text(30), width=20),
        Column("error", "最近错误", kinds.text(2000), width=50),
    ),
)


def coordinates(actor: Actor) -> bool:
    """Whether the person is of the coordination office, which answers for what is reported."""
    return actor.fills(COORDINATION) and actor.has_role(CLERK, HEAD)


def ensure_coordinates(actor: Actor) -> None:
    """Raise ``NotAllowed`` for everybody else."""
    if not coordinates(actor):
        raise NotAllowed("只有综合协调组可以查看监管行为数据报送。", verb="act_report.view")


def _reportable_results() -> QuerySet[Result]:
    """Checks with a result that stands, and withdrawn ones that have been told of. A result that
    was replaced is told of by its correction."""
    standing = Q(state=Result.State.PUBLISHED)
    ended = Q(state=Result.State.WITHDRAWN, part__act_report__isnull=False)
    return Result.objects.filter(standing | ended)


def _reportable_penalties() -> QuerySet[Penalty]:
    """Penalties in force, and those told of that were withdrawn; nothing confidential."""
    standing = Q(state=Penalty.State.IN_FORCE)
    ended = Q(state=Penalty.State.WITHDRAWN, act_report__isnull=False)
    found: QuerySet[Penalty] = Penalty.objects.filter(standing | ended, confidential=False)
    return found


def _reportable_measures() -> QuerySet[CompulsoryMeasure]:
    """Measures that stand or have ended, and those told of that were withdrawn; nothing
    confidential, and nothing before its head has seen it."""
    standing = Q(state__in=CompulsoryMeasure.STANDING)
    ended = Q(state=_M.WITHDRAWN, act_report__isnull=False)
    found: QuerySet[CompulsoryMeasure] = CompulsoryMeasure.objects.filter(
        standing | ended, confidential=False
    )
    return found.annotate(told_days=_told_days("act_report__content"))


def _told_days(content: str) -> Cast:
    """By how many days a measure was extended, as the report says."""
    return Cast(KeyTextTransform("extended_days", content), IntegerField())


def _measure_said(report: str, measure: str) -> Q:
    """Whether a report says how its measure stands; both are ways to them, with "__"."""
    words = Q()
    for state in CompulsoryMeasure.STANDING:
        told = told_state(state)
        words |= Q(**{f"{measure}state": state, f"{report}content__measure_state": told})
    stands = Q(**{f"{report}withdrawn": False}) & Q(told_days=F(f"{measure}extended_days")) & words
    return stands | Q(**{f"{measure}state": _M.WITHDRAWN, f"{report}withdrawn": True})


def told_state(state: str) -> str:
    """How far a measure has come, as it is told: what waits for a signature is in force."""
    return "in_force" if state in CompulsoryMeasure.RUNNING else str(state)


# Whether the report says how the act stands.
_RESULT_SAID = Q(part__act_report__result=F("pk")) & (
    Q(state=Result.State.PUBLISHED, part__act_report__withdrawn=False)
    | Q(state=Result.State.WITHDRAWN, part__act_report__withdrawn=True)
)
_PENALTY_SAID = Q(state=Penalty.State.IN_FORCE, act_report__withdrawn=False) | Q(
    state=Penalty.State.WITHDRAWN, act_report__withdrawn=True
)

_MEASURE_SAID = _measure_said("act_report__", "")


def unsaid_results(region_code: str) -> QuerySet[Result]:
    """The checks of a region whose report is missing or old."""
    found = _reportable_results().filter(part__task__region__code__startswith=region_code)
    return _with_status(found, "part__act_report", _RESULT_SAID).filter(report_status="missing")


def unsaid_penalties(region_code: str) -> QuerySet[Penalty]:
    """The penalties of a region whose report is missing or old."""
    found = _reportable_penalties().filter(region_code__startswith=region_code)
    return _with_status(found, "act_report", _PENALTY_SAID).filter(report_status="missing")


def unsaid_measures(region_code: str) -> QuerySet[CompulsoryMeasure]:
    """The compulsory measures of a region whose report is missing or old."""
    found = _reportable_measures().filter(region_code__startswith=region_code)
    return _with_status(found, "act_report", _MEASURE_SAID).filter(report_status="missing")


def reportable() -> int:
    """How many acts the province is to know of, everywhere."""
    found = (_reportable_results(), _reportable_penalties(), _reportable_measures())
    return sum(each.count() for each in found)


def _with_status(found: QuerySet[Any], report: str, said: Q) -> QuerySet[Any]:
    missing = Q(**{f"{report}__isnull": True}) | ~said
    return _annotated(found, missing, f"{report}__message")


def _annotated(found: QuerySet[Any], missing: Q, message: str) -> QuerySet[Any]:
    annotated: QuerySet[Any] = found.annotate(
        report_status=Case(
            When(missing, then=Value("missing")),
            When(**{f"{message}__delivered_at__isnull": False}, then=Value("sent")),
            When(**{f"{message}__dead_at__isnull": False}, then=Value("refused")),
            default=Value("waiting"),
            output_field=CharField(),
        )
    )
    return annotated


def acts(actor: Actor, kind: str) -> QuerySet[Any]:
    """The acts of one kind in the actor's region with ``report_status``; newest first by id."""
    if not coordinates(actor):
        return Result.objects.none()
    if kind == ActReport.Kind.PENALTY:
        penalties = _reportable_penalties().filter(
            pk__in=Penalty.objects.visible_to(actor).values("pk"),
            region_code__startswith=actor.region_code,
        )
        return _with_status(penalties, "act_report", _PENALTY_SAID).select_related(
            "department", "subject", "act_report__message"
        )
    if kind == ActReport.Kind.MEASURE:
        measures = _reportable_measures().filter(
            pk__in=CompulsoryMeasure.objects.visible_to(actor).values("pk"),
            region_code__startswith=actor.region_code,
        )
        return _with_status(measures, "act_report", _MEASURE_SAID).select_related(
            "department", "subject", "act_report__message"
        )
    results = _reportable_results().filter(
        part__in=Result.objects.visible_to(actor).values("part"),
        part__task__region__code__startswith=actor.region_code,
    )
    return _with_status(results, "part__act_report", _RESULT_SAID).select_related(
        "part__department", "part__task__subject", "part__act_report__message"
    )


_REPORT_SAYS = (
    Q(withdrawn=False, result__state=Result.State.PUBLISHED)
    | Q(withdrawn=True, result__state=Result.State.WITHDRAWN)
    | Q(withdrawn=False, penalty__state=Penalty.State.IN_FORCE)
    | Q(withdrawn=True, penalty__state=Penalty.State.WITHDRAWN)
    | _measure_said("", "measure__")
)


def act_reports(actor: Actor) -> QuerySet[ActReport]:
    """The reports of the acts that the list shows, with ``report_status``: "missing" where the
    report does not say how the act stands now. Raises ``NotAllowed``."""
    ensure_coordinates(actor)
    visible = (
        Q(part__in=Result.objects.visible_to(actor).values("part"))
        | Q(penalty__in=Penalty.objects.visible_to(actor), penalty__confidential=False)
        | Q(measure__in=CompulsoryMeasure.objects.visible_to(actor), measure__confidential=False)
    )
    found = ActReport.objects.visible_to(actor).annotate(told_days=_told_days("content"))
    found = found.filter(visible)
    return _annotated(found, ~_REPORT_SAYS, "message").select_related("department", "message")


def counts(found: QuerySet[Any]) -> dict[str, int]:
    """How many acts are in each status, in one query."""
    told = dict(found.order_by().values_list("report_status").annotate(Count("pk")))
    return {status: told.get(status, 0) for status in STATUSES}


@dataclass(frozen=True)
class ActLine:
    """One act with its report, as the page and the export show it."""

    kind: str
    document: str
    url: str
    department: Any
    subject: Any
    happened_on: Any
    state: str
    status: str
    report: ActReport | None

    @property
    def status_label(self) -> str:
        return STATUSES[self.status]

    @property
    def status_tone(self) -> str:
        return TONES[self.status]


def line(act: Any, actor: Actor) -> ActLine:
    """An act of ``acts`` as a line for a person."""
    status: str = act.report_status
    if isinstance(act, Penalty):
        return ActLine(
            kind=ActReport.Kind.PENALTY.label,
            document=act.number,
            url=act.get_absolute_url(),
            department=act.department,
            subject=act.subject,
            happened_on=act.decided_on,
            state=act.get_state_display(),
            status=status,
            report=getattr(act, "act_report", None),
        )
    if isinstance(act, CompulsoryMeasure):
        at = act.carried_out_at or act.created_at
        return ActLine(
            kind=ActReport.Kind.MEASURE.label,
            document=act.document,
            url=act.get_absolute_url(),
            department=act.department,
            subject=act.subject,
            happened_on=timezone.localtime(at).date(),
            state=str(shown_state(actor, act).label),
            status=status,
            report=getattr(act, "act_report", None),
        )
    part = act.part
    return ActLine(
        kind=ActReport.Kind.CHECK.label,
        document=part.task.code,
        url=act.get_absolute_url(),
        department=part.department,
        subject=part.task.subject,
        happened_on=timezone.localtime(part.submitted_at or act.published_at).date(),
        state=act.get_state_display(),
        status=status,
        report=getattr(part, "act_report", None),
    )


def export_rows(actor: Actor, found: Iterable[Any]) -> Iterator[dict[str, Any]]:
    """Acts as rows of ``SHEET`` for a person."""
    for each in (line(act, actor) for act in found):
        report = each.report
        yield {
            "kind": each.kind,
            "document": each.document,
            "department": each.department.name,
            "subject": each.subject.shown_name,
            "happened_on": each.happened_on.isoformat(),
            "act_state": each.state,
            "status": each.status_label,
            "record": report.record if report else "",
            "version": str(report.version) if report else "",
            "reported_at": (
                timezone.localtime(report.reported_at).strftime("%Y-%m-%d %H:%M:%S")
                if report
                else ""
            ),
            "error": report.message.last_error if report else "",
        }
