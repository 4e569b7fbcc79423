"""Pages of campaigns: list, one, proposing, accepting, planning (L12)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views import View

from clues.acts.campaigns import CAMPAIGN_ACTS
from clues.forms.penalties import AcceptForm, CampaignFilter, CampaignForm, PlanForm
from clues.models import Campaign
from clues.selectors import joint as selectors
from clues.services import campaigns as services
from departments.actors import is_clerk_of
from inspections.models import PlanItem
from matters.models import SubjectCategory
from records import clock
from records.actor import Actor
from records.errors import Refused
from records.form_page import FormPage
from records.forms import show_refusal
from records.middleware import actor_of
from records.paging import capped_count, requested_page
from records.selectors import timeline
from records.views import ActView


class CampaignListView(View):
    """The campaigns a person may know of."""

    def get(self, request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        form = CampaignFilter(actor, request.GET)
        found = form.narrow(selectors.campaign_list(actor))
        page = requested_page(request, found, selectors.ORDER)
        context = {
            "form": form,
            "page": page,
            "rows": selectors.with_stops(page.rows),
            "total": capped_count(found),
            "may_propose": is_clerk_of(actor, actor.department_id),
        }
        return render(request, "clues/campaign_list.html", context)


class CampaignNewView(View):
    """Propose a campaign."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._show(request, CampaignForm(self._actor(request)))

    def post(self, request: HttpRequest) -> HttpResponse:
        actor = self._actor(request)
        form = CampaignForm(actor, request.POST)
        if form.is_valid():
            values = dict(form.cleaned_data)
            township = values.pop("township")
            try:
                campaign = services.propose(
                    actor, **values, township_code=township.code if township else ""
                )
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, "已提出专项整治建议。")
                return redirect(campaign)
        return self._show(request, form)

    def _actor(self, request: HttpRequest) -> Actor:
        actor = actor_of(request)
        services.must_be_able_to_propose(actor)
        return actor

    def _show(self, request: HttpRequest, form: CampaignForm) -> HttpResponse:
        status = 422 if form.errors else 200
        return render(request, "clues/campaign_form.html", {"form": form}, status=status)


class CampaignView(View):
    """One campaign: the pattern, its figures, what was decided and planned."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        campaign = get_object_or_404(selectors.campaign_list(actor), pk=pk)
        names = SubjectCategory.objects.filter(code__in=campaign.categories)
        context = {
            "campaign": campaign,
            "stop": selectors.stop_of(campaign),
            "acts": CAMPAIGN_ACTS.buttons(actor, campaign),
            "categories": list(names.values_list("name", flat=True)),
            "plan_item": PlanItem.objects.visible_to(actor)
            .filter(pk=campaign.plan_item_id)
            .first(),
            "entries": timeline(campaign),
        }
        return render(request, "clues/campaign.html", context)


class CampaignActView(ActView):
    """Acts on it."""

    table = CAMPAIGN_ACTS
    handlers = services.HANDLERS
    detail_url = "clues:campaign"


class _CampaignPage(FormPage):
    code: str

    def target(self, actor: Actor) -> Campaign:
        return get_object_or_404(selectors.campaign_list(actor), pk=self.kwargs["pk"])

    def check(self, actor: Actor, target: Campaign) -> None:
        CAMPAIGN_ACTS.check(actor, self.code, target)


class AcceptView(_CampaignPage):
    """Make it a campaign on a matter."""

    code = "accept"
    title = "采纳并指定牵头"
    button = "采纳"
    note = "由所选监管事项的牵头部门编制本年度计划的专项项目。"

    def form(self, actor: Actor, target: Campaign, *sent: Any) -> AcceptForm:
        return AcceptForm(target, *sent)

    def carry_out(self, actor: Actor, target: Campaign, form: AcceptForm) -> Campaign:
        return services.accept(actor, target.pk, **form.cleaned_data)


class PlanView(_CampaignPage):
    """Add it to the plan."""

    code = "plan"
    title = "编入本年度计划"
    button = "生成计划项目"
    note = "按事项的通常做法生成计划项目草稿，可在年度计划中修改，再提请确认、备案和公布。"

    def form(self, actor: Actor, target: Campaign, *sent: Any) -> PlanForm:
        now = timezone.localtime(clock.now()).replace(second=0, microsecond=0)
        today = now.date()
        initial = {
            "period_start": today,
            "period_end": today.replace(month=12, day=31),
            "draw_at": now,
        }
        return PlanForm(*sent, initial=initial)

    def carry_out(self, actor: Actor, target: Campaign, form: PlanForm) -> PlanItem:
        return services.plan(actor, target.pk, **form.cleaned_data)
