"""Pages: the ways to other systems for the administrator, supervision acts against their reports
for the coordination office."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views import View

from records.actor import Actor
from records.errors import NotAllowed
from records.exports import export_list
from records.form_page import FormPage
from records.middleware import actor_of
from records.outbox_pages import ways
from records.paging import capped_count, requested_page
from records.selectors import timeline
from records.views import ActView
from supervision.gateway.acts import administers
from supervision.outbound import selectors
from supervision.outbound.acts import LINK_ACTS
from supervision.outbound.forms import ActFilter, LinkForm, NewLinkForm
from supervision.outbound.links import links
from supervision.outbound.models import OutboundLink
from supervision.outbound.services import links as services
from supervision.outbound.services import reports


def _ensure_administrator(request: HttpRequest) -> None:
    if not administers(actor_of(request)):
        raise NotAllowed("只有系统管理员可以管理对外对接。", verb="outbound_link.manage")


def _link(request: HttpRequest, pk: int) -> OutboundLink:
    found = OutboundLink.objects.visible_to(actor_of(request)).select_related("region", "secret")
    return get_object_or_404(found, pk=pk)


class LinkListView(View):
    """The ways that are set up."""

    def get(self, request: HttpRequest) -> HttpResponse:
        _ensure_administrator(request)
        found = OutboundLink.objects.visible_to(actor_of(request)).select_related("region")
        standing = {(way.route.target, way.route.region_code): way for way in ways(links())}
        page = requested_page(request, found, ("-id",))
        rows = [(link, standing[link.target, link.region.code]) for link in page]
        return render(request, "outbound/links.html", {"page": page, "rows": rows})


class LinkNewView(FormPage):
    """Set up a way."""

    template_name = "outbound/link_form.html"
    title = "设置对外对接"

    def target(self, actor: Actor) -> None:
        return None

    def check(self, actor: Actor, target: None) -> None:
        _ensure_administrator(self.request)

    def form(self, actor: Actor, target: None, *sent: Any) -> NewLinkForm:
        return NewLinkForm(*sent)

    def carry_out(self, actor: Actor, target: None, form: NewLinkForm) -> OutboundLink:
        said = form.cleaned_data
        return services.create(actor, said["region"], said["target"], form.given(), said["reason"])

    def back(self, target: None) -> str:
        return reverse("outbound:links")

    def words(self, changed: OutboundLink) -> str:
        return f"已设置“{changed}”，启用后开始推送。"


class LinkView(View):
    """One way: where to, how it has been doing, its trail."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        link = _link(request, pk)
        own = [
            way
            for way in ways(links())
            if (way.route.target, way.route.region_code) == (link.target, link.region.code)
        ]
        context = {
            "link": link,
            "way": own[0],
            "secret": getattr(link, "secret", None),
            "acts": LINK_ACTS.buttons(actor_of(request), link),
            "entries": timeline(link),
        }
        return render(request, "outbound/link.html", context)


class LinkEditView(FormPage):
    """Change it."""

    template_name = "outbound/link_form.html"
    title = "修改对外对接"

    def target(self, actor: Actor) -> OutboundLink:
        return _link(self.request, self.kwargs["pk"])

    def check(self, actor: Actor, target: OutboundLink) -> None:
        LINK_ACTS.authorise(actor, "edit", target)

    def form(self, actor: Actor, target: OutboundLink, *sent: Any) -> LinkForm:
        return LinkForm(*sent) if sent else LinkForm.of(target)

    def carry_out(self, actor: Actor, target: OutboundLink, form: LinkForm) -> OutboundLink:
        return services.edit(actor, target.pk, form.given(), form.cleaned_data["reason"])


class LinkActView(ActView):
    """Switch it on and off."""

    table = LINK_ACTS
    handlers = services.HANDLERS
    detail_url = "outbound:link"


class ActListView(View):
    """Supervision acts against what was reported of them."""

    def get(self, request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        selectors.ensure_coordinates(actor)
        form = ActFilter(actor, request.GET)
        every = form.narrow(selectors.acts(actor, form.chosen_kind))
        found = form.narrow_status(every)
        if request.GET.get("export") == "xlsx":
            return export_list(
                request,
                selectors.SHEET,
                found.order_by("-id"),
                partial(selectors.export_rows, actor),
                "监管行为数据.xlsx",
            )
        page = requested_page(request, found, ("-id",))
        counts = selectors.counts(every)
        context = {
            "form": form,
            "page": page,
            "rows": [selectors.line(each, actor) for each in page],
            "total": capped_count(found),
            "counts": [
                (status, selectors.STATUSES[status], number, selectors.TONES[status])
                for status, number in counts.items()
            ],
        }
        return render(request, "outbound/acts.html", context)


class ReportMissingView(View):
    """Let what is missing be reported now."""

    def post(self, request: HttpRequest) -> HttpResponse:
        reports.report_now(actor_of(request))
        messages.success(request, "已开始补报，片刻后刷新查看。")
        return redirect("outbound:acts")
