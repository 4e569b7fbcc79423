"""What the roof does by the clock."""

from celery import shared_task
from django.core import management

from supervision import health


@shared_task
def heartbeat() -> None:
    """Show that the schedule fires and that a worker takes what it sends."""
    health.note_heartbeat()


@shared_task
def clear_sessions() -> None:
    """Delete sessions that have ended."""
    management.call_command("clearsessions")
