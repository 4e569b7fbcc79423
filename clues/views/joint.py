"""Pages of joint verification: list, one with its parts, planning, reporting, concluding (L4)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views import View

from clues.acts.common import clerk
from clues.acts.joint import JOINT_ACTS, PART_ACTS
from clues.forms.joint import ChangeForm, ConclusionForm, PurposeForm, ReportForm, asked_rows
from clues.forms.penalties import JointFilter
from clues.models import Clue, JointVerification, VerificationPart
from clues.selectors import joint as selectors
from clues.services import joint as services
from clues.services.joint import JOINT_HANDLERS, PART_HANDLERS
from records.actor import Actor
from records.errors import NotAllowed, Refused
from records.exports import export_list
from records.form_page import FormPage
from records.forms import show_refusal
from records.middleware import actor_of
from records.paging import capped_count, requested_page
from records.selectors import timeline
from records.views import ActView


class JointListView(View):
    """The joint verifications a person may know of."""

    def get(self, request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        form = JointFilter(actor, request.GET)
        found = form.narrow(selectors.joint_list(actor))
        if request.GET.get("export") == "xlsx":
            found = found.order_by(*selectors.ORDER)
            return export_list(
                request, selectors.JOINT_SHEET, found, selectors.joint_rows, "联合核查.xlsx"
            )
        page = requested_page(request, found, selectors.ORDER)
        context = {
            "form": form,
            "page": page,
            "rows": selectors.with_stops(page.rows),
            "total": capped_count(found),
        }
        return render(request, "clues/joint_list.html", context)


class JointView(View):
    """One joint verification: what is asked, who verifies what, what was found, the course."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        joint = get_object_or_404(selectors.joint_list(actor), pk=pk)
        rows = selectors.part_rows(actor, joint)
        context = {
            "joint": joint,
            "acts": JOINT_ACTS.buttons(actor, joint),
            "stop": selectors.stop_of(joint),
            "rows": rows,
            "shows_conclusion": selectors.shows_conclusion(actor, joint),
            "entries": timeline(joint, *(row.part for row in rows), without=("deadline.start",)),
        }
        return render(request, "clues/joint.html", context)


class JointActView(ActView):
    """Acts on the whole."""

    table = JOINT_ACTS
    handlers = JOINT_HANDLERS
    detail_url = "clues:joint"


class PartActView(ActView):
    """Acts on one part."""

    table = PART_ACTS
    handlers = PART_HANDLERS

    def next_url(self, request: HttpRequest, instance: Any) -> str:
        return reverse("clues:joint", args=[instance.joint_id])


class JointPlanView(View):
    """Plan a joint verification of a clue, or change a plan that has not been signed."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        clue, joint = self.objects(actor, pk)
        if joint is not None:
            try:
                JOINT_ACTS.check(actor, "edit", joint)
            except Refused as refusal:
                messages.error(request, refusal.message)
                return redirect(joint)
        form = PurposeForm(initial={"purpose": joint.purpose if joint else ""})
        rows = asked_rows(clue.region_code, joint=joint, lead=services.lead_of(clue))
        return self._show(request, clue, joint, form, rows)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        clue, joint = self.objects(actor, pk)
        form = PurposeForm(request.POST)
        rows = asked_rows(clue.region_code, request.POST)
        if all([form.is_valid(), rows.is_valid()]):
            asked = [one for row in rows if (one := row.asked()) is not None]
            purpose = form.cleaned_data["purpose"]
            try:
                if joint is None:
                    done = services.begin(actor, clue.pk, purpose, asked)
                else:
                    done = services.edit(actor, joint.pk, purpose, asked)
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, "联合核查通知已送负责人签发。")
                return redirect(done)
        return self._show(request, clue, joint, form, rows, status=422)

    def objects(self, actor: Actor, pk: int) -> tuple[Clue, JointVerification | None]:
        """The clue, and the plan that is changed."""
        clue: Clue = get_object_or_404(Clue.objects.visible_to(actor), pk=pk)
        if not clerk(actor, clue, clue.holder_id):
            raise NotAllowed("只有办理部门可以发起联合核查。", verb="joint.begin", target=clue)
        return clue, None

    def _show(
        self,
        request: HttpRequest,
        clue: Clue,
        joint: JointVerification | None,
        form: forms.Form,
        rows: Any,
        status: int = 200,
    ) -> HttpResponse:
        context = {"clue": clue, "joint": joint, "form": form, "rows": rows, "back": joint or clue}
        return render(request, "clues/joint_plan.html", context, status=status)


class JointEditView(JointPlanView):
    """The same for a plan that exists."""

    def objects(self, actor: Actor, pk: int) -> tuple[Clue, JointVerification | None]:
        found = JointVerification.objects.visible_to(actor).select_related("clue")
        joint = get_object_or_404(found, pk=pk)
        JOINT_ACTS.authorise(actor, "edit", joint)
        return joint.clue, joint


class ConcludeView(FormPage):
    """Write the conclusion with all that was found beside it."""

    template_name = "clues/joint_conclude.html"
    title = "拟核查结论"
    button = "送负责人签发"

    def target(self, actor: Actor) -> JointVerification:
        return get_object_or_404(selectors.joint_list(actor), pk=self.kwargs["pk"])

    def check(self, actor: Actor, target: JointVerification) -> None:
        JOINT_ACTS.check(actor, "conclude", target)

    def form(self, actor: Actor, target: JointVerification, *sent: Any) -> ConclusionForm:
        return ConclusionForm(*sent, initial={"conclusion": target.conclusion})

    def carry_out(
        self, actor: Actor, target: JointVerification, form: ConclusionForm
    ) -> JointVerification:
        return services.conclude(actor, target.pk, form.cleaned_data["conclusion"])


class _PartPage(FormPage):
    """A page of one part."""

    code: str

    def target(self, actor: Actor) -> VerificationPart:
        found = VerificationPart.objects.visible_to(actor).select_related(
            "joint__clue", "joint__lead", "department"
        )
        return get_object_or_404(found, pk=self.kwargs["pk"])

    def check(self, actor: Actor, target: VerificationPart) -> None:
        PART_ACTS.check(actor, self.code, target, opinion="-")


class ReportView(_PartPage):
    """What a department found."""

    code = "report"
    title = "报送核查情况"
    button = "送负责人签发"

    def form(self, actor: Actor, target: VerificationPart, *sent: Any) -> ReportForm:
        return ReportForm(*sent, initial={"finding": target.finding})

    def carry_out(
        self, actor: Actor, target: VerificationPart, form: ReportForm
    ) -> VerificationPart:
        return services.report(actor, target.pk, **form.cleaned_data)


class ChangeView(_PartPage):
    """Another department, task or time."""

    code = "change"
    title = "调整分工"
    button = "签发调整"
    note = "原联合核查通知随之撤回，新通知以牵头部门名义发出，期限重新计算。"

    def form(self, actor: Actor, target: VerificationPart, *sent: Any) -> ChangeForm:
        initial = {
            "department": target.department_id,
            "task": target.task,
            "days": target.days,
        }
        return ChangeForm(target.region_code, *sent, initial=initial)

    def carry_out(
        self, actor: Actor, target: VerificationPart, form: ChangeForm
    ) -> VerificationPart:
        return services.change(actor, target.pk, form.asked(), form.cleaned_data["opinion"])
