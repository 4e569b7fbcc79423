"""Pages of objections and credit repairs."""

from __future__ import annotations

from django.urls import URLPattern, path

from credit.models import Petition
from credit.views import petitions

urlpatterns: list[URLPattern] = [
    path("petitions/", petitions.PetitionListView.as_view(), name="petition-list"),
    path("petitions/<int:pk>/", petitions.PetitionView.as_view(), name="petition"),
    path("petitions/<int:pk>/edit/", petitions.PetitionEditView.as_view(), name="petition-edit"),
    path(
        "petitions/<int:pk>/answer/",
        petitions.PetitionAnswerView.as_view(),
        name="petition-answer",
    ),
    path(
        "petitions/<int:pk>/act/<slug:code>/",
        petitions.PetitionActView.as_view(),
        name="petition-act",
    ),
    path(
        "subjects/<int:pk>/objection/",
        petitions.PetitionNewView.as_view(kind=Petition.Kind.OBJECTION),
        name="objection-new",
    ),
    path(
        "subjects/<int:pk>/credit-repair/",
        petitions.PetitionNewView.as_view(kind=Petition.Kind.REPAIR),
        name="repair-new",
    ),
]
