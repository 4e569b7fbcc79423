"""Answers that say in their body what became of the message, whatever HTTP says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from records.adapters import Adapter, Answer, Outcome, Reading, plain

_SHOWN_WORDS = 500


class ReceiptAdapter(Adapter):
    """A system that answers with a JSON object: ``code_member`` holds one of ``codes``,
    ``words_member`` its reason in words, ``receipt_member`` its own number.

    An object without a code is a success. What is no object comes from something in between,
    such as a login page, and is no receipt.
    """

    code_member: ClassVar[str] = "outcome"
    words_member: ClassVar[str] = "message"
    receipt_member: ClassVar[str] = "receipt"
    codes: ClassVar[Mapping[str, Outcome]] = {
        each.value: each
        for each in (Outcome.ACCEPTED, Outcome.REPEATED, Outcome.REFUSED, Outcome.LATER)
    }

    def read_success(self, answer: Answer) -> Reading:
        members = answer.members
        if members is None:
            return Reading(
                Outcome.LATER, "应答不是约定的格式，可能来自中间的网关或登录页。", unwell=True
            )
        code = members.get(self.code_member)
        receipt = plain(members.get(self.receipt_member) or "", 100)
        if code is None:
            return Reading(Outcome.ACCEPTED, receipt=receipt)
        outcome = self.codes.get(str(code))
        said = plain(members.get(self.words_member) or "", _SHOWN_WORDS)
        if outcome is None:
            return Reading(Outcome.LATER, f"应答代码“{plain(code, 40)}”不在约定之内。{said}")
        if outcome is Outcome.REFUSED:
            return Reading(outcome, f"对方系统不接收：{said}")
        if outcome is Outcome.LATER:
            return Reading(outcome, f"对方系统要求稍后再发。{said}", pause=answer.pause)
        return Reading(outcome, receipt=receipt)
