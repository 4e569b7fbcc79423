"""Pages of what goes out."""

from django.urls import path

from supervision.outbound import views

app_name = "outbound"

urlpatterns = [
    path("links/", views.LinkListView.as_view(), name="links"),
    path("links/new/", views.LinkNewView.as_view(), name="link-new"),
    path("links/<int:pk>/", views.LinkView.as_view(), name="link"),
    path("links/<int:pk>/edit/", views.LinkEditView.as_view(), name="link-edit"),
    path("links/<int:pk>/act/<slug:code>/", views.LinkActView.as_view(), name="link-act"),
    path("acts/", views.ActListView.as_view(), name="acts"),
    path("acts/report-missing/", views.ReportMissingView.as_view(), name="report-missing"),
]
