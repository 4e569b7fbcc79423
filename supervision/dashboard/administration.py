"""What waits for the system administrator: what stopped, rests, ends soon or is not as it must be
(D1)."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection
from django.db.models import Count, Max, Q
from django.urls import reverse

from records import clock, periods
from records.actor import Actor
from records.delivery import FAILURES_TO_REST, routes
from records.imports import unanswered_failures
from records.outbox_pages import ways
from records.roles import SYSTEM_ADMIN
from records.worklist import WorkItem
from supervision import health
from supervision.gateway.models import GatewayClient
from supervision.outbound.models import OutboundLink
from supervision.reconciling.selectors import pending_reconciliations

KEY_ENDS_WITHIN_DAYS = 14
"""How long before the end of its last key a calling system is named."""

_TRAIL_TRIGGERS = ("trail_refuse_rows", "trail_refuse_truncate")


def pending_administration(actor: Actor) -> list[WorkItem]:
    """What the system administrator has to look into, nothing for anybody else."""
    if not actor.has_role(SYSTEM_ADMIN):
        return []
    return [
        *_parts_that_do_not_answer(),
        *_unprotected_trail(),
        *_ways_out(),
        *_keys_that_end(),
        *_failed_imports(),
        *pending_reconciliations(),
    ]


def _parts_that_do_not_answer() -> Iterator[WorkItem]:
    silent = [part for part in health.examine() if not part.ok]
    if silent:
        labels = "、".join(part.label for part in silent)
        yield WorkItem("检查系统运行", f"{labels}{silent[0].words}", health.PATH, "查看")


def _unprotected_trail() -> Iterator[WorkItem]:
    """The trail is append-only by triggers; who owns the table could have switched them off."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'records_trailentry'::regclass"
            " AND tgname = ANY(%s) AND tgenabled IN ('O', 'A')",
            [list(_TRAIL_TRIGGERS)],
        )
        (standing,) = cursor.fetchone()
    if standing < len(_TRAIL_TRIGGERS):
        words = "数据库中操作记录表的触发器被停用或者删除"
        yield WorkItem("恢复操作记录的防改保护", words, health.PATH, "查看")


def _ways_out() -> Iterator[WorkItem]:
    """Receiving systems that are left alone after failures, and links that are on and whose secret
    cannot be opened."""
    found = OutboundLink.objects.filter(state=OutboundLink.State.ACTIVE).select_related("region")
    on = {(link.target, link.region.code): link for link in found}
    for way in ways(routes()):
        link = on.get((way.route.target, way.route.region_code))
        name = str(link) if link else way.name
        url = link.get_absolute_url() if link else reverse("records:outbox")
        if link and not way.route.on:
            yield WorkItem("重新填写对外凭证", f"{name}，凭证不能解开，没有推送", url, "查看")
        elif way.route.on and way.circuit.failures >= FAILURES_TO_REST:
            failed = f"连续 {way.circuit.failures} 次没有正常应答，暂停推送"
            words = f"{name}，{failed}：{way.circuit.last_error}"
            yield WorkItem("检查对外对接", words, url, "查看")


def _keys_that_end() -> Iterator[WorkItem]:
    """Calling systems whose last key ends soon or has ended; one that was taken back counts for
    nothing."""
    standing = Q(keys__revoked_at=None)
    clients = GatewayClient.objects.filter(state=GatewayClient.State.ACTIVE).annotate(
        lasting=Count("keys", filter=standing & Q(keys__valid_until=None)),
        ends_at=Max("keys__valid_until", filter=standing),
    )
    soon = periods.ahead(clock.now(), days=KEY_ENDS_WITHIN_DAYS)
    for client in clients.filter(lasting=0, ends_at__lte=soon).order_by("ends_at"):
        yield WorkItem(
            what="签发新的接入密钥",
            about=f"{client}，最后一个密钥到期",
            url=client.get_absolute_url(),
            label="查看",
            due_at=client.ends_at,
        )


def _failed_imports() -> Iterator[WorkItem]:
    number = unanswered_failures().count()
    if number:
        yield WorkItem(
            what="查明导入失败的原因",
            about=f"{number} 次导入没有完成，详见系统日志",
            url=f"{reverse('admin:records_importjob_changelist')}?state__exact=failed",
            label="查看",
        )
