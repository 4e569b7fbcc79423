"""The pages of joint inspections, a module per capability."""

from inspections.urls import directory, draws, plans, results, tasks

app_name = "inspections"
urlpatterns = [
    *directory.urlpatterns,
    *plans.urlpatterns,
    *draws.urlpatterns,
    *tasks.urlpatterns,
    *results.urlpatterns,
]
