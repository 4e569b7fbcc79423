"""What the gateway does by the clock."""

from __future__ import annotations

from celery import shared_task

from records import clock, periods
from supervision.gateway import answers, feed
from supervision.gateway.feeds import FEEDS
from supervision.gateway.models import GatewayNonce, GatewayRefusal

_REFUSALS_KEPT_DAYS = 180


@shared_task(name="gateway.sweep")
def sweep() -> int:
    """Forget nonces that are no longer fresh, answers past their days, old refusals."""
    now = clock.now()
    removed, _ = GatewayNonce.objects.filter(expires_at__lt=now).delete()
    old, _ = GatewayRefusal.objects.filter(
        hour__lt=periods.ago(now, days=_REFUSALS_KEPT_DAYS)
    ).delete()
    return removed + old + answers.sweep()


@shared_task(name="gateway.sequence")
def sequence() -> int:
    """Take up what changed although nobody reads the feeds, so that the notes stay few."""
    return sum(feed.sequence_all(each) for each in FEEDS)
