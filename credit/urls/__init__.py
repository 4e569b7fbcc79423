"""The pages of subjects and their credit, a module per room."""

from credit.urls import directory

app_name = "credit"
urlpatterns = [
    *directory.urlpatterns,
]
