"""What the system administrator does with clients and their keys."""

from __future__ import annotations

from typing import Any

from records.actor import Actor
from records.acts import Act, ActTable
from records.roles import SYSTEM_ADMIN
from supervision.gateway.models import GatewayClient, GatewayKey

_S = GatewayClient.State


def administers(actor: Actor, _: Any = None) -> bool:
    """Who lets other systems in: the system administrator, as for accounts and departments."""
    return actor.has_role(SYSTEM_ADMIN)


CLIENT_ACTS: ActTable[GatewayClient] = ActTable(
    "gateway_client",
    GatewayClient,
    (
        Act(
            code="issue",
            label="签发密钥",
            who=administers,
            sources=(_S.ACTIVE,),
            reason=True,
            reason_label="签发理由",
            style="primary",
            form="gateway:key-issue",
        ),
        Act(
            code="edit",
            label="修改",
            who=administers,
            reason=True,
            reason_label="修改理由",
            form="gateway:client-edit",
        ),
        Act(
            code="suspend",
            label="停用",
            who=administers,
            sources=(_S.ACTIVE,),
            target=_S.SUSPENDED,
            reason=True,
            reason_label="停用理由",
            confirm="该系统的全部调用立即被拒绝，密钥保留。",
            style="danger",
        ),
        Act(
            code="resume",
            label="恢复启用",
            who=administers,
            sources=(_S.SUSPENDED,),
            target=_S.ACTIVE,
            reason=True,
            reason_label="恢复理由",
            confirm="该系统可以用仍然有效的密钥调用。",
        ),
    ),
)

KEY_ACTS: ActTable[GatewayKey] = ActTable(
    "gateway_key",
    GatewayKey,
    (
        Act(
            code="rotate",
            label="更换",
            who=administers,
            when=lambda key: key.is_valid,
            reason=True,
            reason_label="更换理由",
            form="gateway:key-rotate",
        ),
        Act(
            code="revoke",
            label="吊销",
            who=administers,
            when=lambda key: key.revoked_at is None,
            reason=True,
            reason_label="吊销理由",
            confirm="用这个密钥签名的调用立即被拒绝，不能恢复。",
            style="danger",
        ),
    ),
)
