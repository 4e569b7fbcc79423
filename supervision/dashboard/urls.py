from __future__ import annotations

from django.urls import path

from supervision.dashboard import views

app_name = "dashboard"
urlpatterns = [
    path("", views.WorkbenchView.as_view(), name="workbench"),
    path("coordination/", views.CoordinationView.as_view(), name="coordination"),
]
