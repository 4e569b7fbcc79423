"""Where every address leads; /health/ is answered by its middleware."""

from django.contrib import admin
from django.urls import include, path

from supervision import api
from supervision.reminders.views import NewsView
from supervision.search.views import SearchView

handler404 = "supervision.not_found.not_found"
handler500 = "supervision.failures.server_error"

urlpatterns = [
    path("", include("supervision.dashboard.urls")),
    path("search/", SearchView.as_view(), name="search"),
    path("", include("records.urls")),
    path("news/", NewsView.as_view(), name="news"),
    path("accounts/", include("departments.urls")),
    path("matters/", include("matters.urls")),
    path("credit/subjects/", include("supervision.portraits.urls")),
    path("credit/", include("credit.urls")),
    path("inspections/", include("inspections.urls")),
    path("clues/", include("clues.urls")),
    path("public/", include("supervision.publicity.urls")),
    path("api/v1/", include(api.urlpatterns)),
    path("assessment/", include("supervision.assessment.urls")),
    path("gateway/v1/", include("supervision.gateway.api_urls")),
    path("gateway/", include("supervision.gateway.urls")),
    path("outbound/", include("supervision.outbound.urls")),
    path("reconciliations/", include("supervision.reconciling.urls")),
    path("admin/", admin.site.urls),
]
