"""Who may do what in a dispute, and whose turn it is (L9, T 11, J 2).

Several departments owe the same step (acting together, confirming): the first one that still
owes it has the main stop, the others have side stops beside it.
"""

from __future__ import annotations

from operator import attrgetter

from clues.acts.common import clerk, clerk_at, head, head_at
from clues.acts.procedures import ProcedureActs, is_overdue, is_prepared, stage
from clues.models import Dispute, DisputeParty
from clues.rules import disputes as rules
from clues.stages import Stage, Stages
from records.actor import Actor
from records.acts import Act

_S = Dispute.State


def still_to_act(dispute: Dispute) -> list[int]:
    """The departments that have not recorded what they did, the raiser first."""
    return [each.department_id for each in dispute.parties.filter(done_at=None)]


def still_to_confirm(dispute: Dispute) -> list[int]:
    """The departments whose heads have not confirmed what was negotiated."""
    return [each.department_id for each in dispute.parties.filter(confirmed_at=None)]


def own_party(actor: Actor, dispute: Dispute) -> DisputeParty | None:
    """The part of the person's department in the dispute."""
    if actor.department_id is None:
        return None
    return dispute.parties.filter(department_id=actor.department_id).first()


def may_submit(dispute: Dispute) -> bool:
    """Talking comes before asking for a decision (T 11); a new form needs only common action."""
    if dispute.about == Dispute.About.NEW_FORM:
        return True
    return dispute.talks.exists()


def may_withdraw(dispute: Dispute) -> bool:
    """A department withdraws a question about a clue once. What it raises anew is agreed on or
    decided: T 11 leads from common action over talk to a decision, and the clue stands still
    meanwhile, so that withdrawing again and again would put off whoever has to act."""
    withdrawn = Dispute.objects.filter(
        clue_id=dispute.clue_id,
        about=dispute.about,
        raiser_id=dispute.raiser_id,
        state=_S.WITHDRAWN,
    )
    return dispute.clue_id is None or not withdrawn.exists()


_raiser = attrgetter("raiser_id")


def _first(waiting: list[int], dispute: Dispute) -> int:
    return waiting[0] if waiting else dispute.raiser_id


DISPUTE_STAGES: Stages[Dispute] = Stages(
    "dispute",
    {
        _S.DRAFT: stage("raiser", "负责人提出争议", rules.RAISE_DUE, by_head=True, internal=True),
        _S.TOGETHER: Stage(
            owner=lambda dispute: _first(still_to_act(dispute), dispute),
            sender=_raiser,
            waits="先行共同处置",
            clock=rules.TOGETHER_DUE,
            since=lambda dispute: dispute.raised_at,
        ),
        _S.NEGOTIATING: stage("raiser", "协商", rules.NEGOTIATE_DUE),
        _S.CONFIRMING: Stage(
            owner=lambda dispute: _first(still_to_confirm(dispute), dispute),
            sender=_raiser,
            waits="确认协商结果",
            clock=rules.CONFIRM_DUE,
            for_head=lambda _: True,
        ),
        _S.SUBMITTED: stage(
            "office",
            "作出协调决定",
            rules.DECIDE_DUE,
            sender="raiser",
            by_head=lambda dispute: dispute.proposed_id is not None,
        ),
    },
)


_raiser_clerk, _raiser_head = clerk_at("raiser"), head_at("raiser")
_office_clerk, _office_head = clerk_at("office"), head_at("office")


def _party_clerk(actor: Actor, dispute: Dispute) -> bool:
    return clerk(actor, dispute, actor.department_id) and own_party(actor, dispute) is not None


def _party_head(actor: Actor, dispute: Dispute) -> bool:
    return head(actor, dispute, actor.department_id) and own_party(actor, dispute) is not None


def _asked_head(actor: Actor, dispute: Dispute) -> bool:
    if not head(actor, dispute, actor.department_id):
        return False
    party = own_party(actor, dispute)
    return party is not None and party.asked_at is not None


def _owes_confirming(actor: Actor, dispute: Dispute) -> bool:
    return head(actor, dispute, actor.department_id) and actor.department_id in still_to_confirm(
        dispute
    )


