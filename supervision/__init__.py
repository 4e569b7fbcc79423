"""The roof: settings, Celery, and the pages that read across the apps."""

from supervision.celery import app as celery_app

__all__ = ["celery_app"]
