"""What the roof does by the clock."""

from celery import shared_task
from django.core import management

from supervision import health


@shared_task
def heartbeat() -> None:
    """Taking it shows that a worker does prompt work; sending it shows that beat lives."""
    health.mark_alive("prompt")


@shared_task
def clear_sessions() -> None:
    """Delete sessions that have ended."""
    management.call_command("clearsessions")
