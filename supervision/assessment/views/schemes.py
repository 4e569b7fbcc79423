"""Pages of the schemes of assessment: versions, one of them, its weights, acts."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views import View

from departments.actors import is_staff_member
from records.actor import Actor
from records.errors import NotAllowed, Refused
from records.forms import show_refusal
from records.middleware import actor_of
from records.paging import requested_page
from records.selectors import timeline
from records.views import ActView
from supervision.assessment.acts import SCHEME_ACTS, assesses
from supervision.assessment.forms import SchemeDraftForm, WeightsForm
from supervision.assessment.models import Scheme, SchemeLine
from supervision.assessment.scoring import Kind
from supervision.assessment.services import schemes as services
from supervision.assessment.views.rounds import tabs


class SchemeListView(View):
    """All versions that the person may read, newest first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        if not is_staff_member(actor):
            raise NotAllowed("请使用部门账号查看。", verb="assessment_scheme.list")
        found = Scheme.objects.visible_to(actor).select_related("region")
        context = {
            "page": requested_page(request, found, ("-id",)),
            "may_draft": assesses(actor, actor.region_code),
            "tabs": tabs("scheme-list"),
        }
        return render(request, "assessment/schemes.html", context)


class SchemeNewView(View):
    """Begin a version."""

    def get(self, request: HttpRequest) -> HttpResponse:
        self._check(request)
        return self._show(request, SchemeDraftForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        actor = self._check(request)
        form = SchemeDraftForm(request.POST)
        if form.is_valid():
            try:
                made = services.draft(actor, **form.cleaned_data)
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, f"已建立“{made}”草稿。")
                return redirect("assessment:scheme-edit", pk=made.pk)
        return self._show(request, form)

    def _check(self, request: HttpRequest) -> Actor:
        actor = actor_of(request)
        if not assesses(actor, actor.region_code):
            raise NotAllowed("只有综合协调组可以编制考核方案。", verb="assessment_scheme.draft")
        return actor

    def _show(self, request: HttpRequest, form: SchemeDraftForm) -> HttpResponse:
        status = 422 if form.errors else 200
        return render(request, "assessment/scheme_new.html", {"form": form}, status=status)


class SchemeView(View):
    """One version: what each indicator counts, its weight, the clause."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        scheme = _scheme(actor, pk)
        lines = list(scheme.lines.all())
        prepared = scheme.state == Scheme.State.DRAFT
        context = {
            "scheme": scheme,
            "acts": SCHEME_ACTS.buttons(actor, scheme),
            "groups": [
                (SchemeLine.Kind(kind).label, [line for line in lines if line.kind == kind])
                for kind in Kind
            ],
            "base": sum(line.weight for line in lines if line.kind == Kind.SHARE),
            "complaints": services.complaints(scheme) if prepared else [],
            "entries": timeline(scheme),
        }
        return render(request, "assessment/scheme.html", context)


class SchemeEditView(View):
    """The weights of a draft on one page."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        scheme = _scheme(actor, pk)
        SCHEME_ACTS.authorise(actor, "edit", scheme)
        if scheme.state != Scheme.State.DRAFT:
            messages.error(request, f"“{scheme}”已不在编制中，不能修改。")
            return redirect(scheme)
        return self._show(request, scheme, WeightsForm(services.weights_of(scheme)))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        scheme = _scheme(actor, pk)
        SCHEME_ACTS.authorise(actor, "edit", scheme)
        form = WeightsForm(services.weights_of(scheme), request.POST)
        if form.is_valid():
            try:
                services.edit(actor, pk, form.said())
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, f"已保存“{scheme}”。")
                return redirect(scheme)
        return self._show(request, scheme, form)

    def _show(self, request: HttpRequest, scheme: Scheme, form: WeightsForm) -> HttpResponse:
        context = {"scheme": scheme, "form": form}
        status = 422 if form.errors else 200
        return render(request, "assessment/scheme_edit.html", context, status=status)


class SchemeActView(ActView):
    """Put in force, discard."""

    table = SCHEME_ACTS
    handlers = services.HANDLERS
    detail_url = "assessment:scheme"


def _scheme(actor: Actor, pk: int) -> Scheme:
    found: Scheme = get_object_or_404(
        Scheme.objects.visible_to(actor).select_related("region"), pk=pk
    )
    return found
