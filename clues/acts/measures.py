"""Who may do what with a compulsory measure (行政强制法第十八条至第三十三条)."""

from __future__ import annotations

from clues.acts.common import clerk_at, head_at
from clues.models import CompulsoryMeasure
from clues.rules import measures as rules
from clues.stages import Stage, StagedActs, Stages
from departments.profile import ResolvedLimit, TimeLimit
from records.acts import Act
from records.workdays import Limit, Unit

_S = CompulsoryMeasure.State
_clerk, _head = clerk_at("department"), head_at("department")
DECIDE = "在期限内作出处理决定"


def _owner(measure: CompulsoryMeasure) -> int:
    return measure.department_id


def term_of(measure: CompulsoryMeasure) -> ResolvedLimit:
    """The term that the decision states, under the rule of its kind."""
    rule = rules.TERMS[measure.kind]
    limit = Limit(measure.term_days, Unit.CALENDAR_DAY)
    return ResolvedLimit(rule.key, rule.title, limit, rule.source)


def _fulfilment(measure: CompulsoryMeasure) -> TimeLimit:
    return rules.RETURN_DUE if measure.outcome == rules.LIFT else rules.FULFIL_DUE


# The one clock of the term runs through all states in which the measure stands; what its head has
# to sign meanwhile is a stop beside it.
_TERM: Stage[CompulsoryMeasure] = Stage(
    owner=_owner, waits=DECIDE, clock=term_of, since=lambda measure: measure.carried_out_at
)

MEASURE_STAGES: Stages[CompulsoryMeasure] = Stages(
    "measure",
    {
        _S.DRAFT: Stage(
            owner=_owner, waits="修改行政强制措施申请", clock=rules.CORRECT_DUE, internal=True
        ),
        _S.REVIEW: Stage(
            owner=_owner,
            waits="批准行政强制措施",
            clock=rules.APPROVE_DUE,
            for_head=lambda _: True,
            internal=True,
        ),
        _S.APPROVED: Stage(
            owner=_owner, waits="实施行政强制措施", clock=rules.CARRY_OUT_DUE, internal=True
        ),
        _S.URGENT: Stage(
            owner=_owner,
            waits="补办强制措施批准手续",
            clock=rules.URGENT_DUE,
            since=lambda measure: measure.carried_out_at,
            for_head=lambda _: True,
            internal=True,
        ),
        **dict.fromkeys(CompulsoryMeasure.RUNNING, _TERM),
        _S.DECIDED: Stage(owner=_owner, waits="执行强制措施处理决定", clock=_fulfilment),
    },
)


def _may_extend(measure: CompulsoryMeasure) -> bool:
    return measure.kind in rules.EXTENSIONS


def _may_test(measure: CompulsoryMeasure) -> bool:
    return measure.kind in rules.TESTABLE and measure.open_test is None


def _owes_delivery(measure: CompulsoryMeasure) -> bool:
    return measure.kind == rules.FREEZE and measure.delivered_on is None


def owes_telling(measure: CompulsoryMeasure) -> bool:
    """Whether the party is still to be told of an extension."""
    return measure.extended_days > 0 and measure.extension_told_on is None


