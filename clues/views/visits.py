"""Before a visit: what is known of the subject, joining a visit that takes place anyway, starting
one (L4)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views import View

from clues.acts.joint import VISIT_ACTS
from clues.forms.joint import DepartmentsForm, JoinVisitForm, StartTaskForm
from clues.models import Clue, ClueVisit
from clues.selectors.before_visit import before_visit, joinable
from clues.selectors.joint import stop_of
from clues.services import visits as services
from clues.services.visits import VISIT_HANDLERS
from records.actor import Actor
from records.errors import Refused
from records.form_page import FormPage
from records.forms import show_refusal
from records.middleware import actor_of
from records.selectors import timeline
from records.views import ActView

_STARTED = {
    False: "已发起联合检查，待本部门负责人批准。",
    True: "已发起紧急检查，可以到场；请本部门负责人在规定时限内补批。",
}


def _clue(actor: Actor, pk: int) -> Clue:
    found = Clue.objects.visible_to(actor).select_related("subject__township", "holder__region")
    return get_object_or_404(found, pk=pk)


def _check(actor: Actor, clue: Clue) -> None:
    services.must_arrange(actor, clue)
    if clue.subject is None:
        raise Refused("线索没有关联监管对象，请先核实对象。")


class BeforeVisitView(View):
    """The fragment of the clue's page."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        clue = _clue(actor, pk)
        context = {"clue": clue, "before": before_visit(actor, clue)}
        return render(request, "clues/_before_visit.html", context)


class JoinVisitView(FormPage):
    """Ask that a clue is looked into on an open task."""

    title = "并入已有检查任务"
    button = "提出并入"
    note = "本部门牵头的任务直接并入；其他部门牵头的，由本部门负责人签发后请对方同意。"

    def target(self, actor: Actor) -> Clue:
        return _clue(actor, self.kwargs["pk"])

    def check(self, actor: Actor, target: Clue) -> None:
        _check(actor, target)
        if not joinable(actor, target).exists():
            raise Refused("该对象没有可以并入的检查任务。")

    def form(self, actor: Actor, target: Clue, *sent: Any) -> JoinVisitForm:
        return JoinVisitForm(actor, target, *sent)

    def carry_out(self, actor: Actor, target: Clue, form: JoinVisitForm) -> ClueVisit:
        values = form.cleaned_data
        return services.propose(actor, target.pk, values["task"].pk, values["request"])


class StartTaskView(View):
    """Start a joint inspection for a clue: first who goes along, then what each checks."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._answer(request, pk)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._answer(request, pk)

    def _answer(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        clue = _clue(actor, pk)
        try:
            _check(actor, clue)
        except Refused as refusal:
            messages.error(request, refusal.message)
            return redirect(clue)
        subject = clue.subject
        assert subject is not None
        chosen = DepartmentsForm(clue, subject, request.GET)
        chosen.is_valid()
        departments = [clue.holder, *chosen.cleaned_data.get("departments", ())]
        sent = request.POST if request.method == "POST" else None
        form = StartTaskForm(clue, subject, departments, sent)
        if sent is not None and form.is_valid():
            values = form.cleaned_data
            try:
                visit = services.start(
                    actor,
                    pk,
                    form.parts(subject),
                    values["visit_on"],
                    values["reason"],
                    values.get("over_cap_reason", ""),
                )
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, _STARTED[visit.task.awaits_ratification])
                return redirect(visit.task)
        context = {"clue": clue, "subject": subject, "chosen": chosen, "form": form}
        return render(
            request, "clues/joint_start.html", context, status=422 if form.errors else 200
        )


class VisitView(View):
    """A clue's joining of one visit."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        found = ClueVisit.objects.visible_to(actor).select_related(
            "clue__holder", "task__subject", "task__lead", "task__item", "proposed_by"
        )
        visit = get_object_or_404(found, pk=pk)
        context = {
            "visit": visit,
            "stop": stop_of(visit),
            "acts": VISIT_ACTS.buttons(actor, visit),
            "knows_clue": Clue.objects.visible_to(actor).filter(pk=visit.clue_id).exists(),
            "entries": timeline(visit, without=("deadline.start",)),
        }
        return render(request, "clues/joint_visit.html", context)


class VisitActView(ActView):
    """Acts on it."""

    table = VISIT_ACTS
    handlers = VISIT_HANDLERS
    detail_url = "clues:visit"
