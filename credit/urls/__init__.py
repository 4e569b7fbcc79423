"""The pages of subjects and their credit, a module per room."""

from credit.urls import directory, evaluations, indicators, labels, policies, sanctions, whitelist

app_name = "credit"
urlpatterns = [
    *directory.urlpatterns,
    *indicators.urlpatterns,
    *evaluations.urlpatterns,
    *labels.urlpatterns,
    *policies.urlpatterns,
    *sanctions.urlpatterns,
    *whitelist.urlpatterns,
]
