"""Pages of subjects that stand twice in the directory."""

from __future__ import annotations

from django.urls import URLPattern, path

from credit.views import duplicates

urlpatterns: list[URLPattern] = [
    path("duplicates/", duplicates.DuplicateListView.as_view(), name="duplicate-list"),
    path("duplicates/<int:pk>/", duplicates.DuplicateView.as_view(), name="duplicate"),
    path(
        "duplicates/<int:pk>/propose/",
        duplicates.DuplicateProposeView.as_view(),
        name="duplicate-propose",
    ),
    path(
        "duplicates/<int:pk>/act/<slug:code>/",
        duplicates.DuplicateActView.as_view(),
        name="duplicate-act",
    ),
    path("subjects/similar/", duplicates.SubjectSimilarView.as_view(), name="subject-similar"),
    path(
        "subjects/<int:pk>/duplicate/",
        duplicates.DuplicateAddView.as_view(),
        name="duplicate-add",
    ),
]
