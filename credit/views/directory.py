"""Pages of the subjects' directory."""

from __future__ import annotations

from typing import ClassVar

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
from records.forms import show_refusal
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


class SubjectCreateView(View):
    """Enter one subject by hand."""

    def get(self, request: HttpRequest) -> HttpResponse:
        actor = self._actor(request)
        return self._show(request, SubjectCreateForm(scope=scope_of(actor.region_code)))

    def post(self, request: HttpRequest) -> HttpResponse:
        actor = self._actor(request)
        form = SubjectCreateForm(request.POST, scope=scope_of(actor.region_code))
        if form.is_valid():
            try:
                subject = create_subject(actor, form.entry(), form.cleaned_data["reason"])
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, f"已新增监管对象“{subject}”。")
                return redirect(subject)
        return self._show(request, form)

    def _actor(self, request: HttpRequest) -> Actor:
        actor = actor_of(request)
        if not may_keep_directory(actor):
            raise NotAllowed("您没有新增监管对象的权限。", verb="subject.create")
        return actor

    def _show(self, request: HttpRequest, form: SubjectCreateForm) -> HttpResponse:
        context = {"form": form, "subject": None, "back": reverse("credit:subject-list")}
        status = 422 if form.errors else 200
        return render(request, "credit/subject_form.html", context, status=status)


class SubjectEditView(View):
    """Change the facts of one subject."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        subject = self._subject(request, pk)
        if subject.is_natural_person:
            unmask(actor_of(request), pk, "修改名录信息")
        form = SubjectEditForm(scope=scope_of(subject.region.code), subject=subject)
        return self._show(request, subject, form)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        subject = self._subject(request, pk)
        form = SubjectEditForm(request.POST, scope=scope_of(subject.region.code), subject=subject)
        if form.is_valid():
            given = form.cleaned_data
            try:
                update_subject(
                    actor_of(request),
                    pk,
                    form.changed_values(),
                    given["reason"],
                    seen=given["seen"],
                )
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, "已保存修改。")
                return redirect(subject)
        return self._show(request, subject, form)

    def _subject(self, request: HttpRequest, pk: int) -> Subject:
        actor = actor_of(request)
        subject = get_object_or_404(visible(actor), pk=pk)
        SUBJECT_ACTS.check(actor, "edit", subject, "打开修改页")
        return subject

    def _show(self, request: HttpRequest, subject: Subject, form: SubjectEditForm) -> HttpResponse:
        context = {"form": form, "subject": subject, "back": subject.get_absolute_url()}
        status = 422 if form.errors else 200
        return render(request, "credit/subject_form.html", context, status=status)


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
