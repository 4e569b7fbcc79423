from __future__ import annotations

from django.urls import URLPattern, path

from clues.views import board as views

urlpatterns: list[URLPattern] = [
    path("inbox/", views.InboxView.as_view(), name="inbox"),
    path("outbox/", views.OutboxView.as_view(), name="outbox"),
    path("stops/bulk/<slug:code>/", views.StopBulkView.as_view(), name="stop-bulk"),
    path("stops/<int:pk>/", views.StopView.as_view(), name="stop"),
    path("board/", views.BoardView.as_view(), name="board"),
    path("board/stops/", views.BoardRowsView.as_view(), name="board-rows"),
    path("board/stops/<int:pk>/supervise/", views.SuperviseView.as_view(), name="supervise"),
]
