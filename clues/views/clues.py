"""The page of a clue and the acts on it (L2, L3, L5), bulk acts, emergencies (L11)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views import View

from clues.acts.clue import CLUE_ACTS
from clues.acts.emergency import CALL_ACTS
from clues.forms import clues as forms
from clues.models import Clue, Referral
from clues.selectors import lanes as selectors
from clues.selectors.before_visit import before_visit
from clues.selectors.beginnings import beginnings
from clues.selectors.clues import complainant_card, shows_answer
from clues.services import (
    clue_answer,
    clue_bulk,
    clue_emergency,
    clue_secrecy,
    clue_transfer,
    intake,
)
from clues.services.clues import HANDLERS, extend
from matters.models import MatterVersion
from records.actor import Actor
from records.bulk import BulkRow, preview, report
from records.errors import Conflict, NotAllowed, Refused
from records.forms import show_refusal
from records.middleware import actor_of
from records.params import keys_of
from records.views import ActView, done

ADD_EVIDENCE = "add-evidence"
"""The act that the page of a clue offers beside the files."""


class ClueView(View):
    """One clue: how it stands and what can be done, the facts, its lanes over time, procedures,
    letters and files, and beside them what the complainant sees and the course."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        clue = get_object_or_404(
            Clue.objects.visible_to(actor)
            .select_related(
                "township",
                "subject",
                "receiver",
                "holder",
                "reporter",
                "handler",
                "talked_with",
                "merged_into",
            )
            .defer("bands"),
            pk=pk,
        )
        stops = selectors.stops_of(actor, clue)
        letters = list(selectors.letters_of(actor, clue))
        merged_into = clue.merged_into
        if merged_into is not None and not (
            Clue.objects.visible_to(actor).filter(pk=merged_into.pk).exists()
        ):
            merged_into = None
        course = selectors.lanes_of(clue, stops)
        context = {
            "clue": clue,
            "acts": CLUE_ACTS.buttons(actor, clue, without={ADD_EVIDENCE}),
            "evidence_form": _evidence_form(actor, clue),
            "main_line": course.present,
            "matter": MatterVersion.objects.visible_to(actor)
            .in_force()
            .filter(matter_id=clue.matter_id)
            .first(),
            "course": course,
            "before": before_visit(actor, clue),
            "procedures": selectors.procedures_of(actor, clue, stops),
            "beginnings": beginnings(actor, clue),
            "letters": [one for one in letters if one.kind != "emergency_call"],
            "calls": selectors.calls_of(actor, letters),
            "files": selectors.evidence_of(clue),
            "merged_into": merged_into,
            "absorbed": Clue.objects.visible_to(actor).filter(merged_into=clue).defer("bands"),
            "complainant": complainant_card(actor, clue),
            "shows_answer": shows_answer(actor, clue),
            "entries": selectors.course_of(clue, letters),
        }
        return render(request, "clues/clue.html", context)


class ClueActView(ActView):
    """The acts on a clue that need no more than an opinion."""

    table = CLUE_ACTS
    handlers = HANDLERS
    detail_url = "clues:clue"


@dataclass(frozen=True)
class _Page:
    """The page of an act with fields of its own: its form, what the form is sent to, and words
    that say what will follow."""

    form: type[forms.ClueActForm]
    carry_out: Callable[[Actor, int, dict[str, Any]], Clue]
    button: str
    note: str = ""


