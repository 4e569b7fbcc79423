"""Who may do what when a department refuses its duty, and whose turn it is (L9, T 11)."""

from __future__ import annotations

from functools import partial

from clues.acts.common import clerk_at, head_at, knows
from clues.acts.procedures import ProcedureActs, is_overdue, is_prepared, letter_of, stage
from clues.models import Refusal
from clues.rules import disputes as rules
from clues.stages import Stages
from departments.roles import Role
from records.actor import Actor
from records.acts import Act

_S = Refusal.State


REFUSAL_STAGES: Stages[Refusal] = Stages(
    "refusal",
    {
        _S.DRAFT: stage(
            "department", "签发履职建议书", rules.ADVISE_DUE, by_head=True, internal=True
        ),
        _S.ADVISED: stage(
            "addressee", "答复履职建议", rules.ANSWER_DUE, sender="department", by_head=True
        ),
        _S.CORRECTING: stage("addressee", "改正并反馈", rules.CORRECT_DUE, sender="department"),
        _S.SHOWN: stage(
            "department", "核实改正情况", rules.CHECK_DUE, sender="addressee", by_head=True
        ),
        _S.UNRESOLVED: stage(
            "department",
            "报告本级人民政府",
            rules.REPORT_DUE,
            by_head=is_prepared("refusal_report"),
        ),
        _S.REPORTED: stage(
            "government",
            "审查不履职情况报告",
            rules.GOVERNMENT_DUE,
            sender="department",
            by_head=True,
        ),
        _S.ORDERED: stage("addressee", "按责令改正", rules.ORDER_DUE, sender="government"),
        _S.ORDER_SHOWN: stage(
            "government", "核实改正情况", rules.CHECK_DUE, sender="addressee", by_head=True
        ),
        _S.UNCORRECTED: stage(
            "government", "通报批评", rules.CRITICISE_DUE, by_head=is_prepared("criticism")
        ),
        _S.CRITICISED: stage("government", "决定是否移送追责", rules.REFER_DUE, by_head=True),
        _S.REFERRED: stage("discipline", "问责并反馈结果", rules.ACCOUNT_DUE, sender="government"),
    },
)

_department_clerk, _department_head = clerk_at("department"), head_at("department")
_addressee_clerk, _addressee_head = clerk_at("addressee"), head_at("addressee")
_government_clerk, _government_head = clerk_at("government"), head_at("government")

_department_decides = partial(Act[Refusal], who=_department_head, reason=True)
_addressee_decides = partial(Act[Refusal], who=_addressee_head, reason=True)
_government_decides = partial(Act[Refusal], who=_government_head, reason=True)


def notice_is_unread(refusal: Refusal) -> bool:
    """Whether the department criticised has not confirmed that it has the notice."""
    notice = letter_of(refusal, "criticism")
    return notice is not None and notice.received_at is None


def _accounts(actor: Actor, refusal: Refusal) -> bool:
    """The discipline office works through its witnesses, who need be neither clerk nor head."""
    return (
        actor.department_id is not None
        and actor.department_id == refusal.discipline_id
        and actor.has_role(Role.WITNESS, Role.HEAD)
        and knows(actor, refusal)
    )


