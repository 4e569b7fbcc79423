"""Opening a year and preparing plan items (I2)."""

from __future__ import annotations

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Max

from departments import profile
from departments.actors import is_clerk_of
from departments.models import Region
from departments.roles import Role
from inspections import rules
from inspections.acts.plans import PLAN_ITEM_ACTS, receives_plans
from inspections.models import PlanItem, PlanItemPart, PlanItemParty, YearPlan
from inspections.selectors.plans import filing_rule
from inspections.services.plan_data import Checked, ItemData, check, party_codes
from matters.models import MatterVersion
from records import clock, deadlines, trail
from records.actor import Actor
from records.errors import NotAllowed, Refused
from records.models import Deadline
from records.workdays import fixed_date

YEARS_AHEAD = 2
_PART_STATE = PlanItemPart.State


@transaction.atomic
def open_year(actor: Actor, year: int) -> YearPlan:
    """Start the collecting of a year's plan and its filing deadlines, by whom receives plans.

    Doing it again adds the deadlines of matters that came into force since.
    Raises ``NotAllowed``, or ``Refused`` for a year that is past or too far off.
    """
    if not receives_plans(actor, actor.region_code):
        raise NotAllowed("只有接收年度计划的部门可以启动计划编制。", verb="year-plan.open")
    return year_plan(actor, year)


@transaction.atomic
def year_plan(actor: Actor, year: int) -> YearPlan:
    """The plan of a year, opened if nobody has done so. Raises as ``open_year``; any clerk or
    head may, since a lead department need not wait for the receiver."""
    if not actor.has_role(Role.CLERK, Role.HEAD):
        raise NotAllowed("只有部门经办人或负责人可以编制年度计划。", verb="year-plan.open")
    this_year = clock.today().year
    plan = (
        YearPlan.objects.select_related("region")
        .filter(region__code=actor.region_code, year=year)
        .first()
    )
    if plan is None:
        if not this_year <= year <= this_year + YEARS_AHEAD:
            raise Refused(
                f"只能编制 {this_year} 至 {this_year + YEARS_AHEAD} 年度的计划。", field="year"
            )
        region = Region.objects.get(code=actor.region_code)
        plan, created = YearPlan.objects.get_or_create(region=region, year=year)
        if created:
            trail.record(actor, "year-plan.open", "启动年度计划编制", plan, after={"year": year})
    start_filing_deadlines(actor, plan)
    return plan


def start_filing_deadlines(actor: Actor, plan: YearPlan) -> None:
    """One fixed date per matter in force and its lead department; a department that leads no
    longer is released. A matter that came into force after the date owes no plan that year."""
    region_code = plan.region.code
    rule = profile.resolve(region_code, rules.PLAN_FILING_DATE)
    month, day = divmod(rule.value, 100)
    due_at = fixed_date(plan.year, month, day)
    known = {
        (deadline.rule, deadline.department_id): deadline
        for deadline in Deadline.objects.filter(
            target_type=ContentType.objects.get_for_model(YearPlan),
            target_id=plan.pk,
            cancelled_at=None,
        )
    }
    for version in (
        MatterVersion.objects.in_force()
        .filter(matter__region=plan.region)
        .select_related("matter", "lead")
    ):
        code = filing_rule(version.matter_id)
        wanted = (code, version.lead_id)
        outdated = [key for key in known if key[0] == code and key != wanted]
        if any(known[key].is_running for key in outdated):
            deadlines.cancel(plan, code)
        late = version.in_force_at is not None and version.in_force_at > due_at
        if wanted in known or late:
            continue
        deadlines.start_fixed(
            actor,
            plan,
            rule=code,
            title=f"{version.name}年度计划备案",
            source=rule.source,
            year=plan.year,
            month=month,
            day=day,
            department_id=version.lead_id,
            region_code=region_code,
        )


