"""Which ratio, frequency and exemption a draw follows when a policy is in force (S5)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from credit.models import Subject, SupervisionPolicy
from credit.policy_validation import GRADES, RowInput
from credit.scoring import Bands
from credit.services import evaluations, events, indicators, policies
from credit.services.events import Told
from credit.set_validation import LineInput
from departments.models import Region
from inspections.models import Draw, PlanItem
from inspections.services import draws
from inspections.services.plan_data import default_ratios
from inspections.services.terms import terms_of
from inspections.tests.draw_world import WHO, fill_directories, plan_item, promise
from matters.models import MatterVersion
from records import clock
from records.actor import Actor

pytestmark = pytest.mark.django_db

RATIOS = {"A": 200, "B": 800, "C": 2500, "D": 10000}


@pytest.fixture
def region(county: Region) -> Region:
    fill_directories(county, 160)
    return county


@pytest.fixture
def enforced(actor: Callable[[str], Actor]) -> Callable[..., SupervisionPolicy]:
    def enforce(own: Sequence[RowInput] = (), industries: Sequence[str] = (), frequency: int = 1):
        clerk, head = actor("fgw_clerk"), actor("fgw_head")
        rows = [RowInput(None, grade, RATIOS[grade], frequency) for grade in GRADES]
        made = policies.draft(clerk, "差异化监管方案", "首次", rows)
        said = policies.PolicyInput(made.name, made.reason, tuple(industries), [*rows, *own])
        policies.edit(clerk, made.pk, said)
        policies.submit(clerk, made.pk)
        return policies.enforce(head, made.pk)

    return enforce


def frozen(item: PlanItem, actor: Callable[[str], Actor]) -> Draw:
    draw = draws.announce(actor("mzj_clerk"), item.pk)
    for party, username in WHO.items():
        draws.commit_nonce(actor(username), draw.pk, party, promise(draw, party))
    return draws.freeze(actor("mzj_clerk"), draw.pk)


def ratios(item: PlanItem) -> dict[str, int]:
    return {grade: term.ratio_bp for grade, term in terms_of(item).items()}


def test_list_before_default_policy_before_list_item_before_policy(
    region: Region, enforced: Callable[..., Any]
) -> None:
    item = plan_item(region, ratios={})
    assert ratios(item) == {"A": 300, "B": 1000, "C": 3000, "D": 10000}
    MatterVersion.objects.filter(pk=item.matter_version_id).update(ratio_bp=1250)
    item = PlanItem.objects.get(pk=item.pk)
    assert set(ratios(item).values()) == {1250}
    enforced([RowInput(item.matter_version.matter_id, "C", 5000)])
    assert ratios(item) == RATIOS | {"C": 5000}
    assert default_ratios(item.matter_version) == RATIOS | {"C": 5000}
    item.ratios = {"B": 777}
    assert ratios(item) == RATIOS | {"B": 777, "C": 5000}


def test_the_frozen_rules_name_the_version(
    region: Region, actor: Callable[[str], Actor], enforced: Callable[..., Any]
) -> None:
    enforced()
    item = plan_item(region, ratios={"D": 9000})
    rules = json.loads(frozen(item, actor).rules_json)
    assert rules["strata"]["A"]["source"] == "差异化监管方案（第 1 版）·通用"
    assert rules["strata"]["D"]["source"] == "计划项目"
    assert rules["caps"]["frequency-A"] == 1 and "frequency" not in rules["caps"]


def test_low_risk_firms_of_new_industries_are_left_to_triggers(
    region: Region, actor: Callable[[str], Actor], enforced: Callable[..., Any]
) -> None:
    item = plan_item(region, ratios={})
    MatterVersion.objects.filter(pk=item.matter_version_id).update(name="企业年报公示信息检查")
    Subject.objects.update(industry_class="")
    low, high = (Subject.objects.filter(status="open", grade=grade)[:5] for grade in "AD")
    chosen = [subject.pk for subject in (*low, *high)]
    Subject.objects.filter(pk__in=chosen).update(industry_class="6420")
    matter = item.matter_version.matter_id
    enforced([RowInput(matter, "A", 200, trigger_only=True)], ["64"])
    draw = frozen(PlanItem.objects.get(pk=item.pk), actor)
    assert draw.counts["excluded"]["trigger"] == 5
    assert "触发式" in json.loads(draw.rules_json)["exclusions"]["trigger"]


def test_full_coverage_asks_no_policy(
    region: Region, actor: Callable[[str], Actor], enforced: Callable[..., Any]
) -> None:
    enforced()
    draw = frozen(plan_item(region, full_coverage=True), actor)
    assert draw.counts["pool"] == Subject.objects.filter(status="open").count()


def test_how_often_a_year_follows_the_policy(
    region: Region, actor: Callable[[str], Actor], enforced: Callable[..., Any]
) -> None:
    policy = enforced()
    first = plan_item(region, draw_level=PlanItem.Level.SYSTEM)
    first.parties.all().delete()
    draw = draws.announce(actor("mzj_clerk"), first.pk)
    draw = draws.freeze(actor("mzj_clerk"), draw.pk)
    drawn = draw.selected.filter(is_reserve=False).count()
    again = plan_item(region, 2)
    excluded = {}
    for frequency in (1, 2, 0):
        policy.rows.update(frequency=frequency)
        counts = draws.gather(again, "00" * 32).counts["excluded"]
        excluded[frequency] = counts.get("frequency", 0)
    assert excluded == {1: drawn, 2: 0, 0: 0} and drawn > 0


def test_a_matter_with_indicators_of_its_own_is_drawn_by_its_grades(
    region: Region, actor: Callable[[str], Actor]
) -> None:
    """一业一评 from the lead department's draft to the strata of its draw."""
    item = plan_item(region)
    matter = item.matter_version.matter
    worse = Subject.objects.filter(status="open", grade="A")[0]
    clerk = actor("mzj_clerk")
    line = LineInput(
        "complaints", "投诉举报", "服务", "complaint", "count", 10_000, 1, 12, own_matter=True
    )
    made = indicators.draft(clerk, matter.pk, "养老机构信用评价指标", "一业一评")
    said = indicators.SetInput(made.name, made.reason, Bands(8_500, 7_000, 5_000), (line,))
    indicators.edit(clerk, made.pk, said)
    indicators.submit(clerk, made.pk)
    indicators.HANDLERS["sign"](actor("mzj_head"), made.pk, "")
    told = Told(worse.pk, "complaint", clock.today(), "护理不当", "试验", "1", matter_id=matter.pk)
    events.tell(clerk, [told])
    in_force = indicators.enforce(actor("fgw_head"), made.pk)
    evaluations.go_on(in_force.evaluations.get().pk)
    worse.refresh_from_db()
    assert worse.grade == "A"
    strata = dict(draws.gather(item, "00" * 32).pool)
    assert strata[worse.identifier] == "D"
    assert sorted(set(strata.values())) == ["A", "D"]
