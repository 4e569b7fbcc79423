"""Pages of evaluations."""

from __future__ import annotations

from django.urls import URLPattern, path

from credit.views import evaluations

urlpatterns: list[URLPattern] = [
    path("evaluations/", evaluations.EvaluationListView.as_view(), name="evaluation-list"),
    path("evaluations/<int:pk>/", evaluations.EvaluationView.as_view(), name="evaluation"),
    path(
        "evaluations/<int:pk>/progress/",
        evaluations.EvaluationProgressView.as_view(),
        name="evaluation-progress",
    ),
    path(
        "evaluations/<int:pk>/results/",
        evaluations.EvaluationResultsView.as_view(),
        name="evaluation-results",
    ),
    path(
        "evaluations/<int:pk>/reconcile/",
        evaluations.EvaluationReconcileView.as_view(),
        name="evaluation-reconcile",
    ),
    path(
        "evaluations/<int:pk>/read/",
        evaluations.EvaluationReadView.as_view(),
        name="evaluation-read",
    ),
]
