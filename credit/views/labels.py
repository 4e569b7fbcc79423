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
from records.form_page import FormPage
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


class LabelRuleAddView(FormPage):
    """Make a rule."""

    template_name = "credit/labels/rule_form.html"
    title = "制定标签规则"

    def target(self, actor: Actor) -> None:
        return None

    def check(self, actor: Actor, target: None) -> None:
        if not may_keep_directory(actor):
            raise NotAllowed("您没有制定标签规则的权限。", verb="label_rule.make")

    def form(self, actor: Actor, target: None, *sent: Any) -> LabelRuleForm:
        return LabelRuleForm(*sent)

    def carry_out(self, actor: Actor, target: None, form: LabelRuleForm) -> LabelRule:
        return services.make_rule(actor, form.given())

    def back(self, target: None) -> str:
        return reverse("credit:label-rules")

    def words(self, changed: LabelRule) -> str:
        return f"{changed}已执行，对象的标签随后更新。"

    def after(self, changed: LabelRule) -> str:
        return reverse("credit:label-rules")


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


class SubjectLabelsView(FormPage):
    """The labels of one subject, why it has them, and giving it one by hand."""

    template_name = "credit/labels/subject.html"
    title = "加上标签"

    def target(self, actor: Actor) -> Subject:
        visible = Subject.objects.visible_to(actor).select_related("region")
        return get_object_or_404(visible, pk=self.kwargs["pk"])

    def check(self, actor: Actor, target: Subject) -> None:
        SUBJECT_ACTS.authorise(actor, "label", target)

    def form(self, actor: Actor, target: Subject, *sent: Any) -> LabelForm:
        return LabelForm(*sent)

    def carry_out(self, actor: Actor, target: Subject, form: LabelForm) -> Subject:
        given = form.cleaned_data
        services.add(actor, target.pk, given["label"], given["reason"])
        return target

    def after(self, changed: Subject) -> str:
        return reverse("credit:subject-labels", args=[changed.pk])

    def more(self, target: Subject, form: LabelForm) -> dict[str, Any]:
        marks, names = selectors.marks_of(target), category_names()
        return {
            "subject": target,
            "marks": [
                (mark, selectors.sentence(mark.rule, names) if mark.rule else "") for mark in marks
            ],
            "known": selectors.label_names(target.region.code),
        }


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
