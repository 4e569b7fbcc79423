"""Who may do what with a warning rule and with a warning, and whose turn it is (L6)."""

from __future__ import annotations

from clues.acts.common import clerk, head, knows
from clues.models import RiskWarning, WarningParty, WarningRuleVersion
from clues.rules import warnings as rules
from clues.stages import Stage, StagedActs, Stages
from departments.actors import fills_in
from departments.profile import filling
from departments.roles import Function, Role
from records.actor import Actor
from records.acts import Act, ActTable

_R = WarningRuleVersion.State


def coordinates_rules(actor: Actor, version: WarningRuleVersion) -> bool:
    """A clerk or the head of the coordination office: drafts rules."""
    return fills_in(actor, Function.COORDINATION, version.region_code)


def decides_rules(actor: Actor, version: WarningRuleVersion) -> bool:
    """The head of the coordination office: puts rules in force."""
    return coordinates_rules(actor, version) and actor.has_role(Role.HEAD)


RULE_ACTS: ActTable[WarningRuleVersion] = ActTable(
    "warning_rule",
    WarningRuleVersion,
    (
        Act(
            code="edit",
            label="修改",
            sources=(_R.DRAFT,),
            who=coordinates_rules,
            form="clues:warning-rule-edit",
        ),
        Act(
            code="submit",
            label="提交负责人审定",
            sources=(_R.DRAFT,),
            target=_R.SUBMITTED,
            who=coordinates_rules,
            style="primary",
        ),
        Act(
            code="enforce",
            label="批准执行",
            sources=(_R.SUBMITTED,),
            target=_R.IN_FORCE,
            who=decides_rules,
            confirm="批准后立即按本规则统计并发出预警；原执行版本停止执行，仍可查看。",
            style="primary",
        ),
        Act(
            code="return",
            label="退回修改",
            sources=(_R.SUBMITTED,),
            target=_R.DRAFT,
            who=decides_rules,
            reason=True,
            reason_label="退回理由",
        ),
        Act(
            code="revise",
            label="拟定新版本",
            sources=(_R.IN_FORCE, _R.ENDED),
            who=coordinates_rules,
            form="clues:warning-rule-revise",
        ),
        Act(
            code="end",
            label="停用",
            sources=(_R.IN_FORCE,),
            target=_R.ENDED,
            who=decides_rules,
            reason=True,
            reason_label="停用理由",
            style="danger",
            confirm="停用后不再按本规则预警；已发出的预警继续办理。",
        ),
        Act(
            code="discard",
            label="作废草稿",
            sources=(_R.DRAFT,),
            target=_R.DISCARDED,
            who=coordinates_rules,
            style="danger",
            confirm="作废后不能恢复。",
        ),
    ),
)

_S = RiskWarning.State


def coordination_of(warning: RiskWarning) -> int | None:
    """The coordination office of the warning's region."""
    department = filling(warning.region_code, Function.COORDINATION)
    return department.pk if department else None


_to_be_studied: Stage[RiskWarning] = Stage(
    owner=coordination_of,
    sender=lambda warning: warning.owner_id,
    waits="发起联合会商",
    clock=rules.CALL_STUDY_DUE,
)


class _WarningStages(Stages[RiskWarning]):
    def of(self, warning: RiskWarning) -> Stage[RiskWarning] | None:
        """As for all; a major warning that its owner received is the turn of the coordination
        office, which alone calls the study that must come first (J7)."""
        if warning.state == _S.RECEIVED and warning.needs_study:
            return _to_be_studied
        return super().of(warning)


WARNING_STAGES = _WarningStages(
    "warning",
    {
        _S.RAISED: Stage(
            owner=lambda warning: warning.owner_id,
            waits="接收预警",
            clock=lambda warning: rules.RECEIVE_DUE[warning.level],
        ),
        _S.RECEIVED: Stage(
            owner=lambda warning: warning.owner_id,
            waits="研判处置预警",
            clock=lambda warning: rules.SETTLE_DUE[warning.level],
        ),
        _S.STUDY: Stage(
            owner=lambda warning: warning.study_lead_id,
            sender=lambda warning: warning.owner_id,
            waits="联合会商研判",
            clock=rules.STUDY_DUE,
        ),
        _S.REVIEW: Stage(
            owner=lambda warning: warning.owner_id,
            waits="签署不予处置意见",
            clock=rules.SIGN_DUE,
            for_head=lambda _: True,
        ),
        _S.FEEDBACK: Stage(
            owner=coordination_of,
            sender=lambda warning: warning.owner_id,
            waits="反馈上级预警",
            clock=rules.FEED_BACK_DUE,
            for_head=lambda _: True,
        ),
    },
)


