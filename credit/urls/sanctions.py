"""Pages of joint sanctions."""

from __future__ import annotations

from django.urls import URLPattern, path

from credit.views import sanctions

urlpatterns: list[URLPattern] = [
    path("sanctions/", sanctions.SanctionListView.as_view(), name="sanction-list"),
    path(
        "sanctions/proposals/",
        sanctions.SanctionProposalsView.as_view(),
        name="sanction-proposals",
    ),
    path(
        "sanctions/statistics/",
        sanctions.SanctionStatisticsView.as_view(),
        name="sanction-statistics",
    ),
    path("sanctions/measures/", sanctions.SanctionMeasuresView.as_view(), name="sanction-measures"),
    path("subjects/<int:pk>/sanction/", sanctions.SanctionNewView.as_view(), name="sanction-new"),
    path("sanctions/<int:pk>/", sanctions.SanctionView.as_view(), name="sanction"),
    path("sanctions/<int:pk>/edit/", sanctions.SanctionEditView.as_view(), name="sanction-edit"),
    path(
        "sanctions/<int:pk>/repair/", sanctions.SanctionRepairView.as_view(), name="sanction-repair"
    ),
    path(
        "sanctions/<int:pk>/act/<slug:code>/",
        sanctions.SanctionActView.as_view(),
        name="sanction-act",
    ),
    path("sanctions/parts/<int:pk>/", sanctions.SanctionPartView.as_view(), name="sanction-part"),
    path(
        "sanctions/parts/<int:pk>/report/",
        sanctions.SanctionReportView.as_view(),
        name="sanction-report",
    ),
    path(
        "sanctions/parts/<int:pk>/act/<slug:code>/",
        sanctions.SanctionPartActView.as_view(),
        name="sanction-part-act",
    ),
]
