"""Pages of labels: the rules that give them, and those of one subject."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views import View

from credit.acts import LABEL_RULE_ACTS, SUBJECT_ACTS, may_keep_directory
from credit.forms.labels import LabelForm, LabelRuleForm
from credit.models import LabelRule, Subject
from credit.selectors import labels as selectors
from credit.services import labels as services
from matters.selectors import category_names
from records import typed
from records.actor import Actor
from records.errors import NotAllowed, Refused
from records.forms import show_refusal
from records.middleware import actor_of
from records.paging import requested_page
from records.views import ActView


class LabelRuleListView(View):
    """By which rules the subjects of the region are labelled."""

    def get(self, request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        found = selectors.rules_of(LabelRule.objects.visible_to(actor))
        page = requested_page(request, found, ("-id",))
        names = category_names()
        context = {
            "page": page,
            "rows": [
                (rule, selectors.sentence(rule, names), *_usual_act(actor, rule)) for rule in page
            ],
            "may_make": may_keep_directory(actor),
        }
        return render(request, "credit/labels/rules.html", context)


class LabelRuleAddView(View):
    """Make a rule."""

    def get(self, request: HttpRequest) -> HttpResponse:
        self._ensure_allowed(request)
        return self._show(request, LabelRuleForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        self._ensure_allowed(request)
        form = LabelRuleForm(request.POST)
        if form.is_valid():
            try:
                rule = services.make_rule(actor_of(request), form.given())
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, f"{rule}已执行，对象的标签随后更新。")
                return redirect("credit:label-rules")
        return self._show(request, form)

    def _ensure_allowed(self, request: HttpRequest) -> None:
        if not may_keep_directory(actor_of(request)):
            raise NotAllowed("您没有制定标签规则的权限。", verb="label_rule.make")

    def _show(self, request: HttpRequest, form: LabelRuleForm) -> HttpResponse:
        status = 422 if form.errors else 200
        return render(request, "credit/labels/rule_form.html", {"form": form}, status=status)


class LabelRuleActView(ActView):
    """The acts of rules; back to their list."""

    table = LABEL_RULE_ACTS
    handlers = services.HANDLERS

    def next_url(self, request: HttpRequest, instance: models.Model) -> str:
        return reverse("credit:label-rules")


def _usual_act(actor: Actor, rule: LabelRule) -> tuple[dict[str, Any] | None, str]:
    """The button of a rule's row with its address; a state has one act at the most."""
    for button in LABEL_RULE_ACTS.buttons(actor, rule):
        return button, reverse("credit:label-rule-act", args=[rule.pk, button["code"]])
    return None, ""


class SubjectLabelsView(View):
    """The labels of one subject, why it has them, and giving it one by hand."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._show(request, self._subject(request, pk), LabelForm())

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        subject = self._subject(request, pk)
        form = LabelForm(request.POST)
        if form.is_valid():
            given = form.cleaned_data
            try:
                services.add(actor_of(request), pk, given["label"], given["reason"])
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, f"已为“{subject}”加上标签。")
                return redirect("credit:subject-labels", pk=pk)
        return self._show(request, subject, form)

    def _subject(self, request: HttpRequest, pk: int) -> Subject:
        actor = actor_of(request)
        found = Subject.objects.visible_to(actor).select_related("region")
        subject = get_object_or_404(found, pk=pk)
        SUBJECT_ACTS.authorise(actor, "label", subject)
        return subject

    def _show(self, request: HttpRequest, subject: Subject, form: LabelForm) -> HttpResponse:
        marks = list(selectors.marks_of(subject))
        names = category_names()
        context = {
            "subject": subject,
            "form": form,
            "marks": [
                (mark, selectors.sentence(mark.rule, names) if mark.rule else "") for mark in marks
            ],
            "known": selectors.label_names(subject.region.code),
        }
        status = 422 if form.errors else 200
        return render(request, "credit/labels/subject.html", context, status=status)


class SubjectLabelRemoveView(View):
    """Take back a label given by hand."""

    http_method_names: ClassVar[list[str]] = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        subject = get_object_or_404(Subject.objects.visible_to(actor), pk=pk)
        name = request.POST.get("label", "")
        try:
            services.remove(actor, pk, name, request.POST.get("opinion", ""))
        except Refused as refusal:
            messages.error(request, refusal.message)
            typed.keep(request)
        else:
            messages.success(request, f"已取消“{subject}”的人工标签“{name}”。")
        return redirect("credit:subject-labels", pk=pk)
