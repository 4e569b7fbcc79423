"""Pages of the inspectors' directory and of recusals."""

from __future__ import annotations

from django.urls import path

from inspections.views import directory as views

urlpatterns = [
    path("inspectors/", views.InspectorListView.as_view(), name="inspector-list"),
    path("inspectors/add/", views.InspectorCreateView.as_view(), name="inspector-add"),
    path("inspectors/<int:pk>/", views.InspectorDetailView.as_view(), name="inspector-detail"),
    path("inspectors/<int:pk>/edit/", views.InspectorEditView.as_view(), name="inspector-edit"),
    path(
        "inspectors/<int:pk>/act/<slug:code>/",
        views.InspectorActView.as_view(),
        name="inspector-act",
    ),
    path("inspectors/<int:pk>/recusals/add/", views.RecusalAddView.as_view(), name="recusal-add"),
    path("inspectors/recusals/", views.RecusalListView.as_view(), name="recusal-list"),
    path(
        "inspectors/recusals/<int:pk>/remove/",
        views.RecusalRemoveView.as_view(),
        name="recusal-remove",
    ),
]
