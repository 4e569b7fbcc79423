"""Pages of matters: list, detail, editing, acts on one and on many."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views import View

from matters import bulk, importing, selectors
from matters.acts import MATTER_ACTS, version_in_preparation
from matters.forms import OpinionForm, ReviseForm, VersionFilter, VersionForm, partner_forms
from matters.models import MatterVersion
from matters.services import HANDLERS, revise, update_draft
from records import imports
from records.actor import Actor
from records.acts import ActTable
from records.bulk import preview, report
from records.errors import Conflict, Refused
from records.exports import export_list
from records.forms import show_refusal
from records.middleware import actor_of
from records.paging import capped_count, requested_page
from records.params import keys_of
from records.selectors import timeline
from records.views import ActView


class MatterListView(View):
    """The list of matters, its exports, and where a county begins: the import."""

    def get(self, request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        found = VersionFilter(request.GET, queryset=selectors.version_list(actor), actor=actor)
        if wanted := request.GET.get("export"):
            return self._export(request, found, wanted)
        page = requested_page(request, found.qs, selectors.LIST_ORDERING)
        context = {
            "filter": found,
            "page": page,
            "total": capped_count(found.qs),
            "bulk_acts": _bulk_acts(actor, page.rows),
            "may_import": importing.may_import(actor),
            "has_sample": imports.has_sample(actor, "matters"),
            "filtered": any(found.form.cleaned_data.values()) if found.form.is_valid() else True,
        }
        return render(request, "matters/list.html", context)

    def _export(self, request: HttpRequest, found: VersionFilter, wanted: str) -> HttpResponse:
        versions = (
            found.qs.prefetch_related("duties__department", "categories")
            .order_by(*selectors.LIST_ORDERING)
            .all()
        )
        if wanted == "full":
            return export_list(
                request,
                selectors.FULL_SHEET,
                versions,
                selectors.full_rows,
                "综合监管事项.xlsx",
            )
        return export_list(
            request,
            importing.SHEET,
            versions,
            selectors.six_column_rows,
            "跨部门综合监管事项清单.xlsx",
        )


class MatterView(View):
    """One version of a matter with all that hangs on it."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        version = get_object_or_404(selectors.version_details(actor), pk=pk)
        matrix = selectors.duties_matrix(version)
        line = selectors.version_line(actor, version)
        preparing = version_in_preparation(version)
        seen = {step.version.pk for step in line}
        context = {
            "version": version,
            "matrix": matrix,
            "item_count": sum(len(row.items) for row in matrix),
            "line": line,
            "preparing": preparing
            if preparing and preparing.pk != version.pk and preparing.pk in seen
            else None,
            "entries": timeline(version),
            "acts": MATTER_ACTS.buttons(actor, version),
        }
        return render(request, "matters/detail.html", context)


class MatterActView(ActView):
    """The acts that need no more than an opinion."""

    table: ClassVar[ActTable[Any]] = MATTER_ACTS
    handlers = HANDLERS
    detail_url = "matters:detail"


class _PreparingView(View):
    """A page with an act's own form: who may not gets 403, too late goes back with a message."""

    code: ClassVar[str]
    version: MatterVersion

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        found = selectors.version_details(actor_of(request))
        self.version = get_object_or_404(found, pk=kwargs["pk"])
        try:
            # The reason is asked for on the page itself.
            MATTER_ACTS.check(actor_of(request), self.code, self.version, opinion="-")
        except Conflict as conflict:
            messages.error(request, conflict.message)
            return redirect(self.version)
        return super().dispatch(request, *args, **kwargs)


class MatterEditView(_PreparingView):
    """Change what a draft says."""

    code = "edit"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = VersionForm(
            initial=VersionForm.initial_of(self.version), region_id=self.version.matter.region_id
        )
        return self._show(form, partner_forms(self.version))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = VersionForm(request.POST, region_id=self.version.matter.region_id)
        partners = partner_forms(self.version, request.POST)
        if form.is_valid() and partners.is_valid():
            parts = [part for each in partners if (part := each.part_of_matter())]
            try:
                update_draft(actor_of(request), pk, form.content_with(parts))
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, "草稿已保存。")
                return redirect(self.version)
        return self._show(form, partners, 422)

    def _show(self, form: VersionForm, partners: Any, status: int = 200) -> HttpResponse:
        context = {"version": self.version, "form": form, "partners": partners}
        return render(self.request, "matters/edit.html", context, status=status)


class MatterReviseView(_PreparingView):
    """Open the next version of a matter in force."""

    code = "revise"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._show(ReviseForm())

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = ReviseForm(request.POST)
        if form.is_valid():
            try:
                draft = revise(actor_of(request), pk, form.cleaned_data["reason"])
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, f"已建立版本 {draft.number} 草稿，请修改后送审。")
                return redirect("matters:edit", pk=draft.pk)
        return self._show(form, 422)

    def _show(self, form: ReviseForm, status: int = 200) -> HttpResponse:
        context = {"version": self.version, "form": form}
        return render(self.request, "matters/revise.html", context, status=status)


class MatterBulkView(View):
    """One act on the ticked rows: first what it will do, then doing it."""

    http_method_names: ClassVar[list[str]] = ["post"]

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        if code not in bulk.BULK_ACTS:
            raise Http404
        actor = actor_of(request)
        pks = keys_of(request.POST.getlist("selected"))
        form = OpinionForm(request.POST if "confirm" in request.POST else None)
        act = MATTER_ACTS[code]
        try:
            if form.is_bound and form.is_valid():
                try:
                    rows = bulk.carry_out(actor, code, pks, form.cleaned_data["opinion"])
                except Refused as refusal:
                    if refusal.field != "opinion":
                        raise
                    form.add_error("opinion", refusal.message)
                else:
                    report(request, act.label, rows)
                    return redirect("matters:list")
            rows = bulk.plan(actor, code, pks)
        except Refused as refusal:
            messages.error(request, refusal.message)
            return redirect("matters:list")
        form.fields["opinion"].label = act.reason_label
        form.fields["opinion"].required = act.reason
        context = {"act": act, "form": form, **preview(rows)}
        return render(request, "matters/bulk.html", context, status=422 if form.errors else 200)


def _bulk_acts(actor: Actor, versions: list[MatterVersion]) -> list[dict[str, str]]:
    """The bulk acts that the person may do to at least one row of the page."""
    acts = [MATTER_ACTS[code] for code in bulk.BULK_ACTS]
    return [
        {
            "label": act.label,
            "url": reverse("matters:bulk", args=[act.code]),
            "style": act.style,
        }
        for act in acts
        if any(MATTER_ACTS.possible(act, each) and act.who(actor, each) for each in versions)
    ]
