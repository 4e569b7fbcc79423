"""信用中国: penalties on businesses (行政处罚信用信息公示), joint sanctions."""

from __future__ import annotations

from typing import Any, ClassVar

from records.models import OutboxMessage
from records.outbox_names import CREDIT_CHINA
from supervision.outbound.adapters.receipts import ReceiptAdapter

_FEN = 100
_OPERATIONS = {
    "supervision_act.reported": "add",
    "supervision_act.corrected": "update",
    "supervision_act.withdrawn": "revoke",
}


class CreditChina(ReceiptAdapter):
    """Takes penalties in a record of its own, fines in yuan; sanctions as they are."""

    target: ClassVar[str] = CREDIT_CHINA
    topics: ClassVar[frozenset[str]] = frozenset(
        {*_OPERATIONS, "sanction.signed", "sanction.ended"}
    )

    def content(self, message: OutboxMessage) -> dict[str, Any]:
        told = message.payload
        if message.topic not in _OPERATIONS:
            return dict(told)
        content = {
            "record": told["record"],
            "version": told["version"],
            "operation": _OPERATIONS[message.topic],
        }
        if message.topic == "supervision_act.withdrawn":
            return content
        fine = told["fine_fen"]
        return content | {
            "credit_code": told["subject_identifier"],
            "name": told["subject_name"],
            "document_number": told["document_number"],
            "unlawful_act": told["unlawful_act"],
            "penalty_kind": told["penalty_kind"],
            "fine_yuan": None if fine is None else f"{fine // _FEN}.{fine % _FEN:02d}",
            "decided_on": told["decided_on"],
            "authority": told["department_name"],
        }
