"""The pages of subjects and their credit, a module per room."""

from credit.urls import (
    directory,
    duplicates,
    evaluations,
    indicators,
    labels,
    petitions,
    policies,
    sanctions,
    whitelist,
)

app_name = "credit"
urlpatterns = [
    *directory.urlpatterns,
    *duplicates.urlpatterns,
    *indicators.urlpatterns,
    *evaluations.urlpatterns,
    *labels.urlpatterns,
    *petitions.urlpatterns,
    *policies.urlpatterns,
    *sanctions.urlpatterns,
    *whitelist.urlpatterns,
]