REFUSAL_ACTS: ProcedureActs[Refusal] = ProcedureActs(
    "refusal",
    Refusal,
    (
        Act(
            code="advise",
            label="签发履职建议书",
            sources=(_S.DRAFT,),
            target=_S.ADVISED,
            who=_department_head,
            confirm="建议书编定文号，发送对方部门，开始计算答复期限。",
            style="primary",
        ),
        Act(
            code="drop",
            label="不签发",
            sources=(_S.DRAFT,),
            target=_S.DROPPED,
            who=_department_clerk,
            reason=True,
            reason_label="理由",
        ),
        _addressee_decides(
            code="accept",
            label="采纳建议",
            sources=(_S.ADVISED,),
            target=_S.CORRECTING,
            reason_label="采纳后的改正安排",
            confirm="采纳后应当在期限内改正并反馈。",
            style="primary",
        ),
        _addressee_decides(
            code="reject",
            label="不采纳",
            sources=(_S.ADVISED,),
            target=_S.UNRESOLVED,
            reason_label="不采纳的理由",
            confirm="不采纳的，建议部门报告本级人民政府。",
            style="danger",
        ),
        Act(
            code="escalate",
            label="逾期未办，转报政府",
            sources=(_S.ADVISED, _S.CORRECTING),
            target=_S.UNRESOLVED,
            when=is_overdue,
            who=_department_clerk,
            reason=True,
            reason_label="对方逾期的情况",
        ),
        Act(
            code="show",
            label="反馈改正情况",
            sources=(_S.CORRECTING,),
            target=_S.SHOWN,
            who=_addressee_head,
            form="clues:refusal-show",
            style="primary",
        ),
        Act(
            code="satisfied",
            label="确认已改正",
            sources=(_S.SHOWN,),
            target=_S.CORRECTED,
            who=_department_head,
            confirm="确认后本程序结束。",
            style="primary",
        ),
        _department_decides(
            code="unsatisfied",
            label="仍未改正",
            sources=(_S.SHOWN,),
            target=_S.UNRESOLVED,
            reason_label="仍未改正的情况",
            style="danger",
        ),
        Act(
            code="prepare-report",
            label="拟情况报告",
            sources=(_S.UNRESOLVED,),
            who=_department_clerk,
            form="clues:refusal-prepare-report",
        ),
        Act(
            code="report",
            label="签发情况报告",
            sources=(_S.UNRESOLVED,),
            target=_S.REPORTED,
            when=is_prepared("refusal_report"),
            who=_department_head,
            confirm="报告编定文号，报送本级人民政府。",
            style="primary",
        ),
        _department_decides(
            code="withdraw",
            label="撤回",
            sources=(_S.ADVISED, _S.UNRESOLVED),
            target=_S.WITHDRAWN,
            reason_label="撤回理由",
        ),
        _government_decides(
            code="order",
            label="责令改正",
            sources=(_S.REPORTED,),
            target=_S.ORDERED,
            reason_label="责令改正的内容",
            confirm="被责令部门应当在期限内改正并反馈。",
            style="primary",
        ),
        _government_decides(
            code="dismiss",
            label="不予支持",
            sources=(_S.REPORTED,),
            target=_S.DISMISSED,
            reason_label="不予支持的理由",
        ),
        Act(
            code="show-order",
            label="反馈责令改正情况",
            sources=(_S.ORDERED,),
            target=_S.ORDER_SHOWN,
            who=_addressee_head,
            form="clues:refusal-show-order",
            style="primary",
        ),
        Act(
            code="lapse",
            label="逾期未改正",
            sources=(_S.ORDERED,),
            target=_S.UNCORRECTED,
            when=is_overdue,
            who=_government_clerk,
            reason=True,
            reason_label="逾期未改正的情况",
        ),
        Act(
            code="corrected",
            label="确认已改正",
            sources=(_S.ORDER_SHOWN,),
            target=_S.CORRECTED,
            who=_government_head,
            confirm="确认后本程序结束，告知建议部门。",
            style="primary",
        ),
        _government_decides(
            code="not-corrected",
            label="认定未改正",
            sources=(_S.ORDER_SHOWN,),
            target=_S.UNCORRECTED,
            reason_label="未改正的情况",
            style="danger",
        ),
        Act(
            code="prepare-criticism",
            label="拟通报",
            sources=(_S.UNCORRECTED,),
            who=_government_clerk,
            form="clues:refusal-prepare-criticism",
        ),
        Act(
            code="criticise",
            label="签发通报批评",
            sources=(_S.UNCORRECTED,),
            target=_S.CRITICISED,
            when=is_prepared("criticism"),
            who=_government_head,
            confirm="通报编定文号，发送被通报部门，抄送建议部门和综合协调组。",
            style="primary",
        ),
        Act(
            code="confirm-notice",
            label="确认收到通报",
            sources=(_S.CRITICISED, _S.REFERRED),
            when=notice_is_unread,
            who=_addressee_clerk,
            confirm="确认本部门已收到通报批评。",
            style="primary",
        ),
        _government_decides(
            code="settle",
            label="通报后已改正",
            sources=(_S.CRITICISED,),
            target=_S.CORRECTED,
            reason_label="改正情况",
        ),
        _government_decides(
            code="refer",
            label="移送追责",
            sources=(_S.CRITICISED,),
            target=_S.REFERRED,
            reason_label="移送追责的理由",
            style="danger",
        ),
        Act(
            code="account",
            label="登记问责结果",
            sources=(_S.REFERRED,),
            target=_S.ACCOUNTED,
            who=_accounts,
            reason=True,
            reason_label="问责结果",
            style="primary",
        ),
    ),
    stages=REFUSAL_STAGES,
)
