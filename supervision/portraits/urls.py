"""Where every link to a subject leads; mounted among the addresses of credit."""

from __future__ import annotations

from django.urls import path

from supervision.portraits import views

app_name = "portraits"
urlpatterns = [
    path("<int:pk>/", views.PortraitView.as_view(), name="portrait"),
    path("<int:pk>/timeline/", views.TimelineView.as_view(), name="timeline"),
]
