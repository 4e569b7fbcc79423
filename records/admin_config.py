"""Puts the platform's own administration site in the place of Django's."""

from django.contrib.admin.apps import AdminConfig


class PlatformAdminConfig(AdminConfig):
    default_site = "records.admin_site.PlatformAdminSite"
