"""The ways that the administrator has set up, as the outbox takes them."""

from __future__ import annotations

from collections.abc import Iterator

import structlog
from cryptography.fernet import InvalidToken

from records.adapters import Route
from supervision.gateway import secrets
from supervision.outbound.credentials import sign_with
from supervision.outbound.models import OutboundLink

log = structlog.get_logger(__name__)


def links() -> Iterator[Route]:
    """Every link as a route. One whose secret the environment cannot open is off: nothing is
    sent without proof."""
    for link in OutboundLink.objects.select_related("region", "secret"):
        on = link.state == OutboundLink.State.ACTIVE
        secret = b""
        if on and link.credential != OutboundLink.Credential.NONE:
            try:
                secret = secrets.decrypt(link.secret.sealed)
            except (InvalidToken, OutboundLink.secret.RelatedObjectDoesNotExist):
                log.error("outbound.secret_not_opened", link=link.pk)
                on = False
        yield Route(
            target=link.target,
            region_code=link.region.code,
            url=link.url,
            sign=sign_with(link.credential, link.key_id, secret),
            connect_seconds=link.connect_seconds,
            answer_seconds=link.answer_seconds,
            on=on,
        )
