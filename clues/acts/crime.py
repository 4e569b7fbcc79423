"""Who may do what in a hand-over of a suspected crime, and whose turn it is (L7).

The order of the steps is that of the rules on handing over suspected crimes (国务院令第310号);
each clock names its article in ``clues.rules.crime``.
"""

from __future__ import annotations

from functools import partial

from clues.acts.common import clerk, clerk_at, head_at, knows
from clues.acts.procedures import ProcedureActs, stage
from clues.models import CrimeHandover
from clues.rules import crime as rules
from clues.stages import Stages
from records.actor import Actor
from records.acts import Act

_S = CrimeHandover.State
_H = CrimeHandover


# The clock of the police is paused while the side stop of the department runs.
_reviewing = stage("police", "决定是否立案", rules.DECIDE_DUE, sender="department", by_head=True)

CRIME_STAGES: Stages[_H] = Stages(
    "crime",
    {
        # Verification taken up again goes on with the time it had.
        _S.INVESTIGATING: stage(
            "department", "专案组核实并报告", rules.REPORT_DUE, since="created_at", internal=True
        ),
        _S.ENDING: stage(
            "department", "负责人审批终止核实", rules.APPROVE_DUE, by_head=True, internal=True
        ),
        _S.REPORTED: stage(
            "department",
            "负责人审批移送",
            rules.APPROVE_DUE,
            since="reported_at",
            by_head=True,
            internal=True,
        ),
        _S.APPROVED: stage("department", "移送公安机关", rules.TRANSFER_DUE, since="approved_at"),
        _S.TRANSFERRED: stage("police", "在回执上签字", rules.RECEIPT_DUE, sender="department"),
        _S.REVIEWING: _reviewing,
        _S.SUPPLEMENT: _reviewing,
        _S.FILED: stage("department", "移交涉案物品和材料", rules.GOODS_DUE, sender="police"),
        _S.DELIVERED: stage("police", "办结交接手续", rules.GOODS_RECEIPT_DUE, sender="department"),
        _S.NOT_FILED: stage(
            "department", "提出异议或行政处理", rules.OBJECTION_DUE, sender="police", by_head=True
        ),
        _S.RECONSIDERING: stage(
            "police", "作出复议决定", rules.REVIEW_DUE, sender="department", by_head=True
        ),
        _S.UPHELD: stage(
            "department", "建议监督或行政处理", rules.OBJECTION_DUE, sender="police", by_head=True
        ),
        _S.OVERSIGHT: stage(
            "procuratorate",
            "审查立案监督建议",
            rules.OVERSIGHT_DUE,
            sender="department",
            by_head=True,
        ),
        _S.REASONS: stage(
            "police", "说明不立案理由", rules.REASONS_DUE, sender="procuratorate", by_head=True
        ),
        _S.WEIGHING: stage(
            "procuratorate", "审查不立案理由", rules.OVERSIGHT_DUE, sender="police", by_head=True
        ),
        _S.ORDERED: stage(
            "police", "按通知立案", rules.ORDERED_DUE, sender="procuratorate", by_head=True
        ),
        _S.BACK_DRAFT: stage(
            "police", "签发移送行政处理函", rules.SEND_BACK_DUE, by_head=True, internal=True
        ),
        _S.BACK_SENT: stage(
            "department", "签收移送行政处理案件", rules.RECEIVE_BACK_DUE, sender="police"
        ),
        _S.ADMINISTRATIVE: stage(
            "department", "依法作出行政处理", rules.ADMINISTRATIVE_DUE, sender="police"
        ),
    },
)

_department_clerk, _department_head = clerk_at("department"), head_at("department")
_police_clerk, _police_head = clerk_at("police"), head_at("police")

_department_decides = partial(Act[_H], who=_department_head, reason=True)
_police_decides = partial(Act[_H], who=_police_head, reason=True)
_procuratorate_decides = partial(Act[_H], who=head_at("procuratorate"), reason=True)


def on_the_case(actor: Actor, case: _H) -> bool:
    """A case officer, who may be an inspector, or a clerk of the department (第五条)."""
    if actor.department_id != case.department_id or not knows(actor, case):
        return False
    return clerk(actor, case, case.department_id) or case.officers.filter(pk=actor.user_id).exists()


