from __future__ import annotations

from django.urls import URLPattern, path

from clues.views import crime as views

urlpatterns: list[URLPattern] = [
    path("crimes/", views.CrimeListView.as_view(), name="crime-list"),
    path("crimes/new/", views.CrimeNewView.as_view(), name="crime-new"),
    path("crimes/back/", views.CrimeBackView.as_view(), name="crime-back"),
    path("crimes/<int:pk>/", views.CrimeView.as_view(), name="crime"),
    path("crimes/<int:pk>/act/<slug:code>/", views.CrimeActView.as_view(), name="crime-act"),
    *(
        path(
            f"crimes/<int:pk>/{code}/",
            views.CrimeStepView.as_view(code=code),
            name=f"crime-{code}",
        )
        for code in views.PAGES
    ),
]
