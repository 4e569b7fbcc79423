"""Who may do what with a letter from which state, and whose turn it is in each (L8).

A letter of a procedure (``Kind.led_by``) is moved by the procedure: of these acts only the
receipt of a copy is open to it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from clues.acts.clocks import clock_acts, is_paused
from clues.acts.common import clerk, head, knows
from clues.models import Referral
from clues.rules import kinds as rules
from clues.stages import Stage, StagedActs, Stages, main_stop
from departments.actors import fills_in, is_staff_member
from departments.profile import TimeLimit
from departments.roles import Function
from records.actor import Actor
from records.acts import Act

_S = Referral.State


def _sender(letter: Referral) -> int:
    return letter.sender_id


def _addressee(letter: Referral) -> int | None:
    return letter.to_id


def _answer_due(letter: Referral) -> TimeLimit:
    due = letter.spec.answer_due
    if due is None:
        raise ValueError(f"{letter.kind} has no answer")
    return due


_answering: Stage[Referral] = Stage(
    owner=_addressee,
    sender=_sender,
    waits="答复",
    clock=_answer_due,
    since=lambda letter: letter.received_at,
    for_head=lambda letter: letter.answer_proposed,
)
_outside: Stage[Referral] = Stage(
    owner=_sender,
    waits="等待外部答复",
    clock=_answer_due,
    since=lambda letter: letter.sent_at,
)


class _LetterStages(Stages[Referral]):
    def of(self, letter: Referral) -> Stage[Referral] | None:
        """As for all; somebody outside the platform cannot be waited for there, so the letter
        stays with its sender until the answer is entered."""
        if letter.state == _S.SENT and letter.to_id is None and not letter.is_led:
            return _outside
        return super().of(letter)


LETTER_STAGES = _LetterStages(
    "letter",
    {
        _S.DRAFT: Stage(owner=_sender, waits="拟稿", clock=rules.DRAFT_DUE, internal=True),
        _S.REVIEW: Stage(
            owner=_sender,
            waits="签发",
            clock=rules.REVIEW_DUE,
            for_head=lambda _: True,
            internal=True,
        ),
        _S.SENT: Stage(
            owner=_addressee,
            sender=_sender,
            waits="签收",
            clock=lambda letter: letter.spec.receive_due,
        ),
        _S.RECEIVED: _answering,
        # The clock of the answer is paused while a side stop of the sender runs.
        _S.SUPPLEMENT: _answering,
        _S.RETURNED: Stage(owner=_sender, waits="处理退回", clock=rules.RETURNED_DUE),
    },
    follows=lambda letter: letter.is_led,
)


def is_extended(letter: Referral) -> bool:
    """Whether the time for the answer was extended before."""
    stop = main_stop(letter)
    return stop is not None and stop.deadline is not None and stop.deadline.extensions.exists()


def coordinates_answer(actor: Actor, letter: Referral) -> bool:
    """Whether the actor works for the coordination office of the region that answers."""
    place = letter.to.region.code if letter.to else letter.region_code
    return fills_in(actor, Function.COORDINATION, place) and knows(actor, letter)


def _sending_clerk(actor: Actor, letter: Referral) -> bool:
    return clerk(actor, letter, letter.sender_id)


def _sending_head(actor: Actor, letter: Referral) -> bool:
    return head(actor, letter, letter.sender_id)


def _answering_clerk(actor: Actor, letter: Referral) -> bool:
    return letter.to_id is not None and clerk(actor, letter, letter.to_id)


def _answering_head(actor: Actor, letter: Referral) -> bool:
    return letter.to_id is not None and head(actor, letter, letter.to_id)


def _extends(actor: Actor, letter: Referral) -> bool:
    if coordinates_answer(actor, letter):
        return True
    return _answering_head(actor, letter) and not is_extended(letter)


def _has_copy_to_read(actor: Actor, letter: Referral) -> bool:
    """Whether nobody of the person's department has read its copy yet."""
    return (
        is_staff_member(actor)
        and knows(actor, letter)
        and any(
            copy.department_id == actor.department_id and copy.read_at is None
            for copy in letter.copies.all()
        )
    )


def _has_unread_copies(letter: Referral) -> bool:
    return (
        letter.sent_at is not None
        and letter.state not in Referral.UNSENT
        and any(copy.read_at is None for copy in letter.copies.all())
    )


def _always(_: Referral) -> bool:
    return True


def _free(*, when: Callable[[Referral], bool] = _always, **what: Any) -> Act[Referral]:
    """An act on letters that are their own procedure."""
    return Act(when=lambda letter: not letter.is_led and when(letter), **what)


