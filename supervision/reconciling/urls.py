"""Pages of what was reconciled."""

from django.urls import path

from supervision.reconciling import views

app_name = "reconciling"

urlpatterns = [
    path("", views.RunListView.as_view(), name="list"),
    path("<int:pk>/", views.RunView.as_view(), name="run"),
    path("<int:pk>/act/<slug:code>/", views.RunActView.as_view(), name="act"),
]
