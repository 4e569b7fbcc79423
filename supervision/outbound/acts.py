"""What the system administrator does with the ways to other systems."""

from __future__ import annotations

from records.acts import Act, ActTable
from supervision.gateway.acts import administers
from supervision.outbound.models import OutboundLink

_S = OutboundLink.State

LINK_ACTS: ActTable[OutboundLink] = ActTable(
    "outbound_link",
    OutboundLink,
    (
        Act(
            code="resume",
            label="启用",
            who=administers,
            sources=(_S.SUSPENDED,),
            target=_S.ACTIVE,
            reason=True,
            reason_label="启用理由",
            confirm="等待推送的信息立即开始推送。",
            style="primary",
        ),
        Act(
            code="edit",
            label="修改",
            who=administers,
            reason=True,
            reason_label="修改理由",
            form="outbound:link-edit",
        ),
        Act(
            code="suspend",
            label="停用",
            who=administers,
            sources=(_S.ACTIVE,),
            target=_S.SUSPENDED,
            reason=True,
            reason_label="停用理由",
            confirm="不再向该系统推送，期间的信息保留，启用后按顺序推送。",
            style="danger",
        ),
    ),
)
