"""From a pattern to a campaign: proposed, decided by the coordination office, planned by the lead
department as an item added to this year's plan (L12)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone

from clues.acts.campaigns import CAMPAIGN_ACTS, CAMPAIGN_STAGES
from clues.models import Campaign, Clue, RiskWarning
from clues.services.turns import wait_turn
from clues.stages import hold_clue
from departments.actors import is_clerk_of, is_head_of
from departments.models import Region
from inspections.models import PlanItem
from inspections.services.plan_data import ItemData, usual_terms
from inspections.services.plans import create_item
from matters.models import MatterVersion, SubjectCategory
from records import clock, trail
from records.actor import Actor
from records.errors import Conflict, NotAllowed, Refused
from records.periods import ago

_S = Campaign.State
_LOOK_BACK_DAYS = 90


def propose(
    actor: Actor,
    *,
    title: str,
    reason: str,
    categories: list[str],
    township_code: str = "",
    warning_id: int | None = None,
) -> Campaign:
    """Propose a campaign: by the system or a head at once, by a clerk through the head.

    A warning is proposed once, and the same form too; the second time gives what stands. Raises
    ``NotAllowed``, or ``Refused`` with the field at fault.
    """
    must_be_able_to_propose(actor)
    warning = None
    if warning_id is not None:
        warning = RiskWarning.objects.visible_to(actor).filter(pk=warning_id).first()
        if warning is None:
            raise Refused("预警不存在。", code="not_found")
        if (standing := _standing(actor, warning)) is not None:
            return standing
    region_code = warning.region_code if warning else actor.region_code
    township = _township(region_code, township_code)
    codes = _categories(categories)
    if not codes and township is None:
        raise Refused("请选择对象类别或乡镇街道。", field="categories")
    if not title.strip():
        raise Refused("请填写专项名称。", field="title")
    if len(title.strip()) > 100:
        raise Refused("专项名称不能超过 100 个字。", field="title")
    if not reason.strip():
        raise Refused("请写明规律和依据。", field="reason")
    if len(reason.strip()) > 3000:
        raise Refused("规律和依据不能超过 3000 个字。", field="reason")
    at_once = actor.is_system or is_head_of(actor, actor.department_id)
    with transaction.atomic():
        if warning is not None:
            if warning.clue_id is not None:
                hold_clue(warning.clue_id)
            # As it stands now: it may have become confidential meanwhile.
            warning = RiskWarning.objects.select_for_update(of=("self",)).get(pk=warning.pk)
            sent_before = _standing(actor, warning)
        else:
            wait_turn(actor)
            sent_before = Campaign.objects.filter(
                warning=None,
                region_code=region_code,
                proposed_by_id=actor.department_id,
                drafted_by_id=actor.user_id,
                title=title.strip(),
                reason=reason.strip(),
                categories=codes,
                township=township,
                state__in=(_S.REVIEW, _S.PROPOSED),
            ).first()
        if sent_before is not None:
            return sent_before
        campaign = Campaign.objects.create(
            region_code=region_code,
            confidential=warning.confidential if warning else False,
            clue=warning.clue if warning else None,
            warning=warning,
            title=title.strip(),
            reason=reason.strip(),
            categories=codes,
            township=township,
            evidence=figures(region_code, codes, township),
            proposed_by_id=actor.department_id,
            drafted_by_id=actor.user_id,
            state=_S.PROPOSED if at_once else _S.REVIEW,
        )
        CAMPAIGN_STAGES.enter(actor, campaign)
        trail.record(
            actor, "campaign.propose", "提出专项整治建议", campaign, opinion=campaign.reason
        )
    return campaign


def _standing(actor: Actor, warning: RiskWarning) -> Campaign | None:
    found = Campaign.objects.visible_to(actor).filter(warning=warning)
    standing: Campaign | None = found.exclude(state__in=(_S.DECLINED, _S.WITHDRAWN)).first()
    return standing


def must_be_able_to_propose(actor: Actor) -> None:
    """Raise ``NotAllowed`` unless the system, or a clerk or the head of a department."""
    if not actor.is_system and not is_clerk_of(actor, actor.department_id):
        raise NotAllowed("只有部门经办人或负责人可以提出专项整治建议。", verb="campaign.propose")


def figures(region_code: str, categories: list[str], township: Region | None) -> dict[str, Any]:
    """The numbers that stand beside a proposal: clues of the last days on such subjects or there,
    confidential ones left out, how many are open, how many subjects they concern."""
    now = clock.now()
    since = ago(now, days=_LOOK_BACK_DAYS)
    found = Clue.objects.filter(region_code=region_code, confidential=False, received_at__gte=since)
    if categories:
        found = found.filter(subject__categories__overlap=categories)
    if township is not None:
        found = found.filter(township=township)
    return {
        "since": timezone.localtime(since).date().isoformat(),
        "until": timezone.localtime(now).date().isoformat(),
        "clues": found.count(),
        "open": found.filter(state__in=Clue.OPEN_STATES).count(),
        "subjects": found.order_by().values("subject_id").distinct().count(),
    }


def sign(actor: Actor, pk: int, opinion: str = "") -> Campaign:
    """Send a proposal in the department's name."""
    with CAMPAIGN_ACTS.take(actor, "sign", pk, opinion=opinion) as campaign:
        pass
    return campaign