def _clerk(actor: Actor, warning: RiskWarning) -> bool:
    return clerk(actor, warning, warning.owner_id)


def _head(actor: Actor, warning: RiskWarning) -> bool:
    return head(actor, warning, warning.owner_id)


def _coordinates(actor: Actor, warning: RiskWarning) -> bool:
    return fills_in(actor, Function.COORDINATION, warning.region_code) and knows(actor, warning)


def _leads_study(actor: Actor, warning: RiskWarning) -> bool:
    return clerk(actor, warning, warning.study_lead_id)


def _heads_coordination(actor: Actor, warning: RiskWarning) -> bool:
    return _coordinates(actor, warning) and actor.has_role(Role.HEAD)


def _unread(actor: Actor, warning: RiskWarning) -> bool:
    """Somebody of a department that was told and has not said yet that it knows."""
    told = warning.parties.filter(department_id=actor.department_id, read_at=None)
    return knows(actor, warning) and told.exclude(part=WarningParty.Part.OWNER).exists()


def _may_settle(warning: RiskWarning) -> bool:
    return not warning.needs_study


WARNING_ACTS: StagedActs[RiskWarning] = StagedActs(
    "warning",
    RiskWarning,
    (
        Act(
            code="receive",
            label="接收",
            sources=(_S.RAISED,),
            target=_S.RECEIVED,
            who=_clerk,
            style="primary",
        ),
        Act(
            code="study",
            label="发起联合会商",
            sources=(_S.RAISED, _S.RECEIVED),
            target=_S.STUDY,
            when=lambda warning: not warning.study_conclusion,
            who=_coordinates,
            form="clues:warning-study",
        ),
        Act(
            code="conclude",
            label="登记会商结论",
            sources=(_S.STUDY,),
            target=_S.RECEIVED,
            who=_leads_study,
            form="clues:warning-conclude",
            style="primary",
        ),
        Act(
            code="clue",
            label="转为线索",
            sources=(_S.RECEIVED,),
            when=_may_settle,
            who=_clerk,
            form="clues:warning-clue",
            style="primary",
        ),
        Act(
            code="check",
            label="开展检查",
            sources=(_S.RECEIVED,),
            when=_may_settle,
            who=_clerk,
            form="clues:warning-check",
        ),
        Act(
            code="campaign",
            label="建议专项整治",
            sources=(_S.RECEIVED,),
            when=_may_settle,
            who=_clerk,
            form="clues:warning-campaign",
        ),
        Act(
            code="dismiss",
            label="拟不予处置",
            sources=(_S.RECEIVED,),
            target=_S.REVIEW,
            when=_may_settle,
            who=_clerk,
            reason=True,
            reason_label="不予处置的理由",
            confirm="提交后由本部门负责人签署。",
        ),
        Act(
            code="sign",
            label="同意不予处置",
            sources=(_S.REVIEW,),
            who=_head,
            confirm="签署后预警办结，不再处置。",
            style="primary",
        ),
        Act(
            code="reject",
            label="退回重新处置",
            sources=(_S.REVIEW,),
            target=_S.RECEIVED,
            who=_head,
            reason=True,
            reason_label="退回理由",
        ),
        Act(
            code="feed_back",
            label="签发反馈",
            sources=(_S.FEEDBACK,),
            target=_S.CLOSED,
            who=_heads_coordination,
            confirm="签发后处置结果推送省级平台，预警办结。",
            style="primary",
        ),
        Act(code="read", label="阅知", who=_unread),
        Act(
            code="assign",
            label="调整责任部门",
            sources=(_S.RAISED, _S.RECEIVED),
            target=_S.RAISED,
            who=_coordinates,
            form="clues:warning-assign",
        ),
    ),
    stages=WARNING_STAGES,
)
"""A settled warning that came from above is fed back before it is closed; the others close at
once, so that the acts that settle name no target of their own."""
