"""国家企业信用信息公示系统: what is published of businesses."""

from __future__ import annotations

from typing import Any, ClassVar

from records.adapters import Outcome
from records.models import OutboxMessage
from records.outbox_names import CREDIT_PUBLICITY
from supervision.outbound.adapters.receipts import ReceiptAdapter

_PUBLISHED = {"result.published": "1", "result.corrected": "2", "result.withdrawn": "3"}


class CreditPublicity(ReceiptAdapter):
    """Takes published results of businesses, and what changes how they stand in public."""

    target: ClassVar[str] = CREDIT_PUBLICITY
    topics: ClassVar[frozenset[str]] = frozenset(
        {
            *_PUBLISHED,
            "sanction.signed",
            "sanction.ended",
            "credit_event.decided",
            "credit.evaluated",
        }
    )
    code_member = "code"
    words_member = "msg"
    receipt_member = "serial"
    codes: ClassVar = {
        "0": Outcome.ACCEPTED,
        "1": Outcome.REPEATED,
        "2": Outcome.REFUSED,
        "9": Outcome.LATER,
    }

    def content(self, message: OutboxMessage) -> dict[str, Any]:
        told = message.payload
        if message.topic not in _PUBLISHED:
            return dict(told)
        content = {
            "record": told["publication"],
            "operation": _PUBLISHED[message.topic],
            "uniscid": told["subject_identifier"],
            "entname": told["subject_name"],
            "item": told["matter"],
            "authority": told["department"],
            "check_date": told["checked_on"],
            "results": told["results"],
            "draw_number": told["draw_number"],
            "publish_time": told["published_at"],
        }
        if "corrects" in told:
            content["replaces"] = told["corrects"]
        if "reason" in told:
            content["reason"] = told["reason"]
        return content
