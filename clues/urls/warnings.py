from __future__ import annotations

from django.urls import URLPattern, path

from clues.views import warning_rules as rules
from clues.views import warnings as views

urlpatterns: list[URLPattern] = [
    path("warnings/", views.WarningListView.as_view(), name="warning-list"),
    path("warnings/add/", views.WarningAddView.as_view(), name="warning-add"),
    path("warnings/<int:pk>/", views.WarningView.as_view(), name="warning"),
    path("warnings/<int:pk>/act/<slug:code>/", views.WarningActView.as_view(), name="warning-act"),
    *(
        path(
            f"warnings/<int:pk>/{code}/",
            views.WarningFormView.as_view(code=code),
            name=f"warning-{code}",
        )
        for code in views.PAGES
    ),
    path("warnings/reports/", views.WarningReportListView.as_view(), name="warning-report-list"),
    path("warnings/reports/<int:pk>/", views.WarningReportView.as_view(), name="warning-report"),
    path("warnings/rules/", rules.RuleListView.as_view(), name="warning-rule-list"),
    path("warnings/rules/add/", rules.RuleNewView.as_view(), name="warning-rule-add"),
    path("warnings/rules/presets/", rules.RulePresetsView.as_view(), name="warning-rule-presets"),
    path("warnings/rules/<int:pk>/", rules.RuleView.as_view(), name="warning-rule"),
    path("warnings/rules/<int:pk>/edit/", rules.RuleEditView.as_view(), name="warning-rule-edit"),
    path(
        "warnings/rules/<int:pk>/revise/",
        rules.RuleReviseView.as_view(),
        name="warning-rule-revise",
    ),
    path(
        "warnings/rules/<int:pk>/act/<slug:code>/",
        rules.RuleActView.as_view(),
        name="warning-rule-act",
    ),
    path("patterns/", rules.PatternListView.as_view(), name="pattern-list"),
    path("patterns/<slug:by>/<slug:key>/", rules.PatternView.as_view(), name="pattern"),
]
