"""Who may do what with a department's result of a visit, and from which state (I11, I12)."""

from __future__ import annotations

from departments.actors import is_clerk_of, is_head_of
from departments.roles import Role
from inspections.models import Result
from records.actor import Actor
from records.acts import Act, ActTable

_S = Result.State


def may_enter(actor: Actor, result: Result) -> bool:
    """Clerks, heads and inspectors of the department: who checks enters (H9)."""
    return actor.department_id == result.part.department_id and actor.has_role(
        Role.CLERK, Role.HEAD, Role.INSPECTOR
    )


def _is_clerk(actor: Actor, result: Result) -> bool:
    return is_clerk_of(actor, result.part.department_id)


def _is_head(actor: Actor, result: Result) -> bool:
    return is_head_of(actor, result.part.department_id)


def _is_latest(result: Result) -> bool:
    """No correction has been started yet: one at a time, and never of what is being replaced."""
    return all(other.version <= result.version for other in result.part.results.all())


def _is_system(actor: Actor, _: Result) -> bool:
    return actor.is_system


RESULT_ACTS: ActTable[Result] = ActTable(
    "result",
    Result,
    (
        Act(
            code="submit",
            label="录入并提交审核",
            sources=(_S.DRAFT,),
            target=_S.SUBMITTED,
            who=may_enter,
            form="inspections:result-edit",
            style="primary",
        ),
        Act(
            code="approve",
            label="审核通过",
            sources=(_S.SUBMITTED,),
            target=_S.APPROVED,
            who=_is_head,
            confirm="通过后立即在公众网站公示并报省平台；有统一社会信用代码的对象，"
            "结果同时推送国家企业信用信息公示系统。",
            style="primary",
        ),
        Act(
            code="return",
            label="退回修改",
            sources=(_S.SUBMITTED,),
            target=_S.DRAFT,
            who=_is_head,
            reason=True,
            reason_label="退回理由",
        ),
        Act(
            code="publish",
            label="公示",
            sources=(_S.APPROVED,),
            target=_S.PUBLISHED,
            who=_is_system,
        ),
        Act(
            code="correct",
            label="更正",
            sources=(_S.PUBLISHED,),
            when=_is_latest,
            who=_is_clerk,
            reason=True,
            reason_label="更正理由",
            confirm="将产生一个新版本，重新录入并经负责人审核后代替现有公示；"
            "此前的公示内容和更正理由仍可在公众网站查到，理由中请勿写个人信息。",
        ),
        Act(
            code="withdraw",
            label="撤销公示",
            sources=(_S.PUBLISHED,),
            target=_S.WITHDRAWN,
            when=_is_latest,
            who=_is_head,
            reason=True,
            reason_label="撤销理由",
            confirm="公众网站将显示“已撤销”和理由（请勿写个人信息）；已推送的系统同时收到通知。",
            style="danger",
        ),
        Act(
            code="supersede",
            label="被更正",
            sources=(_S.PUBLISHED,),
            target=_S.CORRECTED,
            who=_is_system,
        ),
    ),
)
