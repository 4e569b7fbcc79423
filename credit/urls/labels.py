"""Pages of labels, and of a subject's whole history."""

from __future__ import annotations

from django.urls import URLPattern, path

from credit.views import history, labels

urlpatterns: list[URLPattern] = [
    path("labels/", labels.LabelRuleListView.as_view(), name="label-rules"),
    path("labels/add/", labels.LabelRuleAddView.as_view(), name="label-rule-add"),
    path(
        "labels/<int:pk>/act/<slug:code>/",
        labels.LabelRuleActView.as_view(),
        name="label-rule-act",
    ),
    path("subjects/<int:pk>/labels/", labels.SubjectLabelsView.as_view(), name="subject-labels"),
    path(
        "subjects/<int:pk>/labels/remove/",
        labels.SubjectLabelRemoveView.as_view(),
        name="subject-label-remove",
    ),
    path(
        "subjects/<int:pk>/history/", history.SubjectHistoryView.as_view(), name="subject-history"
    ),
]
