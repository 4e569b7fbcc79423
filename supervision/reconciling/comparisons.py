"""How each kind of figure that is kept twice is held against what it repeats. Nothing is mended
here, and nothing is named that administrators do not read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from django.db.models import QuerySet

from credit.selectors.evaluations import general_standings, grades_apart
from departments.models import Department, Region
from supervision.dashboard import rollups
from supervision.dashboard.figures import words_of
from supervision.dashboard.models import Rollup
from supervision.outbound import selectors
from supervision.outbound.models import ActReport
from supervision.outbound.rules import MEASURE_STATES, record_of
from supervision.outbound.selectors import told_state
from supervision.reconciling.models import Reconciliation

MOST = 100
"""How many of the things that differ a run keeps in words."""

Row = dict[str, str]
_Kind = Reconciliation.Kind
_Report = ActReport.Kind


@dataclass(frozen=True)
class Found:
    """How many were compared and differed, and the first ``MOST`` that did."""

    compared: int
    differed: int
    rows: list[Row]


def _row(what: str, stored: str, real: str, url: str = "", act: str = "") -> Row:
    return {"what": what, "stored": stored, "real": real, "url": url, "act": act}


def figures() -> Found:
    """The counters of the one screen against the tables they count."""
    compared, wrong = rollups.settled_differences()
    shown = wrong[:MOST]
    names = _places(shown)
    rows = [
        _row(
            f"{names(each)}：{words_of(each.measure)}",
            f"汇总数 {each.counted}",
            f"业务表 {each.real}",
        )
        for each in shown
    ]
    return Found(compared, len(wrong), rows)


def _places(shown: list[rollups.Difference]) -> Callable[[rollups.Difference], str]:
    regions: dict[Any, str] = {
        code: name
        for code, name in Region.objects.filter(
            code__in={each.region_code for each in shown}
        ).values_list("code", "name")
    }
    by_scope: Mapping[str, Any] = {
        Rollup.Scope.TOWNSHIP: Region.objects,
        Rollup.Scope.DEPARTMENT: Department.objects,
    }
    places: dict[tuple[str, int], str] = {
        (scope, place.pk): place.name
        for scope, known in by_scope.items()
        for place in known.filter(pk__in={each.place for each in shown if each.scope == scope})
    }

    def name(each: rollups.Difference) -> str:
        if each.scope == Rollup.Scope.ALL:
            return regions.get(each.region_code, each.region_code)
        return places.get((each.scope, each.place), f"编号 {each.place}")

    return name


def act_reports() -> Found:
    """Checks, penalties and compulsory measures against what the province was told of them."""
    results = selectors.unsaid_results("")
    penalties = selectors.unsaid_penalties("")
    measures = selectors.unsaid_measures("")
    rows = chain(
        (
            _act_row(_Report.CHECK, each.part, each.get_state_display())
            for each in _first(
                results, "part__task__region", "part__department", "part__act_report__message"
            )
        ),
        (
            _act_row(_Report.PENALTY, each, each.get_state_display())
            for each in _first(penalties, "department", "act_report__message")
        ),
        (
            # How far it has come as it is told: what waits for a signature is not said.
            _act_row(_Report.MEASURE, each, MEASURE_STATES.get(told_state(each.state), "已撤销"))
            for each in _first(measures, "department", "act_report__message")
        ),
    )
    differed = results.count() + penalties.count() + measures.count()
    return Found(selectors.reportable(), differed, list(islice(rows, MOST)))


def _first(found: QuerySet[Any], *related: str) -> QuerySet[Any]:
    return found.select_related(*related).order_by("pk")[:MOST]


def _act_row(kind: ActReport.Kind, act: Any, state: str) -> Row:
    """``act`` is what the report hangs on: the part of a visit, a penalty, a measure."""
    what = f"{kind.label} {record_of(kind, act.region_code, act.pk)}（{act.department}）"
    named = f"{kind}:{act.pk}"
    report: ActReport | None = getattr(act, "act_report", None)
    if report is None:
        return _row(what, "没有报送", state, act=named)
    told = f"第 {report.version} 次报送{'（撤回）' if report.withdrawn else ''}与业务记录不符"
    return _row(what, told, state, report.message.get_absolute_url(), named)


def grades() -> Found:
    """The grades that the directory shows against the evaluations that hold."""
    apart = grades_apart()
    rows = [
        _row(
            f"监管对象编号 {each.subject_id}（{each.subject.region}）",
            f"名录 {each.subject.grade} 级",
            f"现行评价 {each.grade} 级",
        )
        for each in apart.select_related("subject__region").order_by("subject_id")[:MOST]
    ]
    return Found(general_standings().count(), apart.count(), rows)


COMPARISONS: Mapping[str, Callable[[], Found]] = {
    _Kind.FIGURES: figures,
    _Kind.ACT_REPORTS: act_reports,
    _Kind.GRADES: grades,
}
