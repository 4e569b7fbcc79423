"""The pages of clues, letters and procedures, a module per capability."""

from __future__ import annotations

from django.urls import URLPattern

from clues.urls import (
    board,
    clues,
    crime,
    disputes,
    intake,
    joint,
    letters,
    sharing,
    warnings,
)

app_name = "clues"
urlpatterns: list[URLPattern] = [
    *intake.urlpatterns,
    *clues.urlpatterns,
    *letters.urlpatterns,
    *joint.urlpatterns,
    *crime.urlpatterns,
    *disputes.urlpatterns,
    *warnings.urlpatterns,
    *sharing.urlpatterns,
    *board.urlpatterns,
]
