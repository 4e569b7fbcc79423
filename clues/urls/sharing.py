from __future__ import annotations

from django.urls import URLPattern, path

from clues.views import sharing as views

urlpatterns: list[URLPattern] = [
    path("sharing/", views.EntryListView.as_view(), name="sharing-list"),
    path("sharing/add/", views.EntryNewView.as_view(), name="sharing-entry-add"),
    path("sharing/<int:pk>/", views.EntryView.as_view(), name="sharing-entry"),
    path("sharing/<int:pk>/edit/", views.EntryChangeView.as_view(), name="sharing-entry-edit"),
    path("sharing/<int:pk>/renew/", views.EntryRenewView.as_view(), name="sharing-entry-renew"),
    path(
        "sharing/<int:pk>/act/<slug:code>/", views.EntryActView.as_view(), name="sharing-entry-act"
    ),
    path("sharing/records/", views.RecordListView.as_view(), name="shared-record-list"),
    path("sharing/records/add/", views.RecordNewView.as_view(), name="shared-record-add"),
    path("sharing/records/<int:pk>/", views.RecordView.as_view(), name="shared-record"),
    path(
        "sharing/records/<int:pk>/complete/",
        views.RecordCompleteView.as_view(),
        name="shared-record-complete",
    ),
    path(
        "sharing/records/<int:pk>/act/<slug:code>/",
        views.RecordActView.as_view(),
        name="shared-record-act",
    ),
    path("sharing/requests/", views.RequestListView.as_view(), name="sharing-request-list"),
    path("sharing/requests/add/", views.RequestNewView.as_view(), name="sharing-request-add"),
    path("sharing/requests/<int:pk>/", views.RequestView.as_view(), name="sharing-request"),
    path(
        "sharing/requests/<int:pk>/propose/",
        views.RequestProposeView.as_view(),
        name="sharing-request-propose",
    ),
    path(
        "sharing/requests/<int:pk>/act/<slug:code>/",
        views.RequestActView.as_view(),
        name="sharing-request-act",
    ),
    path("sharing/statistics/", views.StatisticsView.as_view(), name="sharing-statistics"),
]
