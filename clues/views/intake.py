"""Pages of intake (L1): the list, entering clues at the desk and on the phone, hints at
duplicates, putting right, merging, and the complainant's contact."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views import View

from clues.acts.clue import CLUE_ACTS
from clues.forms.clue_filter import ClueFilter
from clues.forms.intake import ClueEditForm, ClueForm, MergeForm, PhoneClueForm
from clues.imports import may_import
from clues.models import Clue
from clues.selectors import clues as selectors
from clues.services import clue_bulk, complainants, intake
from credit.models import Subject
from departments.roles import STAFF, Role
from records import typed
from records.actor import Actor
from records.errors import NotAllowed, Refused
from records.excel import kinds
from records.exports import export_list
from records.forms import show_refusal
from records.middleware import actor_of
from records.paging import capped_count, requested_page
from records.params import key_of

_MOST_SUBJECTS = 8
_SHORTEST_SEARCH = 2
_OWN_LAST = 10


class ClueListView(View):
    """The clues that the person may know of; ``?export=xlsx`` hands out exactly what is shown."""

    def get(self, request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        found = ClueFilter(request.GET, queryset=selectors.listed(actor), request=request)
        clues = found.qs
        if request.GET.get("export") == "xlsx":
            clues = clues.order_by(*selectors.ORDER)
            return export_list(
                request, selectors.LIST_SHEET, clues, selectors.sheet_rows, "线索.xlsx"
            )
        page = requested_page(request, clues, selectors.ORDER)
        context = {
            "filter": found,
            "page": page,
            "rows": selectors.rows_of(page),
            "total": capped_count(clues),
            "may_register": intake.may_register(actor),
            "may_import": may_import(actor),
            "acts": [
                {
                    "label": clue_bulk.act_of(code).label,
                    "url": reverse("clues:clue-bulk", args=[code]),
                    "style": "primary",
                }
                for code in clue_bulk.offered(actor)
            ],
        }
        return render(request, "clues/clue_list.html", context)


class ClueAddView(View):
    """Take a clue in at the desk; ``?subject=`` says about whom."""

    def get(self, request: HttpRequest) -> HttpResponse:
        actor = _registering(request)
        key = key_of(request.GET.get("subject", ""))
        visible = Subject.objects.visible_to(actor).current()
        subject = visible.filter(pk=key).first() if key else None
        about = {"subject": subject.pk, "subject_name": subject.shown_name} if subject else {}
        receiver = intake.receiving_department(actor)
        return self._show(request, ClueForm(actor, receiver, initial=about))

    def post(self, request: HttpRequest) -> HttpResponse:
        actor = _registering(request)
        receiver = intake.receiving_department(actor)
        form = ClueForm(actor, receiver, request.POST, request.FILES)
        if form.is_valid():
            try:
                clue = intake.register(actor, files=form.cleaned_data["files"], **form.facts())
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                _tell_result(request, clue, form.cleaned_data["client_key"])
                return redirect(clue)
        return self._show(request, form)

    def _show(self, request: HttpRequest, form: ClueForm) -> HttpResponse:
        context = {"form": form, **_chosen_subject(form)}
        status = 422 if form.errors else 200
        return render(request, "clues/clue_form.html", context, status=status)


class PhoneClueView(View):
    """Report what one sees on the way: township officers, grid workers, inspectors."""

    def get(self, request: HttpRequest) -> HttpResponse:
        actor = _registering(request)
        return self._show(request, PhoneClueForm(actor))

    def post(self, request: HttpRequest) -> HttpResponse:
        actor = _registering(request)
        form = PhoneClueForm(actor, request.POST, request.FILES)
        if form.is_valid():
            channel = Clue.Channel.CHECK if actor.has_role(*STAFF) else Clue.Channel.GRID
            try:
                clue = intake.register(
                    actor, files=form.cleaned_data["files"], channel=channel, **form.facts()
                )
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, f"已登记 {clue.number}，由{clue.receiver}研判。")
                return redirect("clues:clue-phone")
        return self._show(request, form)

    def _show(self, request: HttpRequest, form: PhoneClueForm) -> HttpResponse:
        actor = actor_of(request)
        own = selectors.listed(actor).filter(reporter_id=actor.user_id)
        context = {
            "form": form,
            "own": own.order_by(*selectors.ORDER)[:_OWN_LAST],
            "back": reverse(
                "inspections:my-visits" if actor.has_role(Role.INSPECTOR) else "clues:clue-list"
            ),
            **_chosen_subject(form),
        }
        status = 422 if form.errors else 200
        return render(request, "clues/phone_form.html", context, status=status)


class SimilarView(View):
    """Hints at duplicates of what is being typed; posted: no content stands in addresses."""

    http_method_names: ClassVar[list[str]] = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        actor = _registering(request)
        found = selectors.similar(
            actor,
            title=request.POST.get("title", ""),
            content=request.POST.get("content", ""),
            subject_id=key_of(request.POST.get("subject", "")),
            subject_name=request.POST.get("subject_name", ""),
            phone=_plain_phone(request.POST.get("complainant_phone", "")),
        )
        return render(request, "clues/_similar.html", {"similar": found})


class SubjectChoicesView(View):
    """The subjects whose name or identifier fits what is being typed, to choose one."""

    def get(self, request: HttpRequest) -> HttpResponse:
        actor = _registering(request)
        text = request.GET.get("subject_name", "").strip()[:120]
        subjects: list[Subject] = []
        if len(text) >= _SHORTEST_SEARCH:
            visible = Subject.objects.visible_to(actor).current().matching(text)
            subjects = list(visible.order_by("-id")[: _MOST_SUBJECTS + 1])
        context = {
            "subjects": subjects[:_MOST_SUBJECTS],
            "more": len(subjects) > _MOST_SUBJECTS,
            "text": text,
            "chosen": key_of(request.GET.get("subject", "")),
        }
        return render(request, "clues/_subjects.html", context)


class ClueEditView(View):
    """Put the registered facts right."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        clue = self._clue(request, pk)
        return self._show(request, clue, ClueEditForm(actor_of(request), clue))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        clue = self._clue(request, pk)
        actor = actor_of(request)
        form = ClueEditForm(actor, clue, request.POST)
        if form.is_valid():
            try:
                intake.edit(actor, pk, **form.cleaned_data)
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, "已保存修改。")
                return redirect(clue)
        return self._show(request, clue, form)

    def _clue(self, request: HttpRequest, pk: int) -> Clue:
        actor = actor_of(request)
        clue: Clue = get_object_or_404(Clue.objects.visible_to(actor), pk=pk)
        CLUE_ACTS.check(actor, "edit", clue)
        return clue

    def _show(self, request: HttpRequest, clue: Clue, form: ClueEditForm) -> HttpResponse:
        context = {"form": form, "clue": clue, **_chosen_subject(form)}
        status = 422 if form.errors else 200
        return render(request, "clues/clue_edit.html", context, status=status)