PAGES: dict[str, _Page] = {
    "talk": _Page(
        forms.TalkForm,
        lambda actor, pk, data: clue_transfer.talk(actor, pk, **data),
        "记录沟通",
        "沟通后开始计算移送期限（郯政发〔2023〕1号（九））。",
    ),
    "prepare": _Page(
        forms.LetterForm,
        lambda actor, pk, data: clue_transfer.prepare(actor, pk, **data),
        "送负责人签发",
        "移送以部门名义进行，须附证据材料；线索中已有证据的可以不再上传。",
    ),
    "supplement": _Page(
        forms.SupplementForm,
        lambda actor, pk, data: clue_transfer.supplement(actor, pk, **data),
        "提交补充材料",
        "提交后，对方的办理期限恢复计算。",
    ),
    "propose": _Page(
        forms.AnswerForm,
        lambda actor, pk, data: clue_answer.propose(actor, pk, **data),
        "送负责人签发",
        "负责人签发后线索办结，答复发给反映人。",
    ),
    "tell": _Page(
        forms.TellForm,
        lambda actor, pk, data: clue_answer.tell(actor, pk, **data),
        "发送告知",
        "移送后由移送部门告知反映人（郯政发〔2023〕1号（八））。",
    ),
    "extend": _Page(
        forms.ExtendForm,
        lambda actor, pk, data: extend(actor, pk, **data),
        "延长期限",
        "部门负责人可以延长一次，再次延长或者超过上限的由综合协调组决定。",
    ),
    "assign": _Page(
        forms.AssignForm,
        lambda actor, pk, data: clue_transfer.assign(actor, pk, **data),
        "指定承办",
        "指定后由该部门办理，不得退回；尚未办结的移送函自动撤回。",
    ),
    "name": _Page(
        forms.NameForm,
        lambda actor, pk, data: clue_secrecy.name(
            actor, pk, people=[one.pk for one in data["people"]]
        ),
        "指定",
    ),
    ADD_EVIDENCE: _Page(
        forms.EvidenceForm,
        lambda actor, pk, data: clue_transfer.add_evidence(actor, pk, **data),
        "上传",
        "随线索移送，看得到本线索的部门都能看到。",
    ),
}


class ClueFormView(View):
    """The page of an act with fields of its own; ``code`` is a key of ``PAGES``."""

    code: str = ""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor, clue = actor_of(request), self._clue(request, pk)
        try:
            self._check(actor, clue)
        except Conflict as conflict:
            messages.error(request, conflict.message)
            return redirect(clue)
        return self._show(request, clue, PAGES[self.code].form(actor, clue))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor, clue = actor_of(request), self._clue(request, pk)
        page = PAGES[self.code]
        form = page.form(actor, clue, request.POST, request.FILES)
        try:
            self._check(actor, clue)
            if form.is_valid():
                page.carry_out(actor, pk, form.cleaned_data)
                messages.success(request, done(CLUE_ACTS[self.code].label, clue))
                return redirect(clue)
        except Conflict as conflict:
            messages.error(request, conflict.message)
            return redirect(clue)
        except Refused as refusal:
            show_refusal(form, refusal)
        return self._show(request, clue, form, status=422)

    def _clue(self, request: HttpRequest, pk: int) -> Clue:
        visible = Clue.objects.visible_to(actor_of(request)).select_related(
            "holder", "receiver", "talked_with"
        )
        found: Clue = get_object_or_404(visible, pk=pk)
        return found

    def _check(self, actor: Actor, clue: Clue) -> None:
        """Raise unless the person may do the act now; the opinion is in the form."""
        CLUE_ACTS.check(actor, self.code, clue, opinion=CLUE_ACTS[self.code].label)

    def _show(
        self, request: HttpRequest, clue: Clue, form: forms.ClueActForm, status: int = 200
    ) -> HttpResponse:
        context = {
            "clue": clue,
            "form": form,
            "page": PAGES[self.code],
            "act": CLUE_ACTS[self.code],
            "back": clue.get_absolute_url(),
            "draft": f"clue-{self.code}-{clue.pk}",
        }
        return render(request, "clues/act_form.html", context, status=status)


