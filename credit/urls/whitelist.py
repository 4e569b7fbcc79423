"""Pages of the white list."""

from __future__ import annotations

from django.urls import URLPattern, path

from credit.views import whitelist

urlpatterns: list[URLPattern] = [
    path("white-list/", whitelist.WhiteListView.as_view(), name="white-list"),
    path(
        "subjects/<int:pk>/white-list/",
        whitelist.WhiteListApplyView.as_view(),
        name="white-list-apply",
    ),
    path("white-list/<int:pk>/", whitelist.WhiteListEntryView.as_view(), name="white-list-entry"),
    path(
        "white-list/<int:pk>/read/",
        whitelist.WhiteListReadView.as_view(),
        name="white-list-read",
    ),
    path(
        "white-list/<int:pk>/act/<slug:code>/",
        whitelist.WhiteListActView.as_view(),
        name="white-list-act",
    ),
]
