"""Pages of upstream matters: what the levels above have told, and claiming it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views import View

from departments.models import Region
from matters import selectors
from matters.acts import UPSTREAM_ACTS
from matters.models import UpstreamMatter
from matters.upstream import HANDLERS, claim
from matters.upstream_forms import ClaimForm, UpstreamFilter
from records.actor import Actor
from records.acts import ActTable
from records.errors import Conflict, Refused
from records.exports import export_list
from records.forms import show_refusal
from records.middleware import actor_of
from records.paging import capped_count, requested_page
from records.params import key_of
from records.selectors import timeline
from records.views import ActView

_ORDERING = ("-told_at", "-id")


class UpstreamListView(View):
    """What the levels above have told, the newest first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = selectors.upstream_list(actor_of(request))
        found = UpstreamFilter(request.GET, queryset=rows)
        if request.GET.get("export") == "xlsx":
            return export_list(
                request,
                selectors.UPSTREAM_SHEET,
                found.qs.order_by(*_ORDERING),
                selectors.upstream_rows,
                "上级事项.xlsx",
            )
        context = {
            "filter": found,
            "page": requested_page(request, found.qs, _ORDERING),
            "total": capped_count(found.qs),
            "filtered": any(found.form.cleaned_data.values()) if found.form.is_valid() else True,
        }
        return render(request, "matters/upstream_list.html", context)


class UpstreamView(View):
    """One of them with its versions, beside the own matter that it was claimed as."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        upstream = get_object_or_404(selectors.upstream_list(actor), pk=pk)
        issuer = Region.objects.filter(code=upstream.issuer).first()
        context = {
            "upstream": upstream,
            "issuer": issuer.full_name if issuer else upstream.issuer,
            "line": selectors.upstream_line(upstream),
            "own": selectors.version_list(actor)
            .filter(matter_id=upstream.matter_id)
            .order_by("-number")
            .first(),
            "entries": timeline(upstream),
            "acts": UPSTREAM_ACTS.buttons(actor, upstream),
        }
        return render(request, "matters/upstream_detail.html", context)


class UpstreamActView(ActView):
    """The acts that need no more than an opinion, on the version that the page showed."""

    table: ClassVar[ActTable[Any]] = UPSTREAM_ACTS
    handlers = HANDLERS
    detail_url = "matters:upstream"

    def handler_for(self, request: HttpRequest, code: str) -> Callable[[Actor, Any, str], Any]:
        seen = key_of(request.POST.get("seen", ""))
        return partial(HANDLERS[code], seen=seen)


class UpstreamClaimView(View):
    """Map the departments, and make it a draft of the own list."""

    upstream: UpstreamMatter

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        actor = actor_of(request)
        self.upstream = get_object_or_404(selectors.upstream_list(actor), pk=kwargs["pk"])
        try:
            UPSTREAM_ACTS.check(actor, "claim", self.upstream)
        except Conflict as conflict:
            messages.error(request, conflict.message)
            return redirect(self.upstream)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._show(ClaimForm(upstream=self.upstream))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = ClaimForm(request.POST, upstream=self.upstream)
        if form.is_valid():
            try:
                draft = claim(actor_of(request), pk, **form.given())
            except Refused as refusal:
                if refusal.code == "newer_version":
                    # The departments of the form are those of a version that nobody has seen.
                    messages.error(request, refusal.message)
                    return redirect(self.upstream)
                show_refusal(form, refusal)
            else:
                messages.success(request, "已建立事项草稿，请核对后送合法性审核。")
                return redirect(draft)
        return self._show(form, 422)

    def _show(self, form: ClaimForm, status: int = 200) -> HttpResponse:
        context = {"upstream": self.upstream, "form": form}
        return render(self.request, "matters/upstream_claim.html", context, status=status)