DISPUTE_ACTS: ProcedureActs[Dispute] = ProcedureActs(
    "dispute",
    Dispute,
    (
        Act(
            code="raise",
            label="提出争议",
            sources=(_S.DRAFT,),
            target=_S.TOGETHER,
            who=_raiser_head,
            confirm="提出后各方先行共同处置眼前的事项，处置不因争议停下。",
            style="primary",
        ),
        Act(
            code="drop",
            label="不提出",
            sources=(_S.DRAFT,),
            target=_S.DROPPED,
            who=_raiser_clerk,
            reason=True,
            reason_label="理由",
        ),
        Act(
            code="handle",
            label="记录共同处置",
            sources=(_S.TOGETHER,),
            who=_party_clerk,
            form="clues:dispute-handle",
            style="primary",
        ),
        Act(
            code="go-on",
            label="转入协商",
            sources=(_S.TOGETHER,),
            target=_S.NEGOTIATING,
            when=is_overdue,
            who=_raiser_head,
            reason=True,
            reason_label="对方未参加处置的情况",
            confirm="共同处置期限已过，记录情况后转入协商。",
        ),
        Act(
            code="talk",
            label="记录协商",
            sources=(_S.NEGOTIATING,),
            who=_party_clerk,
            form="clues:dispute-talk",
            style="primary",
        ),
        Act(
            code="confirm",
            label="确认协商结果",
            sources=(_S.CONFIRMING,),
            who=_owes_confirming,
            confirm="确认后，各方负责人都已确认的，由约定的部门负责。",
            style="primary",
        ),
        Act(
            code="disagree",
            label="不同意协商结果",
            sources=(_S.CONFIRMING,),
            target=_S.NEGOTIATING,
            who=_party_head,
            reason=True,
            reason_label="不同意的理由",
            style="danger",
        ),
        Act(
            code="prepare",
            label="拟协调申请",
            sources=(_S.NEGOTIATING,),
            when=may_submit,
            who=_raiser_clerk,
            form="clues:dispute-prepare",
        ),
        Act(
            code="submit",
            label="签发协调申请",
            sources=(_S.NEGOTIATING,),
            target=_S.SUBMITTED,
            when=is_prepared("dispute_submission"),
            who=_raiser_head,
            confirm="协调申请编定文号，连同各方材料提交协调机关。",
            style="primary",
        ),
        Act(
            code="withdraw",
            label="撤回争议",
            sources=(_S.TOGETHER, _S.NEGOTIATING),
            target=_S.WITHDRAWN,
            when=may_withdraw,
            who=_raiser_head,
            reason=True,
            reason_label="撤回理由",
            confirm="撤回后线索按剩余期限继续办理。同一线索的同类争议只能撤回一次，"
            "再次提出的须协商一致或者由协调机关决定。",
            style="danger",
        ),
        Act(
            code="ask-statements",
            label="要求各方书面说明",
            sources=(_S.SUBMITTED,),
            who=_office_clerk,
            reason=True,
            reason_label="需要说明的问题",
        ),
        Act(
            code="state",
            label="提交书面意见",
            sources=(_S.SUBMITTED,),
            who=_asked_head,
            reason=True,
            reason_label="书面意见",
            style="primary",
        ),
        Act(
            code="legal-opinion",
            label="出具法制意见",
            sources=(_S.SUBMITTED,),
            who=head_at("legal"),
            reason=True,
            reason_label="法制意见",
            style="primary",
        ),
        Act(
            code="propose",
            label="拟协调决定",
            sources=(_S.SUBMITTED,),
            when=lambda dispute: dispute.proposed_id is None,
            who=_office_clerk,
            form="clues:dispute-propose",
            style="primary",
        ),
        Act(
            code="reject",
            label="退回修改决定",
            sources=(_S.SUBMITTED,),
            when=lambda dispute: dispute.proposed_id is not None,
            who=_office_head,
            reason=True,
            reason_label="修改意见",
        ),
        Act(
            code="decide",
            label="签发协调决定",
            sources=(_S.SUBMITTED,),
            target=_S.DECIDED,
            when=lambda dispute: dispute.proposed_id is not None,
            who=_office_head,
            confirm="决定告知各方，由决定的责任部门办理。",
            style="primary",
        ),
    ),
    stages=DISPUTE_STAGES,
)
