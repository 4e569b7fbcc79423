"""Pages of the inspectors' directory and of recusals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views import View

from credit.models import Subject
from credit.selectors.directory import townships_of
from inspections.acts.directory import INSPECTOR_ACTS, keeps_some
from inspections.filters import InspectorFilter, RecusalFilter
from inspections.forms_directory import InspectorForm, RecusalForm
from inspections.imports import INSPECTOR_SHEET
from inspections.models import Inspector, Recusal
from inspections.services.directory import (
    add_recusal,
    create_inspector,
    deactivate_inspector,
    licence_notice_day,
    reactivate_inspector,
    remove_recusal,
    scope_of,
    update_inspector,
)
from records import clock, typed
from records.actor import Actor
from records.errors import NotAllowed, Refused
from records.exports import export
from records.form_page import FormPage
from records.forms import show_refusal
from records.middleware import actor_of
from records.paging import capped_count, requested_page
from records.params import key_of
from records.selectors import timeline
from records.views import ActView

SUBJECTS_FOUND = 10


def visible(actor: Actor) -> QuerySet[Inspector]:
    """The inspectors a person may know of, with what their pages show."""
    return Inspector.objects.visible_to(actor).select_related("department__region", "user")


def visible_recusals(actor: Actor) -> QuerySet[Recusal]:
    """The recusals of the inspectors that a person may know of."""
    return Recusal.objects.filter(
        inspector__in=Inspector.objects.visible_to(actor).values("pk")
    ).select_related("inspector__department__region", "subject")


def licence_chip(inspector: Inspector, today: dt.date, notice_day: dt.date) -> dict[str, str]:
    """How a licence stands today, as the words and the tone of a chip."""
    if inspector.valid_until < today:
        return {"label": "已过期", "tone": "bad"}
    if inspector.valid_from > today:
        return {"label": "尚未生效", "tone": "warn"}
    if inspector.valid_until <= notice_day:
        return {"label": f"{(inspector.valid_until - today).days} 天后到期", "tone": "warn"}
    return {"label": "有效", "tone": "ok"}


class InspectorListView(View):
    """The directory with its filters; ``?export=xlsx`` hands out exactly what is shown."""

    def get(self, request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        found = InspectorFilter(request.GET, queryset=visible(actor), request=request)
        names = {unit.code: unit.name for unit in townships_of(actor.region_code)}
        if request.GET.get("export") == "xlsx":
            rows = _sheet_rows(found.qs.order_by("department_id", "id"), names)
            return export(request, INSPECTOR_SHEET, rows, "执法检查人员名录.xlsx")
        page = requested_page(request, found.qs, ("department_id", "id"))
        for inspector in page:
            inspector.chip = licence_chip(inspector, found.today, found.notice_day)
        context = {
            "filter": found,
            "page": page,
            "total": capped_count(found.qs),
            "may_keep": keeps_some(actor),
        }
        return render(request, "inspections/directory/inspector_list.html", context)


def _sheet_rows(
    inspectors: Iterable[Inspector], townships: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    for inspector in inspectors:
        yield {
            "name": inspector.name,
            "licence": inspector.licence,
            "department": inspector.department.name,
            "valid_from": inspector.valid_from,
            "valid_until": inspector.valid_until,
            "specialities": inspector.specialities or None,
            "townships": [townships.get(code, code) for code in inspector.townships] or None,
            "status": inspector.is_active,
        }


class InspectorDetailView(View):
    """One inspector: licence, where and for what, recusals, and what was done with the entry."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        inspector = get_object_or_404(visible(actor), pk=pk)
        allowed = INSPECTOR_ACTS.allowed(actor, inspector)
        names = {unit.code: unit.name for unit in townships_of(inspector.region.code)}
        context = {
            "inspector": inspector,
            "chip": licence_chip(inspector, clock.today(), licence_notice_day(actor.region_code)),
            "townships": [names.get(code, code) for code in inspector.townships],
            "acts": INSPECTOR_ACTS.buttons(actor, inspector, without=("unrecuse",)),
            "unrecuse": next((act for act in allowed if act.code == "unrecuse"), None),
            "recusals": inspector.recusals.select_related("subject").order_by("pk"),
            "entries": timeline(inspector),
        }
        return render(request, "inspections/directory/inspector_detail.html", context)


class InspectorActView(ActView):
    """On duty or not."""

    table = INSPECTOR_ACTS
    handlers: ClassVar = {
        "deactivate": deactivate_inspector,
        "reactivate": reactivate_inspector,
    }
    detail_url = "inspections:inspector-detail"


