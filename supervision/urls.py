"""Where every address leads."""

from django.contrib import admin
from django.urls import path

from supervision import health

urlpatterns = [
    path("health/", health.page, name="health"),
    path("admin/", admin.site.urls),
]
