from __future__ import annotations

from django.urls import URLPattern, path

from clues.views import intake as views

urlpatterns: list[URLPattern] = [
    path("", views.ClueListView.as_view(), name="clue-list"),
    path("add/", views.ClueAddView.as_view(), name="clue-add"),
    path("m/add/", views.PhoneClueView.as_view(), name="clue-phone"),
    path("similar/", views.SimilarView.as_view(), name="clue-similar"),
    path("subjects/", views.SubjectChoicesView.as_view(), name="clue-subjects"),
    path("<int:pk>/edit/", views.ClueEditView.as_view(), name="clue-edit"),
    path("<int:pk>/merge/", views.ClueMergeView.as_view(), name="clue-merge"),
    path("<int:pk>/complainant/", views.ComplainantView.as_view(), name="clue-complainant"),
]
