"""Pages of the subjects' directory."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views import View

from credit.acts import SUBJECT_ACTS, may_keep_directory
from credit.filters import SubjectFilter
from credit.forms.directory import GradeForm, SubjectCreateForm, SubjectEditForm
from credit.imports import LIST_SHEET
from credit.models import Subject, SubjectQuerySet
from credit.selectors.directory import scope_of, sheet_rows
from credit.services.adjustments import adjust, end
from credit.services.directory import create_subject, update_subject
from credit.services.unmasking import unmask
from records import typed
from records.actor import Actor
from records.errors import NotAllowed, Refused
from records.exports import export_list
from records.form_page import FormPage
from records.middleware import actor_of
from records.paging import capped_count, requested_page

# No more than can be imported again.
EXPORT_LIMIT = LIST_SHEET.max_rows


def visible(actor: Actor) -> SubjectQuerySet:
    """The subjects a person may know of, with what their pages show."""
    return Subject.objects.visible_to(actor).select_related("region", "township")


class SubjectListView(View):
    """The directory with its filters; ``?export=xlsx`` hands out exactly what is shown."""

    def get(self, request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        found = SubjectFilter(request.GET, queryset=visible(actor), request=request)
        if request.GET.get("export") == "xlsx":
            return self._export(request, found)
        page = requested_page(request, found.qs, ("-id",))
        for subject in page:
            subject.category_words = "、".join(
                found.category_names.get(code, code) for code in subject.categories
            )
        context = {
            "filter": found,
            "page": page,
            "total": capped_count(found.qs),
            "may_keep": may_keep_directory(actor),
        }
        return render(request, "credit/subject_list.html", context)

    def _export(self, request: HttpRequest, found: SubjectFilter) -> HttpResponse:
        return export_list(
            request,
            LIST_SHEET,
            found.qs.order_by("-id"),
            lambda shown: sheet_rows(shown.iterator(chunk_size=2000), found.category_names),
            "监管对象名录.xlsx",
            limit=EXPORT_LIMIT,
        )


class SubjectCardView(View):
    """What hovering over a subject's name shows."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        subject = get_object_or_404(visible(actor_of(request)), pk=pk)
        context = {
            "kind": "监管对象",
            "title": subject.shown_name,
            "url": subject.get_absolute_url(),
            "rows": [
                (subject.get_id_kind_display(), subject.shown_identifier),
                ("等级", subject.get_grade_display()),
                ("状态", subject.get_status_display()),
                ("乡镇街道", subject.township.name if subject.township else "全区"),
                ("地址", subject.shown_address),
            ],
        }
        return render(request, "components/card.html", context)


class SubjectCreateView(FormPage):
    """Enter one subject by hand."""

    template_name = "credit/subject_form.html"
    title = "新增监管对象"

    def target(self, actor: Actor) -> None:
        return None

    def check(self, actor: Actor, target: None) -> None:
        if not may_keep_directory(actor):
            raise NotAllowed("您没有新增监管对象的权限。", verb="subject.create")

    def form(self, actor: Actor, target: None, *sent: Any) -> SubjectCreateForm:
        return SubjectCreateForm(*sent, scope=scope_of(actor.region_code))

    def carry_out(self, actor: Actor, target: None, form: SubjectCreateForm) -> Subject:
        return create_subject(actor, form.entry(), form.cleaned_data["reason"])

    def back(self, target: None) -> str:
        return reverse("credit:subject-list")


class SubjectEditView(FormPage):
    """Change the facts of one subject."""

    template_name = "credit/subject_form.html"
    title = "修改监管对象"

    def target(self, actor: Actor) -> Subject:
        return get_object_or_404(visible(actor), pk=self.kwargs["pk"])

    def check(self, actor: Actor, target: Subject) -> None:
        SUBJECT_ACTS.check(actor, "edit", target, "打开修改页")
        if self.request.method != "POST" and target.is_natural_person:
            unmask(actor, target.pk, "修改名录信息")

    def form(self, actor: Actor, target: Subject, *sent: Any) -> SubjectEditForm:
        return SubjectEditForm(*sent, scope=scope_of(target.region.code), subject=target)

    def carry_out(self, actor: Actor, target: Subject, form: SubjectEditForm) -> Subject:
        given = form.cleaned_data
        values = form.changed_values()
        return update_subject(actor, target.pk, values, given["reason"], seen=given["seen"])


class SubjectGradeView(View):
    """The act of the credit group: another grade, with its reason."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        subject = get_object_or_404(visible(actor), pk=pk)
        form = GradeForm(subject.region.code, request.POST)
        if not form.is_valid():
            messages.error(request, "请选择新的等级和有效的期限。")
            typed.keep(request)
            return redirect(subject)
        given = form.cleaned_data
        grade = given["grade"]
        try:
            adjust(actor, pk, grade, given["opinion"], given["until"])
        except Refused as refusal:
            messages.error(request, refusal.message)
            typed.keep(request)
        else:
            messages.success(request, f"等级已调整为 {grade} 级。")
        return redirect(subject)


class SubjectGradeEndView(View):
    """The grade set by hand ends before its term."""

    http_method_names: ClassVar[list[str]] = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        subject = get_object_or_404(visible(actor), pk=pk)
        try:
            end(actor, pk, request.POST.get("opinion", ""))
        except Refused as refusal:
            messages.error(request, refusal.message)
            typed.keep(request)
        else:
            messages.success(request, "已终止人工调整，恢复为评价得出的等级。")
        return redirect(subject)
