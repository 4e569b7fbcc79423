"""Complete forged bodies for doors that look at the body before they look at the person."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from tests.permissions.world import World

OPINION = {"opinion": "矩阵测试"}


def body(world: World, name: str) -> dict[str, Any]:
    """What is sent to a door; nothing where the door asks who comes first."""
    if name in ("credit:subject-grade", "subject-grade"):
        return {"grade": "C"} | OPINION
    if name in ("credit:subject-unmask", "subject-unmask"):
        return OPINION
    if name == "subject-upsert":
        return {"subjects": [], "source": "矩阵测试"}
    if name.endswith(("-acts", "-act", ":act")):
        return OPINION
    if name == "plan-item-list":
        return _plan_item(world)
    if name == "matters:bulk":
        return {"selected": [world.value("matter_draft")], "confirm": "1"} | OPINION
    if name == "inspections:task-propose":
        return {"visit_on": str(timezone.localdate())} | OPINION
    if name == "inspections:draw-party":
        return {"party": "lead", "commitment": "c" * 64}
    if name == "records:outbox-bulk":
        return {"selected": [str(world.value("message"))], "confirm": "1"} | OPINION
    if name == "inspections:task-bulk":
        return {"selected": [world.value("task_sent")], "confirm": "1"}
    if name == "inspections:result-bulk-approve":
        return {"selected": [world.value("result_submitted")], "confirm": "1"} | OPINION
    if name == "joint-verification-list":
        return _joint(world)
    if name == "draw-list":
        return {"item": world.value("item")}
    if name == "task-list":
        return {"draw": world.value("draw")}
    if name in ("result-submit", "inspections:result-edit"):
        return {"codes": ["no_problem"], "remark": ""}
    return {}


def _plan_item(world: World) -> dict[str, Any]:
    item = world.things["item"]
    return {
        "year": world.things["next_year"],
        "matter_version": item.matter_version_id,
        "title": "伪造的计划",
        "categories": list(item.categories),
        "parts": [{"department": item.lead_id, "check_items": []}],
        "ratios": item.ratios,
        "period_start": f"{world.things['next_year']}-03-01",
        "period_end": f"{world.things['next_year']}-05-31",
        "draw_at": f"{world.things['next_year']}-02-20T09:30:00+08:00",
        "draw_mode": item.draw_mode,
        "draw_level": item.draw_level,
        "staffing": item.staffing,
    }


def _joint(world: World) -> dict[str, Any]:
    clue = world.things["clue_own"]
    parts = [
        {"department": department.pk, "task": "核查食堂", "days": 5}
        for department in (clue.holder, world.things["refusal_advised"].addressee)
    ]
    return {"clue": clue.pk, "purpose": "请共同核查。", "parts": parts}