LETTER_ACTS: StagedActs[Referral] = StagedActs(
    "letter",
    Referral,
    (
        _free(
            code="submit",
            label="送负责人签发",
            sources=(_S.DRAFT, _S.RETURNED),
            target=_S.REVIEW,
            who=_sending_clerk,
            confirm="提交后由本部门负责人签发。",
            style="primary",
        ),
        _free(
            code="edit",
            label="修改",
            sources=(_S.DRAFT, _S.RETURNED),
            who=_sending_clerk,
            form="clues:letter-edit",
        ),
        _free(
            code="discard",
            label="作废草稿",
            sources=(_S.DRAFT,),
            target=_S.WITHDRAWN,
            when=lambda letter: letter.sent_at is None,
            who=_sending_clerk,
            confirm="作废后不能恢复。",
            style="danger",
        ),
        _free(
            code="sign",
            label="签发",
            sources=(_S.REVIEW,),
            who=_sending_head,
            confirm="签发后编发文号，以本部门名义发出。",
            style="primary",
        ),
        _free(
            code="reject",
            label="退回修改",
            sources=(_S.REVIEW,),
            target=_S.DRAFT,
            who=_sending_head,
            reason=True,
            reason_label="修改意见",
        ),
        _free(
            code="receive",
            label="签收",
            sources=(_S.SENT,),
            when=lambda letter: letter.to_id is not None,
            who=_answering_clerk,
            style="primary",
        ),
        _free(
            code="return",
            label="退回来函",
            sources=(_S.SENT,),
            target=_S.RETURNED,
            when=lambda letter: letter.to_id is not None and not letter.is_return_spent,
            who=_answering_head,
            reason=True,
            reason_label="退回理由",
            confirm="同一函件只能退回一次。",
            style="danger",
        ),
        _free(
            code="withdraw",
            label="撤回",
            # A returned letter that is being rewritten may still be given up.
            sources=(_S.SENT, _S.RETURNED, _S.DRAFT, _S.REVIEW),
            target=_S.WITHDRAWN,
            when=lambda letter: letter.sent_at is not None,
            who=_sending_head,
            reason=True,
            reason_label="撤回理由",
            style="danger",
        ),
        _free(
            code="answer",
            label="签发答复",
            sources=(_S.RECEIVED,),
            target=_S.ANSWERED,
            when=lambda letter: letter.answer_proposed,
            who=_answering_head,
            confirm="签发后以本部门名义答复来函部门。",
            style="primary",
        ),
        _free(
            code="reject-answer",
            label="退回修改答复",
            sources=(_S.RECEIVED,),
            when=lambda letter: letter.answer_proposed,
            who=_answering_head,
            reason=True,
            reason_label="修改意见",
        ),
        _free(
            code="draft-answer",
            label="拟答复",
            sources=(_S.RECEIVED,),
            who=_answering_clerk,
            form="clues:letter-answer",
            style="primary",
        ),
        _free(
            code="enter-answer",
            label="录入外部答复",
            sources=(_S.SENT,),
            target=_S.ANSWERED,
            when=lambda letter: letter.to_id is None,
            who=_sending_clerk,
            form="clues:letter-enter-answer",
            style="primary",
        ),
        _free(
            code="ask",
            label="要求补充材料",
            sources=(_S.RECEIVED,),
            target=_S.SUPPLEMENT,
            when=lambda letter: not is_paused(letter),
            who=_answering_clerk,
            reason=True,
            reason_label="需要补充什么",
            confirm="等待补充期间，答复期限暂停计算。",
        ),
        _free(
            code="supplement",
            label="提交补充材料",
            sources=(_S.SUPPLEMENT,),
            target=_S.RECEIVED,
            who=_sending_clerk,
            form="clues:letter-supplement",
            style="primary",
        ),
        _free(
            code="go-on",
            label="不再等待补充",
            sources=(_S.SUPPLEMENT,),
            target=_S.RECEIVED,
            who=_answering_clerk,
            reason=True,
            reason_label="理由",
            confirm="确认后，答复期限恢复计算。",
        ),
        *clock_acts(
            _free,
            source=_S.RECEIVED,
            extends=_extends,
            pauses=_answering_head,
            form="clues:letter-extend",
        ),
        Act(
            code="read",
            label="阅知",
            when=_has_unread_copies,
            who=_has_copy_to_read,
            style="primary",
        ),
    ),
    stages=LETTER_STAGES,
)
"""``sign`` and ``receive`` lead where the kind wants: on to an answer, or to the end."""

INTERNAL_ACTS = frozenset({"edit", "submit", "reject", "discard", "draft-answer", "reject-answer"})
"""Steps inside a department; what was said in them is not for the other side."""
