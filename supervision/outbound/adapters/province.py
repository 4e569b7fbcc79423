"""省“互联网+监管”平台."""

from __future__ import annotations

from typing import ClassVar

from records.outbox_names import PROVINCE
from supervision.outbound.adapters.receipts import ReceiptAdapter


class Province(ReceiptAdapter):
    """Takes everything in our own envelope; the payloads are ours and told in docs/gateway.md."""

    target: ClassVar[str] = PROVINCE
