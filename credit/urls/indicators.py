"""Pages of the sets of indicators."""

from __future__ import annotations

from django.urls import URLPattern, path

from credit.views import indicators

urlpatterns: list[URLPattern] = [
    path("indicators/", indicators.IndicatorSetListView.as_view(), name="indicator-set-list"),
    path("indicators/add/", indicators.IndicatorSetDraftView.as_view(), name="indicator-set-add"),
    path("indicators/<int:pk>/", indicators.IndicatorSetView.as_view(), name="indicator-set"),
    path(
        "indicators/<int:pk>/edit/",
        indicators.IndicatorSetEditView.as_view(),
        name="indicator-set-edit",
    ),
    path(
        "indicators/<int:pk>/act/<slug:code>/",
        indicators.IndicatorSetActView.as_view(),
        name="indicator-set-act",
    ),
]