CRIME_ACTS: ProcedureActs[_H] = ProcedureActs(
    "crime",
    CrimeHandover,
    (
        Act(
            code="officers",
            label="调整专案组",
            sources=(_S.INVESTIGATING,),
            who=_department_clerk,
            form="clues:crime-officers",
        ),
        Act(
            code="report",
            label="提出移送报告",
            sources=(_S.INVESTIGATING,),
            target=_S.REPORTED,
            who=on_the_case,
            form="clues:crime-report",
            style="primary",
        ),
        Act(
            code="propose-end",
            label="提请终止核实",
            sources=(_S.INVESTIGATING,),
            target=_S.ENDING,
            who=on_the_case,
            reason=True,
            reason_label="终止核实的理由",
            confirm="经核实不构成涉嫌犯罪的，由负责人审批；线索继续按原期限办理。",
        ),
        _department_decides(
            code="end",
            label="终止核实",
            sources=(_S.INVESTIGATING, _S.ENDING),
            target=_S.ENDED,
            reason_label="终止核实的理由",
            confirm="不再移送公安机关，理由记录在案；线索继续按原期限办理。",
            style="danger",
        ),
        _department_decides(
            code="go-on",
            label="继续核实",
            sources=(_S.ENDING,),
            target=_S.INVESTIGATING,
            reason_label="需要继续核实的问题",
        ),
        Act(
            code="attach",
            label="上传移送材料",
            sources=(_S.INVESTIGATING, _S.REPORTED, _S.APPROVED),
            when=lambda case: case.goes_out,
            who=on_the_case,
            form="clues:crime-attach",
        ),
        Act(
            code="approve",
            label="批准移送",
            sources=(_S.REPORTED,),
            target=_S.APPROVED,
            who=_department_head,
            confirm="批准后应当在 24 小时内移送同级公安机关，同时抄送人民检察院。",
            style="primary",
        ),
        _department_decides(
            code="refuse",
            label="不批准移送",
            sources=(_S.REPORTED,),
            target=_S.REFUSED,
            reason_label="不批准的理由",
            confirm="不予批准的理由记录在案。",
            style="danger",
        ),
        Act(
            code="reword",
            label="修改移送书",
            sources=(_S.APPROVED,),
            who=_department_clerk,
            form="clues:crime-reword",
        ),
        Act(
            code="transfer",
            label="签发移送书",
            sources=(_S.APPROVED,),
            target=_S.TRANSFERRED,
            who=_department_head,
            confirm="移送书编定文号，连同所附材料发送公安机关，并抄送人民检察院。",
            style="primary",
        ),
        Act(
            code="receive",
            label="签收回执",
            sources=(_S.TRANSFERRED,),
            target=_S.REVIEWING,
            who=_police_clerk,
            confirm="在移送书回执上签字，自签收之日起计算立案审查期限。",
            style="primary",
        ),
        _police_decides(
            code="forward",
            label="转送有管辖权的机关",
            sources=(_S.TRANSFERRED, _S.REVIEWING),
            target=_S.FORWARDED,
            reason_label="转送的机关和理由",
            confirm="不属于本机关管辖的，应当在 24 小时内转送，并书面告知移送部门。",
        ),
        _police_decides(
            code="ask-supplement",
            label="要求补正材料",
            sources=(_S.REVIEWING,),
            target=_S.SUPPLEMENT,
            reason_label="需要补正的材料",
            confirm="移送部门应当在三日内补正；补正期间立案审查期限暂停计算。",
        ),
        Act(
            code="supplement",
            label="提交补正材料",
            sources=(_S.SUPPLEMENT,),
            target=_S.REVIEWING,
            who=_department_clerk,
            form="clues:crime-supplement",
            style="primary",
        ),
        _police_decides(
            code="stop-waiting",
            label="不再等待补正",
            sources=(_S.SUPPLEMENT,),
            target=_S.REVIEWING,
            reason_label="不再等待的理由",
            confirm="按现有材料审查，立案审查期限继续计算。",
        ),
        _police_decides(
            code="extend-complex",
            label="案情复杂延长审查",
            sources=(_S.REVIEWING,),
            reason_label="案情复杂的情况",
        ),
        _police_decides(
            code="extend-grave",
            label="重大疑难延长审查",
            sources=(_S.REVIEWING,),
            reason_label="重大疑难复杂的情况",
        ),
        _police_decides(
            code="file",
            label="决定立案",
            sources=(
                _S.REVIEWING,
                _S.RECONSIDERING,
                _S.OVERSIGHT,
                _S.REASONS,
                _S.WEIGHING,
                _S.ORDERED,
            ),
            target=_S.FILED,
            reason_label="立案决定书文号和内容",
            confirm="书面通知移送部门，抄送人民检察院；移送部门在三日内移交涉案物品。",
            style="primary",
        ),
        _police_decides(
            code="not-file",
            label="不予立案",
            sources=(_S.REVIEWING,),
            target=_S.NOT_FILED,
            reason_label="不予立案的理由",
            confirm="说明理由，书面通知移送部门，相应退回案卷材料。",
            style="danger",
        ),
        _department_decides(
            code="ask-review",
            label="提请复议",
            sources=(_S.NOT_FILED,),
            target=_S.RECONSIDERING,
            reason_label="提请复议的理由",
            confirm="自接到不予立案通知书之日起三日内提请，公安机关在三日内作出决定。",
            style="primary",
        ),
        _police_decides(
            code="uphold",
            label="维持不予立案",
            sources=(_S.RECONSIDERING,),
            target=_S.UPHELD,
            reason_label="维持的理由",
        ),
        _department_decides(
            code="ask-oversight",
            label="建议立案监督",
            sources=(_S.NOT_FILED, _S.UPHELD),
            target=_S.OVERSIGHT,
            reason_label="建议立案监督的理由",
            confirm="立案监督建议书发送人民检察院。",
        ),
        _procuratorate_decides(
            code="oversee",
            label="启动立案监督",
            sources=(_S.NOT_FILED, _S.UPHELD),
            target=_S.REASONS,
            reason_label="要求说明的问题",
            confirm="要求公安机关在七日内说明不立案理由。",
        ),
        _procuratorate_decides(
            code="demand-reasons",
            label="要求说明不立案理由",
            sources=(_S.OVERSIGHT,),
            target=_S.REASONS,
            reason_label="要求说明的问题",
            confirm="公安机关应当在七日内书面说明不立案理由。",
            style="primary",
        ),
        _police_decides(
            code="explain",
            label="说明不立案理由",
            sources=(_S.REASONS,),
            target=_S.WEIGHING,
            reason_label="不立案的理由",
        ),
        _procuratorate_decides(
            code="order-filing",
            label="通知立案",
            sources=(_S.WEIGHING,),
            target=_S.ORDERED,
            reason_label="通知立案书文号和理由",
            confirm="公安机关应当在十五日内立案。",
            style="primary",
        ),
        _procuratorate_decides(
            code="end-oversight",
            label="不立案理由成立",
            sources=(_S.OVERSIGHT, _S.WEIGHING),
            target=_S.ADMINISTRATIVE,
            reason_label="审查意见",
            confirm="告知移送部门，由其依法作出行政处理。",
        ),
        Act(
            code="accept",
            label="不提异议，行政处理",
            sources=(_S.NOT_FILED, _S.UPHELD),
            target=_S.ADMINISTRATIVE,
            who=_department_head,
            confirm="由本部门依法作出行政处理（第十条）。",
        ),
        Act(
            code="deliver",
            label="移交涉案物品",
            sources=(_S.FILED,),
            target=_S.DELIVERED,
            who=_department_clerk,
            form="clues:crime-deliver",
            style="primary",
        ),
        Act(
            code="confirm",
            label="确认交接",
            sources=(_S.DELIVERED,),
            target=_S.ACCEPTED,
            who=_police_clerk,
            confirm="涉案物品和材料已经收到，交接手续办结。",
            style="primary",
        ),
        _department_decides(
            code="tell-penalty",
            label="告知行政处罚",
            sources=(*CrimeHandover.WITH_POLICE, *CrimeHandover.FILED_STATES),
            when=lambda case: case.goes_out,
            reason_label="已作出的行政处罚",
        ),
        _police_decides(
            code="give-back",
            label="移送行政处理",
            sources=(_S.ACCEPTED,),
            target=_S.BACK_SENT,
            reason_label="撤销案件或者不追究刑事责任的理由",
            confirm="不需要追究刑事责任但应当追究行政责任的，移送同级行政执法机关。",
        ),
        Act(
            code="send-back",
            label="签发移送行政处理函",
            sources=(_S.BACK_DRAFT,),
            target=_S.BACK_SENT,
            who=_police_head,
            confirm="案件移送行政执法机关依法处理，抄送人民检察院。",
            style="primary",
        ),
        Act(
            code="cancel",
            label="撤销拟稿",
            sources=(_S.BACK_DRAFT,),
            target=_S.CANCELLED,
            who=_police_clerk,
            reason=True,
            reason_label="撤销理由",
        ),
        Act(
            code="receive-back",
            label="签收案件",
            sources=(_S.BACK_SENT,),
            target=_S.ADMINISTRATIVE,
            who=_department_clerk,
            confirm="签收后由本部门依法处理，并在期限内将结果告知公安机关。",
            style="primary",
        ),
        _department_decides(
            code="conclude",
            label="反馈行政处理结果",
            sources=(_S.ADMINISTRATIVE,),
            target=_S.CONCLUDED,
            reason_label="行政处理结果",
            confirm="结果告知公安机关和人民检察院。",
            style="primary",
        ),
    ),
    stages=CRIME_STAGES,
)
