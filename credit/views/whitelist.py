"""Pages of the white list: list, one entry, applying (S6)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views import View

from credit.acts.whitelist import WHITE_LIST_ACTS
from credit.forms.whitelist import ApplyForm, WhiteListFilter
from credit.models import Subject, WhiteListEntry
from credit.rules import whitelist as rules
from credit.selectors import whitelist as selectors
from credit.services import whitelist as services
from departments.profile import number
from records import clock
from records.actor import Actor
from records.errors import Refused
from records.exports import export_list
from records.form_page import FormPage
from records.middleware import actor_of
from records.paging import capped_count, requested_page
from records.selectors import timeline
from records.views import ActView, done


def _sheet_rows(found: QuerySet[WhiteListEntry]) -> Iterable[dict[str, Any]]:
    selectors.name_scopes(found)
    return selectors.sheet_rows(found)


class WhiteListView(View):
    """The entries a person may know of; ``?export=xlsx`` hands out what is shown."""

    def get(self, request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        found = WhiteListFilter(request.GET, queryset=selectors.entries_for(actor), request=request)
        if request.GET.get("export") == "xlsx":
            return export_list(
                request,
                selectors.WHITE_LIST_SHEET,
                found.qs.order_by("-id"),
                _sheet_rows,
                "白名单.xlsx",
            )
        page = requested_page(request, found.qs, selectors.ORDER)
        selectors.name_scopes(page.rows)
        context = {
            "filter": found,
            "page": page,
            "total": capped_count(found.qs),
            "rules": selectors.rule_rows(actor.region_code) if actor.region_code else [],
        }
        return render(request, "credit/white_list/list.html", context)


class WhiteListEntryView(View):
    """One entry: for what, how long, the conditions line by line, and its course."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        entry = get_object_or_404(selectors.entries_for(actor), pk=pk)
        selectors.name_scopes([entry])
        current = entry.state in entry.OPEN
        lines = selectors.criteria(entry.subject, entry.region.code, clock.today())
        context = {
            "entry": entry,
            "acts": WHITE_LIST_ACTS.buttons(actor, entry),
            "criteria": lines if current else [],
            "own_notice": selectors.unread_notice(actor, entry),
            "entries": timeline(entry),
        }
        return render(request, "credit/white_list/detail.html", context)


class WhiteListActView(ActView):
    """Sign, approve, reject, withdraw, remove."""

    table = WHITE_LIST_ACTS
    handlers = services.HANDLERS
    detail_url = "credit:white-list-entry"


class WhiteListReadView(View):
    """The department that applied notes that it knows of the end."""

    http_method_names: ClassVar[list[str]] = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        entry = get_object_or_404(selectors.entries_for(actor), pk=pk)
        try:
            services.read(actor, pk)
        except Refused as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, done("签收", entry))
        return redirect(entry)


class WhiteListApplyView(FormPage):
    """Apply for a subject."""

    template_name = "credit/white_list/form.html"
    title = "申请"

    def target(self, actor: Actor) -> Subject:
        return get_object_or_404(Subject.objects.visible_to(actor), pk=self.kwargs["pk"])

    def check(self, actor: Actor, target: Subject) -> None:
        services.must_apply(actor)

    def form(self, actor: Actor, target: Subject, *sent: Any) -> ApplyForm:
        most = number(actor.region_code, rules.MOST_MONTHS)
        return ApplyForm(selectors.led_matters(actor), most, *sent)

    def carry_out(self, actor: Actor, target: Subject, form: ApplyForm) -> WhiteListEntry:
        given = form.cleaned_data
        return services.apply(actor, target.pk, given["matter"], given["months"], given["reason"])

    def more(self, target: Subject, form: ApplyForm) -> dict[str, Any]:
        region_code = actor_of(self.request).region_code
        criteria = selectors.criteria(target, region_code, clock.today())
        return {"subject": target, "criteria": criteria}
