"""Who may do what with a joint verification, its parts, and visits that a clue joins (L4)."""

from __future__ import annotations

from clues.acts.common import clerk, head, knows
from clues.models import Clue, ClueVisit, JointVerification, VerificationPart
from clues.rules import joint as rules
from clues.stages import Stage, StagedActs, Stages
from departments.actors import fills_in
from departments.roles import Function
from records.actor import Actor
from records.acts import Act

_J = JointVerification.State
_P = VerificationPart.State
_V = ClueVisit.State


def begins_joint(actor: Actor, clue: Clue) -> bool:
    """Whether the person may propose joint verification of a clue, as it stands."""
    open_one = clue.joint_verifications.filter(state__in=JointVerification.OPEN_STATES)
    return (
        clue.state == Clue.State.HANDLING
        and clerk(actor, clue, clue.holder_id)
        and not open_one.exists()
    )


def arranges_visits(actor: Actor, clue: Clue) -> bool:
    """Whether the person may join a clue to a visit or start one for it; of a confidential one
    only the head decides who else hears of it."""
    if clue.state != Clue.State.HANDLING:
        return False
    who = head if clue.confidential else clerk
    return who(actor, clue, clue.holder_id)


def _lead(joint: JointVerification) -> int:
    return joint.lead_id


def _lead_clerk(actor: Actor, joint: JointVerification) -> bool:
    return clerk(actor, joint, joint.lead_id)


def _lead_head(actor: Actor, joint: JointVerification) -> bool:
    return head(actor, joint, joint.lead_id)


def _may_cancel(actor: Actor, joint: JointVerification) -> bool:
    """What has not left the department a clerk takes back; afterwards its head, or the coordination
    office, which must be able to give a clue to another department."""
    if joint.state in (_J.DRAFT, _J.REVIEW):
        return _lead_clerk(actor, joint)
    coordinates = fills_in(actor, Function.COORDINATION, joint.region_code)
    return _lead_head(actor, joint) or (coordinates and knows(actor, joint))


JOINT_STAGES: Stages[JointVerification] = Stages(
    "joint",
    {
        _J.DRAFT: Stage(owner=_lead, waits="拟定联合核查分工", clock=rules.PLAN_DUE, internal=True),
        _J.REVIEW: Stage(
            owner=_lead,
            waits="签发联合核查通知",
            clock=rules.SIGN_DUE,
            for_head=lambda _: True,
            internal=True,
        ),
        _J.VERIFYING: Stage(owner=_lead, waits="组织完成联合核查", clock=rules.VERIFY_DUE),
        _J.CONCLUDING: Stage(owner=_lead, waits="拟定联合核查结论", clock=rules.CONCLUDE_DUE),
        _J.SIGNING: Stage(
            owner=_lead,
            waits="签发联合核查结论",
            clock=rules.CONCLUSION_SIGN_DUE,
            for_head=lambda _: True,
        ),
    },
)

JOINT_ACTS: StagedActs[JointVerification] = StagedActs(
    "joint",
    JointVerification,
    (
        Act(
            code="edit",
            label="修改分工",
            sources=(_J.DRAFT, _J.REVIEW),
            target=_J.REVIEW,
            who=_lead_clerk,
            form="clues:joint-edit",
        ),
        Act(
            code="open",
            label="签发并发起核查",
            sources=(_J.REVIEW,),
            target=_J.VERIFYING,
            who=_lead_head,
            confirm="签发后向各核查部门发出联合核查通知，各部门的期限开始计算。",
            style="primary",
        ),
        Act(
            code="reject",
            label="退回修改",
            sources=(_J.REVIEW,),
            target=_J.DRAFT,
            who=_lead_head,
            reason=True,
            reason_label="修改意见",
        ),
        Act(
            code="conclude",
            label="拟核查结论",
            sources=(_J.CONCLUDING, _J.SIGNING),
            target=_J.SIGNING,
            who=_lead_clerk,
            form="clues:joint-conclude",
            style="primary",
        ),
        Act(
            code="sign",
            label="签发结论",
            sources=(_J.SIGNING,),
            target=_J.CONCLUDED,
            who=_lead_head,
            confirm="签发后联合核查结束，参加部门都能看到结论，线索可以答复办结。",
            style="primary",
        ),
        Act(
            code="revise",
            label="退回修改结论",
            sources=(_J.SIGNING,),
            target=_J.CONCLUDING,
            who=_lead_head,
            reason=True,
            reason_label="修改意见",
        ),
        Act(
            code="cancel",
            label="取消联合核查",
            sources=JointVerification.OPEN_STATES,
            target=_J.CANCELLED,
            who=_may_cancel,
            reason=True,
            reason_label="取消理由",
            confirm="取消后各部门的分工一并终止。",
            style="danger",
        ),
    ),
    stages=JOINT_STAGES,
)


def _part_clerk(actor: Actor, part: VerificationPart) -> bool:
    return clerk(actor, part, part.department_id)


def _part_head(actor: Actor, part: VerificationPart) -> bool:
    return head(actor, part, part.department_id)


def _heads_lead(actor: Actor, part: VerificationPart) -> bool:
    return head(actor, part, part.joint.lead_id)


