from __future__ import annotations

from django.urls import URLPattern, path

from inspections.views import draws as views

urlpatterns: list[URLPattern] = [
    path("draws/", views.DrawListView.as_view(), name="draw-list"),
    path("draws/start/<int:pk>/", views.DrawStartView.as_view(), name="draw-start"),
    path("draws/<int:pk>/", views.DrawView.as_view(), name="draw"),
    path("draws/<int:pk>/live/", views.DrawLiveView.as_view(), name="draw-live"),
    path("draws/<int:pk>/act/<slug:code>/", views.DrawActView.as_view(), name="draw-act"),
    path("draws/<int:pk>/party/", views.DrawPartyView.as_view(), name="draw-party"),
    path("draws/<int:pk>/party/live/", views.DrawPartyLiveView.as_view(), name="draw-party-live"),
    path("draws/<int:pk>/rows/<slug:kind>/", views.DrawRowsView.as_view(), name="draw-rows"),
    path("draws/<int:pk>/paper/", views.DrawPaperView.as_view(), name="draw-paper"),
    path("draws/<int:pk>/bundle/", views.DrawBundleView.as_view(), name="draw-bundle"),
    path(
        "draws/<int:pk>/verification/",
        views.DrawVerificationView.as_view(),
        name="draw-verification",
    ),
]
