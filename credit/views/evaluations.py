"""Pages of evaluations: list, one with its progress and outcome, results, reading (S4)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views import View

from credit.forms.evaluations import EvaluationFilter, ResultFilter
from credit.models import Evaluation
from credit.scoring import GRADES
from credit.selectors import evaluations as selectors
from credit.selectors.indicators import for_words, matter_names
from credit.services import outcomes
from credit.services.outside import may_tell
from matters.selectors import category_names
from records.errors import Refused
from records.exports import export_list
from records.middleware import actor_of
from records.paging import capped_count, requested_page
from records.selectors import timeline


class EvaluationListView(View):
    """The runs, newest first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        form = EvaluationFilter(request.GET)
        found = form.narrow(selectors.evaluations_of(actor_of(request)))
        page = requested_page(request, found, selectors.ORDER)
        names = matter_names(each.by_set for each in page.rows)
        context = {
            "form": form,
            "page": page,
            "rows": [
                (each, for_words(each.by_set, names), selectors.changed(each)) for each in page.rows
            ],
            "total": capped_count(found),
            "may_tell": may_tell(actor_of(request)),
        }
        return render(request, "credit/evaluations/list.html", context)


def _evaluation(request: HttpRequest, pk: int) -> Evaluation:
    found: Evaluation = get_object_or_404(selectors.evaluations_of(actor_of(request)), pk=pk)
    return found


class EvaluationView(View):
    """One run: how far it is, the grades before and after, who changed, who was told.

    Until it has ended the page asks ``?live=1`` and is told to load itself again once its state is
    another than ``seen``.
    """

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        evaluation = _evaluation(request, pk)
        if "live" in request.GET:
            same = request.GET.get("seen") == evaluation.state
            return HttpResponse(status=204, headers={} if same else {"HX-Refresh": "true"})
        actor = actor_of(request)
        results = reverse("credit:evaluation-results", args=[pk])
        notices = list(selectors.notices_of(evaluation))
        own = next((n for n in notices if n.department_id == actor.department_id), None)
        done = evaluation.state == Evaluation.State.DONE
        context = {
            "evaluation": evaluation,
            "applies": for_words(evaluation.by_set, matter_names([evaluation.by_set])),
            "progress": _progress(evaluation),
            "done": done,
            "compares": done and evaluation.kind != Evaluation.Kind.EVENT,
            "compared": evaluation.base_id is not None or evaluation.kind == Evaluation.Kind.TRIAL,
            "is_trial": evaluation.kind == Evaluation.Kind.TRIAL,
            "grades": (*GRADES, outcomes.NEW),
            "rows": selectors.grade_rows(evaluation),
            "changed": selectors.changed(evaluation),
            "worsened": selectors.worsened(evaluation),
            "results_url": results,
            "shares": sorted(
                selectors.shares(evaluation, category_names()),
                key=lambda share: share["value"],
                reverse=True,
            ),
            "department_shares": selectors.department_shares(evaluation),
            "notices": notices,
            "own_notice": own if own and own.read_at is None else None,
            "may_reconcile": done and evaluation.by_set.matter_id is None,
            "entries": timeline(evaluation),
        }
        return render(request, "credit/evaluations/detail.html", context)


class EvaluationProgressView(View):
    """The part of the page that asks again until the run has ended."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        context = {"progress": _progress(_evaluation(request, pk))}
        return render(request, "credit/evaluations/progress.html", context)


def _progress(evaluation: Evaluation) -> dict[str, Any]:
    state = "done" if evaluation.state == Evaluation.State.DONE else "running"
    applying = evaluation.state == Evaluation.State.APPLYING
    return {
        "state": state,
        "text": "评价完成" if state == "done" else "更新等级" if applying else "逐户评价",
        "done": evaluation.done,
        "total": evaluation.total,
        "poll_url": reverse("credit:evaluation-progress", args=[evaluation.pk]),
        "result_url": evaluation.get_absolute_url(),
        "result_label": "查看结果",
    }


class EvaluationResultsView(View):
    """The subjects of a run with both grades; ``?export=xlsx`` hands out exactly what is shown."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        evaluation = _evaluation(request, pk)
        form = ResultFilter(request.GET)
        found = form.narrow(selectors.results_of(actor_of(request), evaluation))
        vetoes = selectors.veto_names(evaluation)
        if request.GET.get("export") == "xlsx":
            return export_list(
                request,
                selectors.RESULT_SHEET,
                found.order_by("subject_id"),
                lambda shown: selectors.result_rows(shown, vetoes, form.categories),
                f"{evaluation}结果.xlsx",
            )
        page = requested_page(request, found, selectors.RESULT_ORDER)
        for result in page.rows:
            result.veto_name = vetoes.get(result.veto, "") if result.veto is not None else ""
            result.fresh = result.before == outcomes.NEW
        context = {
            "evaluation": evaluation,
            "form": form,
            "page": page,
            "total": capped_count(found),
        }
        return render(request, "credit/evaluations/results.html", context)


class EvaluationReconcileView(View):
    """A finished run of the general set against the directory, with why they differ."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        evaluation = _evaluation(request, pk)
        if evaluation.by_set.matter_id is not None or evaluation.state != Evaluation.State.DONE:
            raise Http404
        context = {"evaluation": evaluation, "found": selectors.reconcile(evaluation)}
        return render(request, "credit/evaluations/reconcile.html", context)


class EvaluationReadView(View):
    """A department notes that it has read the outcome."""

    http_method_names: ClassVar[list[str]] = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        evaluation = _evaluation(request, pk)
        try:
            outcomes.acknowledge(actor_of(request), pk)
        except Refused as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, f"已签收“{evaluation}”的结果。")
        return redirect(evaluation)
