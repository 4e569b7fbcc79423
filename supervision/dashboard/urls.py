from __future__ import annotations

from django.urls import path

from supervision.dashboard import views

app_name = "dashboard"
urlpatterns = [
    path("", views.WorkbenchView.as_view(), name="workbench"),
    path("coordination/", views.CoordinationView.as_view(), name="coordination"),
    path("coordination/annual/<int:year>/", views.AnnualView.as_view(), name="annual"),
    path("dashboard/wall/", views.WallView.as_view(), name="wall"),
    path("dashboard/live/<slug:place>/", views.LiveView.as_view(), name="live"),
    path("coordination/figures/<slug:key>/", views.FigureView.as_view(), name="figure"),
]
