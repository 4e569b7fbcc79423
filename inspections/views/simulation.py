"""What a plan item or a policy would draw, by grade, before anything is frozen (S5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views import View

from credit.models import SupervisionPolicy
from inspections.models import PlanItem
from inspections.selectors.plan_pages import percent
from inspections.services.simulation import (
    Figures,
    MatterSimulation,
    Simulation,
    simulate,
    simulate_policy,
)
from records.errors import Refused
from records.excel import Column, Sheet, kinds
from records.exports import export
from records.middleware import actor_of

_FIGURES = (
    Column("count", "名录内", kinds.integer(), width=10),
    Column("visited", "今年已检查", kinds.integer(), width=12),
    Column("exempt", "免检", kinds.integer(), width=10),
)

ITEM_SHEET = Sheet(
    title="抽取试算",
    columns=(
        Column("grade", "等级", kinds.text(10), width=10),
        *_FIGURES,
        Column("other", "其他排除", kinds.integer(), width=10),
        Column("ratio", "比例", kinds.text(10), width=10),
        Column("source", "比例依据", kinds.text(200), width=40),
        Column("drawn", "将抽取", kinds.integer(), width=10),
    ),
)

POLICY_SHEET = Sheet(
    title="方案试算",
    columns=(
        Column("matter", "监管事项", kinds.text(100), width=36),
        Column("lead", "牵头部门", kinds.text(100), width=24),
        Column("grade", "等级", kinds.text(10), width=8),
        *_FIGURES,
        Column("ratio_before", "现行比例", kinds.text(10), width=10),
        Column("drawn_before", "现将抽取", kinds.integer(), width=10),
        Column("ratio", "方案比例", kinds.text(10), width=10),
        Column("drawn", "按方案将抽取", kinds.integer(), width=14),
        Column("source", "比例依据", kinds.text(200), width=40),
    ),
)


class PlanItemSimulationView(View):
    """A fragment of the page of a plan item, which loads it by itself; ``?export=xlsx``."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        item = get_object_or_404(
            PlanItem.objects.visible_to(actor_of(request)).select_related(
                "plan__region", "matter_version__matter__region"
            ),
            pk=pk,
        )
        simulation: Simulation | None = None
        refusal = ""
        try:
            simulation = simulate(item)
        except Refused as refused:
            refusal = refused.message
        if simulation is not None and request.GET.get("export") == "xlsx":
            return export(request, ITEM_SHEET, _item_rows(simulation), f"{item.title}抽取试算.xlsx")
        rows = [_shown(row) for row in simulation.rows] if simulation else []
        context = {"item": item, "simulation": simulation, "rows": rows, "refusal": refusal}
        return render(request, "inspections/plans/_simulation.html", context)


class PolicySimulationView(View):
    """What a policy, be it a draft, would change in every matter; ``?export=xlsx``."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        policy = get_object_or_404(
            SupervisionPolicy.objects.visible_to(actor_of(request)).select_related("region"), pk=pk
        )
        found = simulate_policy(policy)
        if request.GET.get("export") == "xlsx":
            return export(request, POLICY_SHEET, _policy_rows(found), f"{policy}试算.xlsx")
        context = {
            "policy": policy,
            "rows": [_compared(each) for each in found],
            "totals": _compared_totals(found),
            "holds": policy.state == SupervisionPolicy.State.IN_FORCE,
        }
        return render(request, "inspections/plans/policy_simulation.html", context)


def _shown(row: Figures) -> dict[str, Any]:
    return {"figures": row, "ratio": percent(row.ratio_bp)}


def _item_rows(simulation: Simulation) -> Iterator[dict[str, Any]]:
    for row in simulation.rows:
        yield {
            "grade": row.grade,
            "count": row.count,
            "visited": row.visited,
            "exempt": row.exempt,
            "other": row.other,
            "ratio": percent(row.ratio_bp),
            "source": row.source,
            "drawn": row.drawn,
        }


def _compared(each: MatterSimulation) -> dict[str, Any]:
    return {
        "version": each.version,
        "before": each.before,
        "after": each.after,
        "grades": [
            {"grade": new.grade, "before": old.drawn, "after": new.drawn}
            for old, new in zip(each.before.rows, each.after.rows, strict=True)
        ],
        "change": each.after.drawn - each.before.drawn,
    }


def _compared_totals(found: Iterable[MatterSimulation]) -> dict[str, int]:
    found = list(found)
    return {
        "before": sum(each.before.drawn for each in found),
        "after": sum(each.after.drawn for each in found),
        "visited": sum(each.after.visited for each in found),
        "exempt": sum(each.after.exempt for each in found),
    }


def _policy_rows(found: Iterable[MatterSimulation]) -> Iterator[dict[str, Any]]:
    for each in found:
        for old, new in zip(each.before.rows, each.after.rows, strict=True):
            yield {
                "matter": each.version.name,
                "lead": each.version.lead.name,
                "grade": new.grade,
                "count": new.count,
                "visited": new.visited,
                "exempt": new.exempt,
                "ratio_before": percent(old.ratio_bp),
                "drawn_before": old.drawn,
                "ratio": percent(new.ratio_bp),
                "drawn": new.drawn,
                "source": new.source,
            }
