"""Who may do what with a clue from which state, and whose turn it is in each (L1–L5)."""

from __future__ import annotations

from clues.acts.clocks import clock_acts, is_paused
from clues.acts.common import clerk, head, knows
from clues.models import Clue, Referral
from clues.rules import clue as rules
from clues.stages import Stage, StagedActs, Stages
from departments.actors import fills_in
from departments.roles import Function, Role
from records.actor import Actor
from records.acts import Act

_S = Clue.State


def _holder(clue: Clue) -> int:
    return clue.holder_id


def _receiver(clue: Clue) -> int:
    return clue.receiver_id


def prepared_letter(clue: Clue) -> Referral | None:
    """The letter of transfer that waits for the head's signature."""
    return clue.letters.filter(kind="clue_transfer", state=Referral.State.REVIEW).first()


_handling: Stage[Clue] = Stage(
    owner=_holder,
    sender=_receiver,
    waits="办理并答复",
    clock=rules.HANDLE_DUE,
    for_head=lambda clue: clue.answer_proposed,
)

CLUE_STAGES: Stages[Clue] = Stages(
    "clue",
    {
        _S.RECEIVED: Stage(owner=_holder, waits="研判并沟通", clock=rules.JUDGE_DUE),
        _S.TALKED: Stage(
            owner=_holder,
            waits="移送",
            clock=rules.TRANSFER_DUE,
            since=lambda clue: clue.talked_at,
            for_head=lambda clue: prepared_letter(clue) is not None,
        ),
        _S.TRANSFERRED: Stage(
            owner=_holder, sender=_receiver, waits="签收", clock=rules.RECEIVE_DUE
        ),
        _S.HANDLING: _handling,
        # The clock of the handling department is paused while a side stop of the sender runs.
        _S.SUPPLEMENT: _handling,
        _S.RETURNED: Stage(owner=_holder, waits="处理退回", clock=rules.RETURNED_DUE),
    },
    # A disputed clue lies where its dispute lies.
    follows=lambda clue: clue.state == _S.DISPUTED,
)


def transfer_letter(clue: Clue) -> Referral | None:
    """The letter that brought the clue to its holder and is not settled yet."""
    states = (Referral.State.SENT, Referral.State.RECEIVED, Referral.State.SUPPLEMENT)
    found = clue.letters.filter(kind="clue_transfer", to_id=clue.holder_id, state__in=states)
    return found.order_by("-sent_at", "-id").first()


def supplier(clue: Clue) -> int | None:
    """The department that supplements a clue for its holder: who transferred it, else the first
    receiver; None when that is the holder itself."""
    letter = transfer_letter(clue)
    department_id = letter.sender_id if letter else clue.receiver_id
    return department_id if department_id != clue.holder_id else None


def may_return(clue: Clue) -> bool:
    """A department returns a clue once; a clue assigned by the coordination office never (L5)."""
    if clue.assigned:
        return False
    spent = clue.letters.filter(
        kind="clue_transfer", to_id=clue.holder_id, state=Referral.State.RETURNED
    )
    return not spent.exists()


def _clerk(actor: Actor, clue: Clue) -> bool:
    return clerk(actor, clue, clue.holder_id)


def _head(actor: Actor, clue: Clue) -> bool:
    return head(actor, clue, clue.holder_id)


def _coordinates(actor: Actor, clue: Clue) -> bool:
    return fills_in(actor, Function.COORDINATION, clue.region_code) and knows(actor, clue)


def _supplies(actor: Actor, clue: Clue) -> bool:
    department_id = supplier(clue)
    return department_id is not None and clerk(actor, clue, department_id)


def _telling_is_owed(clue: Clue) -> bool:
    return clue.stops.filter(code="tell", left_at=None).exists()


def _tells(actor: Actor, clue: Clue) -> bool:
    """Who transferred the clue tells the complainant, even after it was done: then in words."""
    owed = clue.stops.filter(code="tell").order_by("-entered_at", "-id").first()
    return owed is not None and clerk(actor, clue, owed.department_id)


def _call_is_unratified(clue: Clue) -> bool:
    return clue.stops.filter(code="ratify", left_at=None).exists()


def _ratifies(actor: Actor, clue: Clue) -> bool:
    return clue.emergency and head(actor, clue, clue.receiver_id)


def _extends(actor: Actor, clue: Clue) -> bool:
    return _head(actor, clue) or _coordinates(actor, clue)


def _names_people(actor: Actor, clue: Clue) -> bool:
    return clue.confidential and knows(actor, clue) and actor.has_role(Role.HEAD)