@transaction.atomic
def create_item(actor: Actor, year: int, matter_version_id: int, data: ItemData) -> PlanItem:
    """Prepare an item on a matter in force, as clerk or head of its lead department.

    Raises ``NotAllowed``, ``PlanInvalid`` with every problem at its field, or ``Refused``.
    """
    version = (
        MatterVersion.objects.in_force()
        .select_related("lead", "matter__region")
        .filter(pk=matter_version_id, matter__region__code=actor.region_code)
        .first()
    )
    if version is None:
        raise Refused("请选择一个已生效的监管事项。", field="matter_version")
    must_lead(actor, version)
    plan = year_plan(actor, year)
    checked = check(year, version, data)
    YearPlan.objects.select_for_update().get(pk=plan.pk)  # numbers are given one at a time
    last = plan.items.aggregate(last=Max("number"))["last"] or 0
    item = PlanItem(plan=plan, number=last + 1, matter_version=version, lead=version.lead)
    _fill(item, data)
    item.save()
    _write_parts(item, checked, data)
    _write_parties(item, data)
    trail.record(
        actor,
        "plan-item.create",
        "编制计划项目",
        item,
        after={**trail.snapshot(item), **_relations(item)},
    )
    return item


def must_lead(actor: Actor, version: MatterVersion) -> None:
    """Raise ``NotAllowed`` unless the actor may plan for the matter."""
    if not is_clerk_of(actor, version.lead_id):
        raise NotAllowed(
            f"“{version.name}”由{version.lead.name}牵头，只有该部门可以编制其计划项目。",
            verb="plan-item.create",
            target=version,
        )


def update_item(actor: Actor, pk: int, data: ItemData) -> PlanItem:
    """Change a draft; it then rests on the version of its matter that is in force now.

    Raises as ``ActTable.check``, and ``PlanInvalid`` with every problem at its field.
    """
    with PLAN_ITEM_ACTS.take(actor, "edit", pk) as item:
        version = current_version(item)
        if version.lead_id != item.lead_id:
            raise Refused(f"该事项现由{version.lead.name}牵头，请撤回本项目，由其另行编制。")
        checked = check(item.plan.year, version, data)
        before = _relations(item)
        item.matter_version = version
        _fill(item, data)
        _write_parts(item, checked, data)
        _write_parties(item, data)
        after = _relations(item)
        changed = [name for name in after if before[name] != after[name]]
        if changed:
            trail.record(
                actor,
                "plan-item.parts",
                "修改参与部门、检查事项或参与方",
                item,
                before={name: before[name] for name in changed},
                after={name: after[name] for name in changed},
            )
    return item


def current_version(item: PlanItem) -> MatterVersion:
    """The version in force of the item's matter; the item's own when there is none any more."""
    found = (
        MatterVersion.objects.in_force()
        .filter(matter_id=item.matter_version.matter_id)
        .select_related("lead", "matter__region")
        .first()
    )
    return found or item.matter_version


def _fill(item: PlanItem, data: ItemData) -> None:
    item.title = data.title.strip()
    item.categories = sorted(set(data.categories))
    item.ratios = dict(data.ratios)
    item.quota = None if data.full_coverage else data.quota
    item.full_coverage = data.full_coverage
    item.period_start = data.period_start
    item.period_end = data.period_end
    item.draw_at = data.draw_at
    item.draw_mode = data.draw_mode
    item.draw_level = data.draw_level
    item.staffing = data.staffing
    item.officers_per_visit = data.officers_per_visit
    item.max_teams = data.max_teams


def _write_parts(item: PlanItem, checked: Checked, data: ItemData) -> None:
    known = {part.department_id: part for part in item.parts.all()}
    for pk, duty in checked.duties.items():
        part = known.pop(pk, None) or PlanItemPart(item=item, department=duty.department)
        part.part = duty.part
        part.sends_inspectors = checked.sends[pk]
        part.state, part.opinion, part.decided_at = _PART_STATE.PENDING, "", None
        part.save()
        part.check_items.set(data.check_items.get(pk, ()))
    item.parts.filter(department_id__in=known).delete()


def _write_parties(item: PlanItem, data: ItemData) -> None:
    item.parties.all().delete()
    if data.draw_level == PlanItem.Level.PARTIES:
        PlanItemParty.objects.bulk_create(
            PlanItemParty(item=item, code=code, department_id=pk)
            for code, pk in party_codes(item.region_code, item.lead, data.parties)
        )


def _relations(item: PlanItem) -> dict[str, Any]:
    """Parts and parties in words, for the trail."""
    parts = item.parts.select_related("department").prefetch_related("check_items").order_by("pk")
    return {
        "parts": {
            part.department.name: [entry.title for entry in part.check_items.all()]
            for part in parts
        },
        "parties": {
            party.code: party.department.name
            for party in item.parties.select_related("department").order_by("code")
        },
    }
