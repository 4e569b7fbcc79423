"""Pages of the schemes of assessment: versions, one of them, its weights, acts."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views import View

from departments.actors import is_staff_member
from records.actor import Actor
from records.errors import NotAllowed
from records.form_page import FormPage
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


class SchemeNewView(FormPage):
    """Begin a version."""

    template_name = "assessment/scheme_new.html"
    title = "建立草稿"

    def target(self, actor: Actor) -> None:
        return None

    def check(self, actor: Actor, target: None) -> None:
        if not assesses(actor, actor.region_code):
            raise NotAllowed("只有综合协调组可以编制考核方案。", verb="assessment_scheme.draft")

    def form(self, actor: Actor, target: None, *sent: Any) -> SchemeDraftForm:
        return SchemeDraftForm(*sent)

    def carry_out(self, actor: Actor, target: None, form: SchemeDraftForm) -> Scheme:
        return services.draft(actor, **form.cleaned_data)

    def back(self, target: None) -> str:
        return reverse("assessment:scheme-list")

    def after(self, changed: Scheme) -> str:
        return reverse("assessment:scheme-edit", args=[changed.pk])


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


class SchemeEditView(FormPage):
    """The weights of a draft on one page."""

    template_name = "assessment/scheme_edit.html"
    title = "编辑分值"

    def target(self, actor: Actor) -> Scheme:
        return _scheme(actor, self.kwargs["pk"])

    def check(self, actor: Actor, target: Scheme) -> None:
        SCHEME_ACTS.check(actor, "edit", target)

    def form(self, actor: Actor, target: Scheme, *sent: Any) -> WeightsForm:
        return WeightsForm(services.weights_of(target), *sent)

    def carry_out(self, actor: Actor, target: Scheme, form: WeightsForm) -> Scheme:
        return services.edit(actor, target.pk, form.said())

    def more(self, target: Scheme, form: WeightsForm) -> dict[str, Any]:
        return {"scheme": target}


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