MEASURE_ACTS: StagedActs[CompulsoryMeasure] = StagedActs(
    "measure",
    CompulsoryMeasure,
    (
        Act(
            code="edit",
            label="修改",
            sources=(_S.DRAFT, _S.REVIEW),
            target=_S.REVIEW,
            who=_clerk,
            form="clues:measure-edit",
        ),
        Act(
            code="approve",
            label="批准",
            sources=(_S.REVIEW,),
            target=_S.APPROVED,
            who=_head,
            confirm="批准后由两名以上执法人员实施，制作现场笔录。",
            style="primary",
        ),
        Act(
            code="reject",
            label="退回修改",
            sources=(_S.REVIEW,),
            target=_S.DRAFT,
            who=_head,
            reason=True,
            reason_label="修改意见",
        ),
        Act(
            code="refuse",
            label="不予批准",
            sources=(_S.REVIEW,),
            target=_S.REFUSED,
            who=_head,
            reason=True,
            reason_label="理由",
        ),
        Act(
            code="carry-out",
            label="登记实施",
            sources=(_S.APPROVED,),
            target=_S.IN_FORCE,
            who=_clerk,
            form="clues:measure-carry-out",
            style="primary",
        ),
        Act(
            code="drop",
            label="不再实施",
            sources=(_S.DRAFT, _S.REVIEW, _S.APPROVED),
            target=_S.DROPPED,
            who=_clerk,
            reason=True,
            reason_label="理由",
        ),
        Act(
            code="ratify",
            label="补办批准",
            sources=(_S.URGENT,),
            target=_S.IN_FORCE,
            who=_head,
            confirm="批准已经先行实施的强制措施；认为不应当采取的，应当立即解除。",
            style="primary",
        ),
        Act(
            code="grant-extension",
            label="批准延长",
            sources=(_S.EXTENDING,),
            target=_S.IN_FORCE,
            who=_head,
            confirm="延长后应当及时书面告知当事人，并说明理由。",
            style="primary",
        ),
        Act(
            code="deny-extension",
            label="不予延长",
            sources=(_S.EXTENDING,),
            target=_S.IN_FORCE,
            who=_head,
            reason=True,
            reason_label="理由",
        ),
        Act(
            code="decide",
            label="签发处理决定",
            sources=(_S.DISPOSING,),
            target=_S.DECIDED,
            who=_head,
            confirm="签发后期限停止计算，由经办人执行处理决定。",
            style="primary",
        ),
        Act(
            code="return-disposal",
            label="退回处理意见",
            sources=(_S.DISPOSING,),
            target=_S.IN_FORCE,
            who=_head,
            reason=True,
            reason_label="修改意见",
        ),
        Act(
            code="dispose",
            label="拟处理决定",
            sources=(_S.IN_FORCE,),
            target=_S.DISPOSING,
            who=_clerk,
            form="clues:measure-dispose",
            style="primary",
        ),
        Act(
            code="ask-extension",
            label="申请延长",
            sources=(_S.IN_FORCE,),
            target=_S.EXTENDING,
            when=_may_extend,
            who=_clerk,
            form="clues:measure-ask-extension",
        ),
        Act(
            code="test",
            label="开始检测",
            sources=CompulsoryMeasure.RUNNING,
            when=_may_test,
            who=_clerk,
            form="clues:measure-test",
        ),
        Act(
            code="end-test",
            label="登记检测结果",
            sources=CompulsoryMeasure.RUNNING,
            when=lambda measure: measure.open_test is not None,
            who=_clerk,
            reason=True,
            reason_label="检测结果",
        ),
        Act(
            code="deliver",
            label="登记冻结决定书交付",
            sources=(*CompulsoryMeasure.RUNNING, _S.URGENT, _S.DECIDED),
            when=_owes_delivery,
            who=_clerk,
            confirm="冻结决定书今天已经交付当事人。",
        ),
        Act(
            code="tell-extension",
            label="登记延长告知",
            sources=(*CompulsoryMeasure.RUNNING, _S.DECIDED),
            when=owes_telling,
            who=_clerk,
            confirm="延长决定和理由今天已经书面告知当事人。",
        ),
        Act(
            code="close",
            label="办结",
            sources=(_S.DECIDED,),
            target=_S.CLOSED,
            when=lambda measure: not (_owes_delivery(measure) or owes_telling(measure)),
            who=_clerk,
            form="clues:measure-close",
            style="primary",
        ),
        Act(
            code="lift",
            label="立即解除",
            sources=(_S.URGENT, *CompulsoryMeasure.RUNNING),
            target=_S.DECIDED,
            who=_head,
            reason=True,
            reason_label="解除理由",
            confirm="解除后应当立即退还财物；冻结的通知金融机构和当事人。",
            style="danger",
        ),
        Act(
            code="withdraw",
            label="撤销",
            sources=(_S.CLOSED,),
            target=_S.WITHDRAWN,
            who=_head,
            reason=True,
            reason_label="撤销理由",
            confirm="行政复议、行政诉讼撤销或者确认违法的，或者登记有误的，撤销这一记录。",
            style="danger",
        ),
    ),
    stages=MEASURE_STAGES,
)