CLUE_ACTS: StagedActs[Clue] = StagedActs(
    "clue",
    Clue,
    (
        Act(
            code="edit",
            label="修改登记信息",
            sources=(_S.RECEIVED,),
            who=_clerk,
            form="clues:clue-edit",
        ),
        Act(
            code="talk",
            label="记录与对方沟通",
            sources=(_S.RECEIVED, _S.RETURNED),
            target=_S.TALKED,
            who=_clerk,
            form="clues:clue-talk",
            style="primary",
        ),
        Act(
            code="prepare",
            label="拟移送函",
            sources=(_S.TALKED,),
            when=lambda clue: prepared_letter(clue) is None,
            who=_clerk,
            form="clues:clue-prepare",
            style="primary",
        ),
        Act(
            code="unprepare",
            label="退回修改移送函",
            sources=(_S.TALKED,),
            when=lambda clue: prepared_letter(clue) is not None,
            who=_clerk,
            reason=True,
            reason_label="理由",
        ),
        Act(
            code="transfer",
            label="签发移送函",
            sources=(_S.TALKED,),
            target=_S.TRANSFERRED,
            when=lambda clue: prepared_letter(clue) is not None,
            who=_head,
            confirm="签发后以部门名义移送，编定文号，并开始计算告知反映人的期限。",
            style="primary",
        ),
        Act(
            code="handle",
            label="由本部门办理",
            sources=(_S.RECEIVED, _S.RETURNED, _S.TALKED),
            target=_S.HANDLING,
            when=lambda clue: prepared_letter(clue) is None,
            who=_clerk,
            confirm="确认后由本部门办理，开始计算办理期限。",
            style="primary",
        ),
        Act(
            code="receive",
            label="签收",
            sources=(_S.TRANSFERRED,),
            target=_S.HANDLING,
            who=_clerk,
            confirm="签收后由本部门办理，开始计算办理期限。",
            style="primary",
        ),
        Act(
            code="return",
            label="退回",
            sources=(_S.TRANSFERRED,),
            target=_S.RETURNED,
            when=may_return,
            who=_head,
            reason=True,
            reason_label="退回理由",
            confirm="每个部门只能退回一次；移送部门仍认为应由本部门办理的，可以提请协调。",
            style="danger",
        ),
        Act(
            code="add-evidence",
            label="补充材料",
            sources=(_S.RECEIVED, _S.TALKED, _S.RETURNED, _S.HANDLING),
            who=_clerk,
            form="clues:clue-add-evidence",
        ),
        Act(
            code="ask-supplement",
            label="要求补充材料",
            sources=(_S.HANDLING,),
            target=_S.SUPPLEMENT,
            when=lambda clue: supplier(clue) is not None and not is_paused(clue),
            who=_clerk,
            reason=True,
            reason_label="需要补充什么",
            confirm="对方补充期间，本部门的办理期限暂停计算。",
        ),
        Act(
            code="supplement",
            label="提交补充材料",
            sources=(_S.SUPPLEMENT,),
            target=_S.HANDLING,
            who=_supplies,
            form="clues:clue-supplement",
            style="primary",
        ),
        Act(
            code="go-on",
            label="不再等待补充",
            sources=(_S.SUPPLEMENT,),
            target=_S.HANDLING,
            who=_clerk,
            reason=True,
            reason_label="理由",
            confirm="确认后，本部门的办理期限恢复计算。",
        ),
        Act(
            code="propose",
            label="拟办理答复",
            sources=(_S.RECEIVED, _S.HANDLING),
            target=_S.HANDLING,
            when=lambda clue: not clue.answer_proposed,
            who=_clerk,
            form="clues:clue-propose",
            style="primary",
        ),
        Act(
            code="approve",
            label="签发答复并办结",
            sources=(_S.HANDLING,),
            target=_S.CLOSED,
            when=lambda clue: clue.answer_proposed,
            who=_head,
            confirm="签发后线索办结，答复发给反映人。",
            style="primary",
        ),
        Act(
            code="reject",
            label="退回修改答复",
            sources=(_S.HANDLING,),
            when=lambda clue: clue.answer_proposed,
            who=_head,
            reason=True,
            reason_label="修改意见",
        ),
        Act(
            code="tell",
            label="告知反映人",
            when=_telling_is_owed,
            who=_tells,
            form="clues:clue-tell",
            style="primary",
        ),
        *clock_acts(source=_S.HANDLING, extends=_extends, pauses=_head, form="clues:clue-extend"),
        Act(
            code="assign",
            label="指定承办部门",
            sources=(
                _S.RECEIVED,
                _S.TALKED,
                _S.TRANSFERRED,
                _S.RETURNED,
                _S.HANDLING,
                _S.SUPPLEMENT,
            ),
            target=_S.HANDLING,
            who=_coordinates,
            reason=True,
            reason_label="指定理由",
            form="clues:clue-assign",
        ),
        Act(
            code="merge",
            label="并入其他线索",
            sources=(_S.RECEIVED, _S.RETURNED, _S.HANDLING),
            target=_S.MERGED,
            who=_clerk,
            form="clues:clue-merge",
        ),
        Act(
            code="reopen",
            label="重新办理",
            sources=(_S.CLOSED,),
            target=_S.HANDLING,
            who=lambda actor, clue: _head(actor, clue) or _coordinates(actor, clue),
            reason=True,
            reason_label="重新办理的理由",
            style="danger",
        ),
        Act(
            code="ratify",
            label="追认紧急到场通知",
            when=_call_is_unratified,
            who=_ratifies,
            confirm="紧急到场通知已由系统以部门名义发出，确认后由负责人签发。",
            style="primary",
        ),
        Act(
            code="conceal",
            label="设为保密",
            sources=Clue.OPEN_STATES,
            when=lambda clue: not clue.confidential,
            who=_head,
            reason=True,
            reason_label="保密理由",
            confirm="设为保密后，只有指定的知悉人能看到本线索及其全部材料。",
            style="danger",
        ),
        Act(
            code="name",
            label="指定知悉人",
            when=lambda clue: clue.confidential,
            who=_names_people,
            form="clues:clue-name",
        ),
    ),
    stages=CLUE_STAGES,
)
"""Entering and leaving a dispute are acts of the dispute (``clues.acts.disputes``)."""
