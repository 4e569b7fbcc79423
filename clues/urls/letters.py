from __future__ import annotations

from django.urls import URLPattern, path, re_path

from clues.views import letters as views

urlpatterns: list[URLPattern] = [
    path("letters/", views.LetterListView.as_view(), name="letter-list"),
    path("letters/new/", views.LetterKindsView.as_view(), name="letter-kinds"),
    path("letters/new/<slug:kind>/", views.LetterNewView.as_view(), name="letter-new"),
    path("letters/supervise/<int:pk>/", views.SuperviseView.as_view(), name="letter-supervise"),
    path("letters/<int:pk>/", views.LetterView.as_view(), name="letter"),
    path("letters/<int:pk>/edit/", views.LetterEditView.as_view(), name="letter-edit"),
    path("letters/<int:pk>/answer/", views.LetterAnswerView.as_view(), name="letter-answer"),
    path(
        "letters/<int:pk>/enter-answer/",
        views.LetterEnterAnswerView.as_view(),
        name="letter-enter-answer",
    ),
    path(
        "letters/<int:pk>/supplement/",
        views.LetterSupplementView.as_view(),
        name="letter-supplement",
    ),
    path("letters/<int:pk>/extend/", views.LetterExtendView.as_view(), name="letter-extend"),
    re_path(
        r"^letters/(?P<pk>\d+)/letter\.(?P<form>pdf|docx)$",
        views.LetterPrintView.as_view(),
        name="letter-print",
    ),
    path("letters/<int:pk>/act/<slug:code>/", views.LetterActView.as_view(), name="letter-act"),
]