class InspectorCreateView(FormPage):
    """Enter one inspector by hand."""

    template_name = "inspections/directory/inspector_form.html"
    title = "新增执法检查人员"

    def target(self, actor: Actor) -> None:
        return None

    def check(self, actor: Actor, target: None) -> None:
        if not keeps_some(actor):
            raise NotAllowed("您没有新增执法检查人员的权限。", verb="inspector.create")

    def form(self, actor: Actor, target: None, *sent: Any) -> InspectorForm:
        initial = {"department": actor.department_id}
        scope = scope_of(actor.region_code)
        return InspectorForm(*sent, actor=actor, scope=scope, initial=initial)

    def carry_out(self, actor: Actor, target: None, form: InspectorForm) -> Inspector:
        return create_inspector(actor, form.entry(), form.cleaned_data["reason"])

    def back(self, target: None) -> str:
        return reverse("inspections:inspector-list")


class InspectorEditView(FormPage):
    """Change the facts of one inspector, and which account is his or hers."""

    template_name = "inspections/directory/inspector_form.html"
    title = "修改执法检查人员"

    def target(self, actor: Actor) -> Inspector:
        return get_object_or_404(visible(actor), pk=self.kwargs["pk"])

    def check(self, actor: Actor, target: Inspector) -> None:
        INSPECTOR_ACTS.check(actor, "edit", target, "打开页面")

    def form(self, actor: Actor, target: Inspector, *sent: Any) -> InspectorForm:
        scope = scope_of(target.region.code)
        return InspectorForm(*sent, actor=actor, scope=scope, inspector=target)

    def carry_out(self, actor: Actor, target: Inspector, form: InspectorForm) -> Inspector:
        given = form.cleaned_data
        values = form.changed_values()
        return update_inspector(actor, target.pk, values, given["reason"], seen=given["seen"])


def _kept(request: HttpRequest, pk: int, act: str) -> Inspector:
    """The inspector whose page of an act is opened; 404 unseen, 403 when the act is not theirs."""
    actor = actor_of(request)
    inspector = get_object_or_404(visible(actor), pk=pk)
    INSPECTOR_ACTS.check(actor, act, inspector, "打开页面")
    return inspector


class RecusalListView(View):
    """All recusals that a person may know of."""

    def get(self, request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        found = RecusalFilter(request.GET, queryset=visible_recusals(actor), request=request)
        page = requested_page(request, found.qs, ("-id",))
        act = INSPECTOR_ACTS["unrecuse"]
        rows = [(recusal, act.who(actor, recusal.inspector)) for recusal in page]
        context = {
            "filter": found,
            "page": page,
            "rows": rows,
            "unrecuse": act,
            "total": capped_count(found.qs),
        }
        return render(request, "inspections/directory/recusal_list.html", context)


class RecusalAddView(View):
    """Find a subject by name or identifier, choose it, say why the inspector must not check it.

    With ``HX-Request`` only the subjects found are answered.
    """

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        inspector = _kept(request, pk, "recuse")
        return self._show(request, inspector, RecusalForm())

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        inspector = _kept(request, pk, "recuse")
        form = RecusalForm(request.POST)
        if form.is_valid():
            subject, reason = form.cleaned_data["subject"], form.cleaned_data["reason"]
            try:
                add_recusal(actor_of(request), pk, subject, reason)
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, "已登记回避关系。")
                return redirect(inspector)
        return self._show(request, inspector, form)

    def _show(self, request: HttpRequest, inspector: Inspector, form: RecusalForm) -> HttpResponse:
        text = request.GET.get("q", "").replace("\0", "").strip()
        chosen = request.POST.get("subject", "")
        seen = Subject.objects.visible_to(actor_of(request)).select_related("township")
        if text:
            subjects = seen.current().matching(text).order_by("pk")[: SUBJECTS_FOUND + 1]
        else:
            subjects = seen.filter(pk=key_of(chosen))
        found = list(subjects)
        context = {
            "inspector": inspector,
            "form": form,
            "text": text,
            "chosen": chosen,
            "subjects": found[:SUBJECTS_FOUND],
            "more": len(found) > SUBJECTS_FOUND,
            "back": inspector.get_absolute_url(),
        }
        fragment = bool(request.headers.get("HX-Request"))
        name = "subject_choices" if fragment else "recusal_form"
        status = 422 if form.errors else 200
        return render(request, f"inspections/directory/{name}.html", context, status=status)


class RecusalRemoveView(View):
    """Lift a recusal, with its reason."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        recusal = get_object_or_404(visible_recusals(actor_of(request)), pk=pk)
        try:
            remove_recusal(actor_of(request), pk, request.POST.get("opinion", ""))
        except Refused as refusal:
            messages.error(request, refusal.message)
            typed.keep(request)
        else:
            messages.success(request, "已撤销回避关系。")
        return redirect(recusal.inspector)