def accept(actor: Actor, pk: int, version: MatterVersion, decision: str) -> Campaign:
    """Make it a campaign on a matter in force; the lead department of the matter plans it."""
    with CAMPAIGN_ACTS.take(actor, "accept", pk, opinion=decision) as campaign:
        if version.matter.region.code != campaign.region_code or not _is_in_force(version):
            raise Refused("请选择本地区已生效的监管事项。", field="version")
        fitting = version.categories.filter(code__in=campaign.categories)
        if campaign.categories and not fitting.exists():
            raise Refused(f"“{version.name}”的监管对象不包括本专项的对象类别。", field="version")
        campaign.matter, campaign.lead = version.matter, version.lead
        campaign.decision = decision.strip()
    return campaign


def decline(actor: Actor, pk: int, opinion: str) -> Campaign:
    """Answer that no campaign will be made of it, with the reason."""
    with CAMPAIGN_ACTS.take(actor, "decline", pk, opinion=opinion) as campaign:
        campaign.decision = opinion.strip()
    return campaign


def withdraw(actor: Actor, pk: int, opinion: str) -> Campaign:
    """The proposer takes it back before it is decided."""
    with CAMPAIGN_ACTS.take(actor, "withdraw", pk, opinion=opinion) as campaign:
        pass
    return campaign


def plan(
    actor: Actor, pk: int, *, period_start: dt.date, period_end: dt.date, draw_at: dt.datetime
) -> PlanItem:
    """Add the campaign to the plan of its year: a draft item of the plan with the usual
    departments, check items, ratios and parties, which then goes its ordinary way (confirmed,
    filed, merged, published). Raises as ``inspections.services.plans.create_item``."""
    with CAMPAIGN_ACTS.take(actor, "plan", pk) as campaign:
        version = (
            MatterVersion.objects.in_force()
            .filter(matter=campaign.matter)
            .select_related("lead", "matter__region")
            .first()
        )
        if version is None:
            raise Conflict("所选监管事项已不在执行，请联系综合协调组另行指定。")
        data = ItemData(
            **usual_terms(version, campaign.categories or None),
            title=campaign.title,
            period_start=period_start,
            period_end=period_end,
            draw_at=draw_at,
        )
        item = create_item(actor, period_start.year, version.pk, data)
        campaign.plan_item = item
    return item


HANDLERS = {"sign": sign, "decline": decline, "withdraw": withdraw}


def _is_in_force(version: MatterVersion) -> bool:
    return MatterVersion.objects.in_force().filter(pk=version.pk).exists()


def _categories(codes: list[str]) -> list[str]:
    wanted = sorted(set(codes))
    if SubjectCategory.objects.filter(code__in=wanted).count() < len(wanted):
        raise Refused("对象类别不在目录中。", field="categories")
    return wanted


def _township(region_code: str, code: str) -> Region | None:
    if not code:
        return None
    found = Region.objects.filter(code=code, code__startswith=region_code).first()
    if found is None:
        raise Refused("乡镇街道不在本地区。", field="township")
    return found
