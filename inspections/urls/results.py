from __future__ import annotations

from django.urls import URLPattern, path

from inspections.views import results as views

urlpatterns: list[URLPattern] = [
    path("results/", views.ResultListView.as_view(), name="result-list"),
    path(
        "results/bulk/approve/", views.ResultBulkApproveView.as_view(), name="result-bulk-approve"
    ),
    path("results/<int:pk>/", views.ResultView.as_view(), name="result"),
    path(
        "rectifications/<int:pk>/act/<slug:code>/",
        views.RectificationActView.as_view(),
        name="rectification-act",
    ),
    path("results/<int:pk>/edit/", views.ResultEditView.as_view(), name="result-edit"),
    path("results/<int:pk>/act/<slug:code>/", views.ResultActView.as_view(), name="result-act"),
]
