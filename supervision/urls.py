"""Where every address leads; /health/ is answered by its middleware."""

from django.contrib import admin
from django.urls import path

urlpatterns = [
    path("admin/", admin.site.urls),
]
