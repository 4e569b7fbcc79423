from __future__ import annotations

from django.urls import URLPattern, path

from clues.views import clues as views

urlpatterns: list[URLPattern] = [
    path("emergency/", views.EmergencyView.as_view(), name="clue-emergency"),
    path("bulk/<slug:code>/", views.ClueBulkView.as_view(), name="clue-bulk"),
    path("calls/<int:pk>/respond/", views.RespondView.as_view(), name="call-respond"),
    path("<int:pk>/", views.ClueView.as_view(), name="clue"),
    path("<int:pk>/act/<slug:code>/", views.ClueActView.as_view(), name="clue-act"),
    *(
        path(
            f"<int:pk>/{code}/",
            views.ClueFormView.as_view(code=code),
            name=f"clue-{code}",
        )
        for code in views.PAGES
    ),
]
