"""Who may do what with a matter version, from which state (M2)."""

from __future__ import annotations

from departments.actors import fills_in, is_clerk_of
from departments.roles import Function, Role
from matters.models import MatterVersion, UpstreamMatter
from records.actor import Actor
from records.acts import Act, ActTable

State = MatterVersion.State


def may_prepare(actor: Actor, version: MatterVersion) -> bool:
    """The coordination office or the lead department."""
    return coordinates(actor, version) or is_clerk_of(actor, version.lead_id)


def coordinates(actor: Actor, version: MatterVersion) -> bool:
    """A clerk or the head of the coordination office of the matter's region."""
    return fills_in(actor, Function.COORDINATION, version.region_code)


def _reviews(actor: Actor, version: MatterVersion) -> bool:
    return fills_in(actor, Function.MATTER_REVIEWER, version.region_code)


def _signs_review(actor: Actor, version: MatterVersion) -> bool:
    return _reviews(actor, version) and actor.has_role(Role.HEAD)


def _heads_coordination(actor: Actor, version: MatterVersion) -> bool:
    return coordinates(actor, version) and actor.has_role(Role.HEAD)


def version_in_preparation(version: MatterVersion) -> MatterVersion | None:
    """The version of the same matter that is being prepared, if any (prefetch matter__versions)."""
    siblings = version.matter.versions.all()
    return next((each for each in siblings if each.state in MatterVersion.PREPARING), None)


MATTER_ACTS = ActTable(
    "matter",
    MatterVersion,
    (
        Act(
            code="edit",
            label="编辑",
            who=may_prepare,
            sources=(State.DRAFT,),
            form="matters:edit",
        ),
        Act(
            code="submit",
            label="送合法性审核",
            who=may_prepare,
            sources=(State.DRAFT,),
            target=State.LEGAL_REVIEW,
            confirm="送审后不能再修改，审核部门可以退回。",
            style="primary",
        ),
        Act(
            code="approve",
            label="审核通过",
            who=_signs_review,
            sources=(State.LEGAL_REVIEW,),
            target=State.REVIEWED,
            reason=True,
            reason_label="审核意见",
            confirm="审核通过后由综合协调组公布生效。",
            style="primary",
        ),
        Act(
            code="return",
            label="退回修改",
            who=_reviews,
            sources=(State.LEGAL_REVIEW,),
            target=State.DRAFT,
            reason=True,
            reason_label="退回理由",
            confirm="退回后由牵头部门或综合协调组修改，再次送审。",
            style="danger",
        ),
        Act(
            code="put_in_force",
            label="公布生效",
            who=_heads_coordination,
            sources=(State.REVIEWED,),
            target=State.IN_FORCE,
            confirm="公布后各部门按此版本编制计划、开展检查；原生效版本同时失效，并报送省平台。",
            style="primary",
        ),
        Act(
            code="revise",
            label="修改事项",
            who=may_prepare,
            sources=(State.IN_FORCE,),
            when=lambda version: version_in_preparation(version) is None,
            form="matters:revise",
        ),
        Act(
            code="abolish",
            label="废止",
            who=_heads_coordination,
            sources=(State.IN_FORCE,),
            target=State.ABOLISHED,
            reason=True,
            reason_label="废止理由",
            confirm="废止后不能再据此编制计划；已经办理的任务保留，并报送省平台。",
            style="danger",
        ),
    ),
)

_U = UpstreamMatter.State


def settles_upstream(actor: Actor, upstream: UpstreamMatter) -> bool:
    """A clerk or the head of the coordination office of the region that was told."""
    return fills_in(actor, Function.COORDINATION, upstream.region.code)


def _is_claimed(upstream: UpstreamMatter) -> bool:
    return upstream.matter_id is not None


UPSTREAM_ACTS = ActTable(
    "upstream_matter",
    UpstreamMatter,
    (
        Act(
            code="claim",
            label="认领为事项草稿",
            who=settles_upstream,
            sources=(_U.NEW, _U.CHANGED, _U.DECLINED),
            target=_U.CLAIMED,
            style="primary",
            form="matters:upstream-claim",
        ),
        Act(
            code="keep",
            label="对照后不改",
            who=settles_upstream,
            sources=(_U.CHANGED,),
            target=_U.CLAIMED,
            when=_is_claimed,
            reason=True,
            reason_label="对照情况",
            confirm="本地区事项保持不变；上级再有新版本时重新提示。",
        ),
        Act(
            code="decline",
            label="不认领",
            who=settles_upstream,
            sources=(_U.NEW, _U.CHANGED),
            target=_U.DECLINED,
            when=lambda upstream: not _is_claimed(upstream),
            reason=True,
            reason_label="不认领的理由",
            confirm="以后仍可认领；上级有新版本时重新提示。",
        ),
        Act(
            code="end",
            label="确认上级取消",
            who=settles_upstream,
            sources=(_U.WITHDRAWN,),
            target=_U.ENDED,
            reason=True,
            reason_label="处理情况",
            confirm="本地区事项不会因此自动废止；需要废止的，在该事项页面办理。",
            style="primary",
        ),
    ),
)