class ClueBulkView(View):
    """One act on many clues: first what it will do, then doing it."""

    http_method_names: ClassVar[list[str]] = ["post"]

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        if code not in clue_bulk.BULK_ACTS:
            raise Http404
        actor, ids = actor_of(request), keys_of(request.POST.getlist("selected"))
        act = clue_bulk.act_of(code)
        confirmed = "confirm" in request.POST
        form = (
            forms.BulkAssignForm(actor, request.POST if confirmed else None)
            if code == "assign"
            else None
        )
        try:
            if confirmed and (form is None or form.is_valid()):
                rows = clue_bulk.carry_out(actor, code, ids, **(form.cleaned_data if form else {}))
                report(request, act.label, rows)
                return redirect("clues:clue-list")
            rows = clue_bulk.plan(actor, code, ids)
        except Refused as refusal:
            messages.error(request, refusal.message)
            return redirect("clues:clue-list")
        return self._show(request, code, rows, form)

    def _show(
        self,
        request: HttpRequest,
        code: str,
        rows: list[BulkRow[Clue]],
        form: forms.BulkAssignForm | None,
    ) -> HttpResponse:
        context = {"act": clue_bulk.act_of(code), "form": form, **preview(rows)}
        status = 422 if form is not None and form.is_bound else 200
        return render(request, "clues/bulk.html", context, status=status)


class EmergencyView(View):
    """Entering an emergency after it was dealt with."""

    def get(self, request: HttpRequest) -> HttpResponse:
        self._check(request)
        return self._show(request, forms.EmergencyForm(actor_of(request)))

    def post(self, request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        self._check(request)
        form = forms.EmergencyForm(actor, request.POST, request.FILES)
        if form.is_valid():
            emergency = clue_emergency.Emergency(**form.cleaned_data)
            try:
                clue = clue_emergency.register_emergency(actor, emergency)
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, f"已补录紧急处置：{clue.number}。")
                if not Clue.objects.visible_to(actor).filter(pk=clue.pk).exists():
                    return redirect("clues:clue-emergency")
                return redirect(clue)
        return self._show(request, form, status=422)

    def _check(self, request: HttpRequest) -> None:
        if not intake.may_register(actor_of(request)):
            raise NotAllowed("只有部门工作人员可以补录紧急处置。", verb="clue.emergency")

    def _show(
        self, request: HttpRequest, form: forms.EmergencyForm, status: int = 200
    ) -> HttpResponse:
        return render(request, "clues/emergency.html", {"form": form}, status=status)


class RespondView(View):
    """A department called in says that it is there, on the way, or why not."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        letter = self._letter(request, pk)
        try:
            CALL_ACTS.check(actor_of(request), "respond", letter)
        except Conflict as conflict:
            messages.error(request, conflict.message)
            return redirect(_page_of(letter))
        return self._show(request, letter, forms.RespondForm(letter))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        letter = self._letter(request, pk)
        form = forms.RespondForm(letter, request.POST)
        try:
            CALL_ACTS.check(actor_of(request), "respond", letter)
            if form.is_valid():
                clue_emergency.respond(actor_of(request), pk, **form.cleaned_data)
                messages.success(request, "已响应紧急到场通知。")
                return redirect(_page_of(letter))
        except Conflict as conflict:
            messages.error(request, conflict.message)
            return redirect(_page_of(letter))
        except Refused as refusal:
            show_refusal(form, refusal)
        return self._show(request, letter, form, status=422)

    def _letter(self, request: HttpRequest, pk: int) -> Referral:
        calls = Referral.objects.visible_to(actor_of(request)).filter(kind="emergency_call")
        found: Referral = get_object_or_404(calls.select_related("clue", "sender", "to"), pk=pk)
        return found

    def _show(
        self, request: HttpRequest, letter: Referral, form: forms.RespondForm, status: int = 200
    ) -> HttpResponse:
        context = {"letter": letter, "form": form, "back": _page_of(letter)}
        return render(request, "clues/respond.html", context, status=status)


def _evidence_form(actor: Actor, clue: Clue) -> forms.EvidenceForm | None:
    act = CLUE_ACTS[ADD_EVIDENCE]
    may = CLUE_ACTS.possible(act, clue) and act.who(actor, clue)
    return forms.EvidenceForm(actor, clue) if may else None


def _page_of(letter: Referral) -> str:
    if letter.clue_id is not None:
        return reverse("clues:clue", args=[letter.clue_id])
    return letter.get_absolute_url()
