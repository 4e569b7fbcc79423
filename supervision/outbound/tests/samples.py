"""A link to a counterpart, and deliveries without waiting."""

from __future__ import annotations

import datetime as dt

from departments.models import Region
from records import clock, outbox_names
from records.tasks import deliver_outbox
from supervision.gateway import secrets
from supervision.outbound.models import OutboundLink, OutboundSecret

SECRET = b"the secret that both sides hold!"


def link_to(url: str, target: str = outbox_names.PROVINCE, **more) -> OutboundLink:
    """A link of the county, on, signing with SM3 unless told otherwise."""
    given = {"credential": "hmac-sm3", "key_id": "county-1", "state": "active"} | more
    link = OutboundLink.objects.create(
        region=Region.objects.get(code="411603"), target=target, url=url, **given
    )
    if link.credential != "none":
        OutboundSecret.objects.create(link=link, sealed=secrets.encrypt(SECRET))
    return link


def deliver_for(hours: int) -> None:
    """Let the worker look now and then for a while, the pauses passing in between."""
    start = clock.now()
    for minutes in (*range(0, 60, 5), *range(60, hours * 60, 30)):
        with clock.at(start + dt.timedelta(minutes=minutes)):
            deliver_outbox()
