"""What pages, files and the workbench read of the results."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.urls import reverse
from django.utils import timezone

from clues.models import CompulsoryMeasure, Penalty
from records import clock, periods
from records.excel import Column, Sheet, kinds
from records.worklist import WorkItem
from supervision.outbound.models import ActReport
from supervision.reconciling.models import Reconciliation
from supervision.reconciling.rules import DUE_HOUR, GRACE_HOURS

SHEET = Sheet(
    title="核对结果",
    columns=(
        Column("at", "核对时间", kinds.text(40), width=20),
        Column("kind", "核对内容", kinds.text(40), width=24),
        Column("compared", "核对数", kinds.integer(), width=12),
        Column("differed", "不一致", kinds.integer(), width=10),
        Column("wanted_by", "发起人", kinds.text(50), width=16),
    ),
)
ROWS_SHEET = Sheet(
    title="不一致的内容",
    columns=(
        Column("what", "内容", kinds.text(300), width=60),
        Column("stored", "留存", kinds.text(100), width=36),
        Column("real", "实际", kinds.text(100), width=36),
    ),
)
_K = Reconciliation.Kind
MEANING: Mapping[Reconciliation.Kind, str] = {
    _K.FIGURES: "一屏统览的每个汇总数，与业务表逐个重新计数比对。"
    "不一致的，由运行维护人员执行 reconcile_figures --repair 重新汇总。",
    _K.ACT_REPORTS: "每次检查、每项处罚和强制措施，与向省级平台报送的内容比对。"
    "没有报送的，由综合协调组在“监管行为数据”里筛选“未报送”查看、补报，夜间也自动补报。",
    _K.GRADES: "监管对象名录上的信用等级，与现行评价（含人工调整）比对。"
    "不一致的，由联合信用监管组在对象页的“信用评价”里查看，重新评价后一致。",
}
"""What was compared, and who mends what differs."""
BY_SCHEDULE = "定时"
_CONCEALABLE: Mapping[str, Any] = {
    ActReport.Kind.PENALTY: Penalty,
    ActReport.Kind.MEASURE: CompulsoryMeasure,
}
_UNTOLD = {"what": "不可查看的对象", "stored": "", "real": "", "url": ""}


def sheet_rows(found: Iterable[Reconciliation]) -> Iterator[dict[str, Any]]:
    """Results as rows of ``SHEET``."""
    for run in found:
        yield {
            "at": timezone.localtime(run.at).strftime("%Y-%m-%d %H:%M:%S"),
            "kind": str(run),
            "compared": run.compared,
            "differed": run.differed,
            "wanted_by": run.wanted_by or BY_SCHEDULE,
        }


def told(run: Reconciliation) -> list[dict[str, str]]:
    """What differed, in words. What became confidential after the run keeps its row, so that the
    number stays explained, but has no words. A query per kind of act."""
    hidden = set()
    for kind, model in _CONCEALABLE.items():
        named = [row["act"] for row in run.rows if row.get("act", "").startswith(f"{kind}:")]
        keys = [int(name.partition(":")[2]) for name in named]
        secret = model.objects.filter(pk__in=keys, confidential=True)
        hidden |= {f"{kind}:{pk}" for pk in secret.values_list("pk", flat=True)}
    return [_UNTOLD if row.get("act") in hidden else row for row in run.rows]


def newest() -> dict[str, Reconciliation]:
    """The newest result of each kind that has one. One query."""
    found = Reconciliation.objects.order_by("kind", "-id").distinct("kind")
    return {run.kind: run for run in found}


def due_since(now: dt.datetime) -> dt.datetime:
    """The last moment at which everything was to be reconciled."""
    today = timezone.localtime(now).date()
    due = periods.ahead(periods.beginning(today), hours=DUE_HOUR)
    return due if due <= now else periods.ahead(due, days=-1)


def pending_reconciliations() -> Iterator[WorkItem]:
    """What the newest results found, and what nobody reconciled when it was due: for the workbench
    of the system administrator."""
    known = newest()
    expected = due_since(periods.ahead(clock.now(), hours=-GRACE_HOURS))
    for kind in Reconciliation.Kind:
        run = known.get(kind)
        if run is None or run.at < expected:
            last = f"最近一次是 {timezone.localtime(run.at):%m-%d %H:%M}" if run else "还没有核对过"
            words = f"{kind.label}，每天 {DUE_HOUR} 时核对，{last}"
            yield WorkItem("恢复定时核对", words, reverse("reconciling:list"), "查看")
        if run is not None and run.differed:
            words = f"{kind.label}，核对 {run.compared} 条，{run.differed} 条不一致"
            yield WorkItem("查明核对差异", words, run.get_absolute_url(), "查看")
