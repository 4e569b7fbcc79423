from __future__ import annotations

from django.urls import URLPattern, path

from clues.views import disputes as views

urlpatterns: list[URLPattern] = [
    path("disputes/", views.DisputeListView.as_view(), name="dispute-list"),
    path("disputes/new/", views.DisputeNewView.as_view(), name="dispute-new"),
    path("disputes/<int:pk>/", views.DisputeView.as_view(), name="dispute"),
    path("disputes/<int:pk>/act/<slug:code>/", views.DisputeActView.as_view(), name="dispute-act"),
    *(
        path(
            f"disputes/<int:pk>/{code}/",
            views.DisputeStepView.as_view(code=code),
            name=f"dispute-{code}",
        )
        for code in views.DISPUTE_PAGES
    ),
    path("refusals/", views.RefusalListView.as_view(), name="refusal-list"),
    path("refusals/new/", views.RefusalNewView.as_view(), name="refusal-new"),
    path("refusals/<int:pk>/", views.RefusalView.as_view(), name="refusal"),
    path("refusals/<int:pk>/act/<slug:code>/", views.RefusalActView.as_view(), name="refusal-act"),
    *(
        path(
            f"refusals/<int:pk>/{code}/",
            views.RefusalStepView.as_view(code=code),
            name=f"refusal-{code}",
        )
        for code in views.REFUSAL_PAGES
    ),
]
