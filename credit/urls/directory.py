"""Pages of the subjects' directory."""

from __future__ import annotations

from django.urls import URLPattern, path

from credit.views import directory, unmasking

urlpatterns: list[URLPattern] = [
    path("subjects/", directory.SubjectListView.as_view(), name="subject-list"),
    path("subjects/add/", directory.SubjectCreateView.as_view(), name="subject-add"),
    path("subjects/<int:pk>/card/", directory.SubjectCardView.as_view(), name="subject-card"),
    path(
        "subjects/<int:pk>/act/unmask/",
        unmasking.SubjectUnmaskView.as_view(),
        name="subject-unmask",
    ),
    path("subjects/<int:pk>/edit/", directory.SubjectEditView.as_view(), name="subject-edit"),
    path(
        "subjects/<int:pk>/act/end-grade/",
        directory.SubjectGradeEndView.as_view(),
        name="subject-grade-end",
    ),
    path(
        "subjects/<int:pk>/act/grade/", directory.SubjectGradeView.as_view(), name="subject-grade"
    ),
]
