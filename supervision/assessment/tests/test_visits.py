"""Visits and plan items as rows: done together, on the agreed day, to the end of the plan."""

from __future__ import annotations

import datetime as dt

from inspections.models import JointTask, PlanItem, TaskPart
from inspections.tests.visit_samples import make_story
from supervision.assessment.models import LineScore
from supervision.assessment.tests.samples import day, third_quarter

AUGUST_3 = dt.date(2026, 8, 3)


def figures(of, department) -> dict[str, tuple[int, int]]:  # type: ignore[no-untyped-def]
    found = LineScore.objects.filter(of__round=of, of__department=department, rows__gt=0)
    return {each.line.key: (each.rows, each.met) for each in found.select_related("line")}


def test_visits_count_for_who_led_and_for_who_took_part(county, actor) -> None:  # type: ignore[no-untyped-def]
    story = make_story(county, homes=3, codes=("MZJ", "WJW"))
    joint, alone, called_off = story.dispatch()
    PlanItem.objects.filter(pk=story.item.pk).update(
        period_start=dt.date(2026, 7, 1), period_end=dt.date(2026, 9, 1)
    )
    tasks = JointTask.objects.filter(pk__in=[joint.pk, alone.pk])
    tasks.update(visit_on=AUGUST_3, state="checked")
    JointTask.objects.filter(pk=called_off.pk).update(visit_on=AUGUST_3, state="cancelled")
    lead, partner = story.departments["MZJ"], story.departments["WJW"]
    TaskPart.objects.filter(task=alone, department=partner).delete()
    for department, at in ((lead, day(8, 3, 16)), (partner, day(8, 4, 9))):
        TaskPart.objects.filter(department=department).update(state="submitted", submitted_at=at)
    of = third_quarter(actor)
    assert figures(of, lead) == {"plan_done": (1, 1), "joint_visits": (2, 1), "visits_done": (2, 2)}
    assert figures(of, partner) == {"visits_done": (1, 0)}
    row = LineScore.objects.get(of__round=of, of__department=lead, line__key="joint_visits")
    assert sorted(row.facts.values_list("note", "met")) == [
        ("1 个部门", False),
        ("2 个部门", True),
    ]


def test_a_plan_item_of_which_a_visit_is_missing_is_not_done(county, actor) -> None:  # type: ignore[no-untyped-def]
    story = make_story(county, homes=2, codes=("MZJ", "WJW"))
    done, open_one = story.dispatch()
    PlanItem.objects.filter(pk=story.item.pk).update(
        period_start=dt.date(2026, 7, 1), period_end=dt.date(2026, 9, 1)
    )
    JointTask.objects.filter(pk=done.pk).update(visit_on=AUGUST_3, state="closed")
    JointTask.objects.filter(pk=open_one.pk).update(visit_on=AUGUST_3, state="notified")
    of = third_quarter(actor)
    line = LineScore.objects.get(
        of__round=of, of__department=story.departments["MZJ"], line__key="plan_done"
    )
    assert (line.met, line.facts.get().note) == (0, "已完成 1 / 2 户")
    # Nobody handed in what was found on the agreed day.
    assert figures(of, story.departments["WJW"]) == {"visits_done": (2, 0)}
