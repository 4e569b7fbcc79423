"""What the system administrator does with a result."""

from __future__ import annotations

from records.acts import Act, ActTable
from supervision.gateway.acts import administers
from supervision.reconciling.models import Reconciliation

RECONCILIATION_ACTS: ActTable[Reconciliation] = ActTable(
    "reconciliation",
    Reconciliation,
    (
        Act(
            code="again",
            label="再核对一次",
            who=administers,
            when=lambda run: run.asked_at is None,
            confirm="后台立即重新核对，数据多的要几分钟。只核对，不改动数据。",
            style="primary",
        ),
    ),
)
