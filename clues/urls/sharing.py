from __future__ import annotations

from django.urls import URLPattern, path

from clues.views.sharing import catalogue, records, requests, statistics

urlpatterns: list[URLPattern] = [
    path("sharing/", catalogue.EntryListView.as_view(), name="sharing-list"),
    path("sharing/add/", catalogue.EntryNewView.as_view(), name="sharing-entry-add"),
    path("sharing/<int:pk>/", catalogue.EntryView.as_view(), name="sharing-entry"),
    path("sharing/<int:pk>/edit/", catalogue.EntryChangeView.as_view(), name="sharing-entry-edit"),
    path("sharing/<int:pk>/renew/", catalogue.EntryRenewView.as_view(), name="sharing-entry-renew"),
    path(
        "sharing/<int:pk>/act/<slug:code>/",
        catalogue.EntryActView.as_view(),
        name="sharing-entry-act",
    ),
    path("sharing/records/", records.RecordListView.as_view(), name="shared-record-list"),
    path("sharing/records/add/", records.RecordNewView.as_view(), name="shared-record-add"),
    path("sharing/records/<int:pk>/", records.RecordView.as_view(), name="shared-record"),
    path(
        "sharing/records/<int:pk>/complete/",
        records.RecordCompleteView.as_view(),
        name="shared-record-complete",
    ),
    path(
        "sharing/records/<int:pk>/act/<slug:code>/",
        records.RecordActView.as_view(),
        name="shared-record-act",
    ),
    path("sharing/requests/", requests.RequestListView.as_view(), name="sharing-request-list"),
    path("sharing/requests/add/", requests.RequestNewView.as_view(), name="sharing-request-add"),
    path("sharing/requests/<int:pk>/", requests.RequestView.as_view(), name="sharing-request"),
    path(
        "sharing/requests/<int:pk>/propose/",
        requests.RequestProposeView.as_view(),
        name="sharing-request-propose",
    ),
    path(
        "sharing/requests/<int:pk>/act/<slug:code>/",
        requests.RequestActView.as_view(),
        name="sharing-request-act",
    ),
    path("sharing/statistics/", statistics.StatisticsView.as_view(), name="sharing-statistics"),
]
