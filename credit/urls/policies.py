"""Pages of the differentiated supervision policy."""

from __future__ import annotations

from django.urls import URLPattern, path

from credit.views import policies

urlpatterns: list[URLPattern] = [
    path("policies/", policies.PolicyListView.as_view(), name="policy-list"),
    path("policies/add/", policies.PolicyDraftView.as_view(), name="policy-add"),
    path("policies/<int:pk>/", policies.PolicyView.as_view(), name="policy"),
    path("policies/<int:pk>/edit/", policies.PolicyEditView.as_view(), name="policy-edit"),
    path("policies/<int:pk>/act/<slug:code>/", policies.PolicyActView.as_view(), name="policy-act"),
]
