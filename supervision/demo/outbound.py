"""The demo county's way to the province: what happened in its season was told, until the province's
platform went down for an upgrade and the administrator switched the way off. So nothing of the
demo calls out: the address is one of those that lead nowhere (RFC 2606)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from departments.models import Region
from records import clock, delivery
from records.adapters import Outcome, Reading, Route
from records.models import OutboxMessage
from records.outbox_names import PROVINCE
from records.periods import ahead
from supervision.demo.stage import Cast
from supervision.gateway import secrets
from supervision.outbound.links import links
from supervision.outbound.models import OutboundLink
from supervision.outbound.services.links import LinkInput, create, resume, suspend

_URL = "https://hlwjg.province.example/receive/v1"
_UPGRADED_DAYS = 6
"""Working days before the present on which the way was switched off."""
_REFUSED = "对方系统不接收：监管事项编码不在省级监管事项目录清单中"


def load_outbound(region: Region, say: Callable[[str], None]) -> None:
    """Set up the way and tell what there was to tell; ``say`` is told how many messages arrived."""
    cast = Cast(region.code)
    admin, ends = cast.who("system_admin"), cast.back(_UPGRADED_DAYS, "17:00")
    found = OutboxMessage.objects.filter(target=PROVINCE, created_at__lt=ends)
    told = list(found.order_by("created_at", "place"))
    begins = told[0].created_at if told else ends
    with clock.at(begins):
        given = LinkInput(
            url=_URL,
            credential=OutboundLink.Credential.SM3,
            key_id=f"{region.code}-1",
            secret=secrets.shown(secrets.new_secret()),
            connect_seconds=5,
            answer_seconds=10,
        )
        link = create(admin, region, PROVINCE, given, "与省“互联网+监管”平台对接")
        resume(admin, link.pk, "联调通过，开始推送")
    (route,) = (each for each in links() if each.target == PROVINCE)
    threads = Counter(each.thread for each in told)
    # One that is alone in its thread, so that nothing has to wait behind what was refused.
    alone = [each for each in told if threads[each.thread] == 1]
    reports = [each for each in alone if each.topic == "supervision_act.reported"]
    for message in told:
        _tell(message, route, refused=bool(reports) and message == reports[-1])
    with clock.at(ends):
        suspend(admin, link.pk, "省平台升级维护，恢复后再启用")
    say(f"已装入省平台对接：{len(told)} 条推送，现已停用")


def _tell(message: OutboxMessage, route: Route, *, refused: bool) -> None:
    """One attempt, as the province answered it."""
    with clock.at(ahead(message.created_at, minutes=1)):
        message.attempts = message.round_attempts = 1
        message.save(update_fields=("attempts", "round_attempts"))
        accepted = Reading(Outcome.ACCEPTED, receipt=f"HN{message.place:08d}")
        reading = Reading(Outcome.REFUSED, _REFUSED) if refused else accepted
        delivery.settle(message, route, reading)