def _owner(part: VerificationPart) -> int:
    return part.department_id


def _asker(part: VerificationPart) -> int | None:
    return part.joint.lead_id if part.joint.lead_id != part.department_id else None


PART_STAGES: Stages[VerificationPart] = Stages(
    "part",
    {
        _P.SENT: Stage(
            owner=_owner, sender=_asker, waits="接收核查分工", clock=rules.PART_RECEIVE_DUE
        ),
        _P.ACCEPTED: Stage(
            owner=_owner,
            sender=_asker,
            waits="核查并报送情况",
            clock=lambda part: rules.GivenDays(part.days),
        ),
        _P.REVIEW: Stage(
            owner=_owner,
            sender=_asker,
            waits="签发核查情况",
            clock=rules.PART_SIGN_DUE,
            for_head=lambda _: True,
        ),
        _P.RETURNED: Stage(
            owner=lambda part: part.joint.lead_id,
            sender=_owner,
            waits="处理退回的核查分工",
            clock=rules.PART_RETURNED_DUE,
            for_head=lambda _: True,
        ),
    },
)

PART_ACTS: StagedActs[VerificationPart] = StagedActs(
    "part",
    VerificationPart,
    (
        Act(
            code="accept",
            label="接收分工",
            sources=(_P.SENT,),
            target=_P.ACCEPTED,
            who=_part_clerk,
            style="primary",
        ),
        Act(
            code="return",
            label="退回牵头部门",
            sources=(_P.SENT, _P.ACCEPTED),
            target=_P.RETURNED,
            when=lambda part: not part.is_return_spent and part.department_id != part.joint.lead_id,
            who=_part_head,
            reason=True,
            reason_label="退回理由",
            confirm="同一分工只能退回一次。",
        ),
        Act(
            code="report",
            label="报送核查情况",
            sources=(_P.ACCEPTED, _P.REVIEW),
            target=_P.REVIEW,
            who=_part_clerk,
            form="clues:part-report",
            style="primary",
        ),
        Act(
            code="confirm",
            label="签发核查情况",
            sources=(_P.REVIEW,),
            target=_P.DONE,
            who=_part_head,
            confirm="签发后核查情况以本部门名义送牵头部门。",
            style="primary",
        ),
        Act(
            code="rework",
            label="退回修改核查情况",
            sources=(_P.REVIEW,),
            target=_P.ACCEPTED,
            who=_part_head,
            reason=True,
            reason_label="修改意见",
        ),
        Act(
            code="change",
            label="调整分工",
            sources=(_P.SENT, _P.ACCEPTED, _P.RETURNED),
            target=_P.SENT,
            who=_heads_lead,
            reason=True,
            reason_label="调整理由",
            form="clues:part-change",
        ),
        Act(
            code="drop",
            label="取消分工",
            sources=(_P.SENT, _P.ACCEPTED, _P.RETURNED),
            target=_P.DROPPED,
            who=_heads_lead,
            reason=True,
            reason_label="取消理由",
        ),
    ),
    stages=PART_STAGES,
)


def _visit_lead(visit: ClueVisit) -> int:
    return visit.task.lead_id


VISIT_STAGES: Stages[ClueVisit] = Stages(
    "visit",
    {
        _V.REVIEW: Stage(
            owner=lambda visit: visit.proposed_by_id,
            waits="签发并入检查的请求",
            clock=rules.VISIT_SIGN_DUE,
            for_head=lambda _: True,
            internal=True,
        ),
        _V.PROPOSED: Stage(
            owner=_visit_lead,
            sender=lambda visit: visit.proposed_by_id,
            waits="答复并入检查的请求",
            clock=rules.VISIT_ANSWER_DUE,
            for_head=lambda _: True,
        ),
    },
)

VISIT_ACTS: StagedActs[ClueVisit] = StagedActs(
    "visit",
    ClueVisit,
    (
        Act(
            code="sign",
            label="签发请求",
            sources=(_V.REVIEW,),
            target=_V.PROPOSED,
            who=lambda actor, visit: head(actor, visit, visit.proposed_by_id),
            confirm="签发后送检查任务的牵头部门。",
            style="primary",
        ),
        Act(
            code="agree",
            label="同意并入",
            sources=(_V.PROPOSED,),
            target=_V.AGREED,
            who=lambda actor, visit: head(actor, visit, _visit_lead(visit)),
            confirm="同意后，本次检查一并核查该线索反映的情况。",
            style="primary",
        ),
        Act(
            code="decline",
            label="不同意并入",
            sources=(_V.PROPOSED,),
            target=_V.DECLINED,
            who=lambda actor, visit: head(actor, visit, _visit_lead(visit)),
            reason=True,
            reason_label="不同意的理由",
        ),
        Act(
            code="withdraw",
            label="撤回请求",
            sources=(_V.REVIEW, _V.PROPOSED),
            target=_V.WITHDRAWN,
            who=lambda actor, visit: clerk(actor, visit, visit.proposed_by_id),
            reason=True,
            reason_label="撤回理由",
        ),
    ),
    stages=VISIT_STAGES,
)