class ClueMergeView(View):
    """Merge a clue into another, the likely ones first."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._show(request, self._clue(request, pk), MergeForm(actor_of(request)))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        clue = self._clue(request, pk)
        actor = actor_of(request)
        form = MergeForm(actor, request.POST)
        if form.is_valid():
            given = form.cleaned_data
            try:
                merged = intake.merge(actor, pk, given["target"], given["opinion"])
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, f"{merged.number} 已并案。")
                return redirect(merged.merged_into)
        return self._show(request, clue, form)

    def _clue(self, request: HttpRequest, pk: int) -> Clue:
        actor = actor_of(request)
        clue: Clue = get_object_or_404(Clue.objects.visible_to(actor), pk=pk)
        CLUE_ACTS.check(actor, "merge", clue)
        return clue

    def _show(self, request: HttpRequest, clue: Clue, form: MergeForm) -> HttpResponse:
        context = {
            "form": form,
            "clue": clue,
            "similar": selectors.mergeable(actor_of(request), clue),
            "into": key_of(form["into"].value() or ""),
        }
        status = 422 if form.errors else 200
        return render(request, "clues/merge.html", context, status=status)


class ComplainantView(View):
    """The complainant's contact in full, for a reason that is kept in the trail."""

    http_method_names: ClassVar[list[str]] = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        clue: Clue = get_object_or_404(Clue.objects.visible_to(actor), pk=pk)
        try:
            full = complainants.unmask(actor, pk, request.POST.get("opinion", ""))
        except Refused as refusal:
            messages.error(request, refusal.message)
            typed.keep(request)
            return redirect(clue)
        context = {"clue": clue, "complainant": selectors.complainant_card(actor, clue, full)}
        response = render(request, "clues/complainant.html", context)
        response["Cache-Control"] = "no-store"
        return response


def _registering(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if not intake.may_register(actor):
        raise NotAllowed("您没有登记线索的权限。", verb="clue.register")
    return actor


def _tell_result(request: HttpRequest, clue: Clue, client_key: Any) -> None:
    if client_key is not None and clue.client_key != client_key:
        messages.info(request, f"这个来源编号已登记为 {clue.number}，没有重复登记。")
        return
    complainant = complainants.of(clue)
    problem = complainants.obstacle(complainant)
    words = "受理告知已发给反映人。" if not problem else problem if complainant else ""
    messages.success(request, f"已登记 {clue.number}。{words}")


def _chosen_subject(form: ClueForm | PhoneClueForm | ClueEditForm) -> dict[str, Any]:
    """The subject that was chosen before, to be shown again with the form."""
    key = key_of(str(form["subject"].value() or ""))
    visible = Subject.objects.visible_to(form.actor)
    return {"subjects": list(visible.filter(pk=key)) if key else [], "chosen": key}


def _plain_phone(text: str) -> str:
    try:
        return str(kinds.phone().parse(text.strip())) if text.strip() else ""
    except ValueError:
        return ""
