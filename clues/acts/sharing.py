"""Who may do what with the sharing catalogue, shared records and requests for information (L10)."""

from __future__ import annotations

import datetime as dt

from clues.acts.common import clerk, head
from clues.models import SharedRecord, SharingEntry, SharingRequest
from clues.rules import sharing as rules
from clues.stages import Stage, StagedActs, Stages
from departments.profile import ResolvedLimit
from records import clock
from records.actor import Actor
from records.acts import Act
from records.workdays import Limit, Unit, end_of_day

_E = SharingEntry.State
_R = SharedRecord.State
_Q = SharingRequest.State


def _provider(instance: SharingEntry | SharedRecord | SharingRequest) -> int:
    return instance.provider_id


def _provider_clerk(actor: Actor, instance: SharingEntry | SharedRecord | SharingRequest) -> bool:
    return clerk(actor, instance, instance.provider_id)


def _provider_head(actor: Actor, instance: SharingEntry | SharedRecord | SharingRequest) -> bool:
    return head(actor, instance, instance.provider_id)


ENTRY_STAGES: Stages[SharingEntry] = Stages(
    "share",
    {
        _E.DRAFT: Stage(
            owner=_provider, waits="修改共享目录", clock=rules.REVISE_DUE, internal=True
        ),
        _E.CONFIRM: Stage(
            owner=_provider,
            waits="确认共享目录",
            clock=rules.CONFIRM_DUE,
            for_head=lambda _: True,
            internal=True,
        ),
    },
)

ENTRY_ACTS: StagedActs[SharingEntry] = StagedActs(
    "sharing_entry",
    SharingEntry,
    (
        Act(
            code="confirm",
            label="确认生效",
            sources=(_E.CONFIRM,),
            target=_E.CURRENT,
            who=_provider_head,
            confirm="确认后按本目录共享信息；原有版本同时停止使用。",
            style="primary",
        ),
        Act(
            code="return",
            label="退回修改",
            sources=(_E.CONFIRM,),
            target=_E.DRAFT,
            who=_provider_head,
            reason=True,
            reason_label="修改意见",
        ),
        Act(
            code="edit",
            label="修改目录",
            sources=(_E.DRAFT,),
            target=_E.CONFIRM,
            who=_provider_clerk,
            form="clues:sharing-entry-edit",
            style="primary",
        ),
        Act(
            code="renew",
            label="编制新版本",
            sources=(_E.CURRENT,),
            who=_provider_clerk,
            form="clues:sharing-entry-renew",
        ),
        Act(
            code="drop",
            label="作废",
            sources=(_E.DRAFT, _E.CONFIRM),
            target=_E.DROPPED,
            who=_provider_clerk,
            reason=True,
            reason_label="理由",
        ),
        Act(
            code="end",
            label="停用",
            sources=(_E.CURRENT,),
            target=_E.ENDED,
            who=_provider_head,
            reason=True,
            reason_label="停用理由",
            style="danger",
        ),
    ),
    stages=ENTRY_STAGES,
)


def needs_head(record: SharedRecord) -> bool:
    """Whether the head shares it: where the catalogue says so, by letter, and what is
    confidential."""
    entry = record.entry
    return record.confidential or (
        entry is not None and (entry.signed_by_head or entry.way == SharingEntry.Way.LETTER)
    )


def _shares(actor: Actor, record: SharedRecord) -> bool:
    return _provider_head(actor, record) if needs_head(record) else _provider_clerk(actor, record)


def _share_limit(record: SharedRecord) -> ResolvedLimit:
    """The limit of the catalogue, which the region's own limit bounds."""
    entry = record.entry
    if entry is None:
        raise ValueError("a record of a request has no clock of its own")
    return ResolvedLimit(
        rules.SHARE_DUE.key,
        rules.SHARE_DUE.title,
        Limit(entry.limit_days, Unit.WORKING_DAY),
        f"共享目录 {entry.number}（第 {entry.version} 版）",
    )


def _made(record: SharedRecord) -> dt.datetime:
    """The moment the information was there: the end of its day, now at the latest."""
    return min(end_of_day(record.event_on), clock.now())


def _stands_alone(record: SharedRecord) -> bool:
    """Whether it is shared by itself, not with the answer to a request."""
    return record.request_id is None


def _answers_request(record: SharedRecord) -> bool:
    return not _stands_alone(record)


RECORD_STAGES: Stages[SharedRecord] = Stages(
    "share",
    {
        _R.PENDING: Stage(
            owner=_provider,
            waits="共享信息",
            clock=_share_limit,
            since=_made,
            for_head=needs_head,
        )
    },
    # What is prepared in answer to a request lies where the request lies.
    follows=_answers_request,
)


def read_stop(department_id: int) -> str:
    """The code of the side stop at which a department owes reading a shared record."""
    return f"read:{department_id}"


def _receives(actor: Actor, record: SharedRecord) -> bool:
    given = any(each.department_id == actor.department_id for each in record.receipts.all())
    return given and clerk(actor, record, actor.department_id)


RECORD_ACTS: StagedActs[SharedRecord] = StagedActs(
    "shared_record",
    SharedRecord,
    (
        Act(
            code="share",
            label="共享",
            sources=(_R.PENDING,),
            target=_R.SHARED,
            when=_stands_alone,
            who=_shares,
            confirm="共享后目录所列的接收部门都能看到内容和附件，不能收回。",
            style="primary",
        ),
        Act(
            code="complete",
            label="补充内容",
            sources=(_R.PENDING,),
            when=_stands_alone,
            who=_provider_clerk,
            form="clues:shared-record-complete",
        ),
        Act(
            code="cancel",
            label="不予共享",
            sources=(_R.PENDING,),
            target=_R.CANCELLED,
            when=_stands_alone,
            who=_provider_head,
            reason=True,
            reason_label="不予共享的理由",
            style="danger",
        ),
        Act(
            code="read",
            label="阅收",
            sources=(_R.SHARED,),
            who=_receives,
            style="primary",
        ),
    ),
    stages=RECORD_STAGES,
)


def _requester_clerk(actor: Actor, request: SharingRequest) -> bool:
    return clerk(actor, request, request.requester_id)


def _requester_head(actor: Actor, request: SharingRequest) -> bool:
    return head(actor, request, request.requester_id)


def _requester(request: SharingRequest) -> int:
    return request.requester_id


REQUEST_STAGES: Stages[SharingRequest] = Stages(
    "share",
    {
        _Q.REVIEW: Stage(
            owner=_requester,
            waits="签发信息申请",
            clock=rules.SIGN_DUE,
            for_head=lambda _: True,
            internal=True,
        ),
        _Q.SENT: Stage(
            owner=_provider,
            sender=_requester,
            waits="答复信息申请",
            clock=rules.REQUEST_DUE,
            since=lambda request: request.signed_at,
        ),
        # Counted from the same moment: a proposal buys no time.
        _Q.PROPOSED: Stage(
            owner=_provider,
            sender=_requester,
            waits="签发信息申请的答复",
            clock=rules.REQUEST_DUE,
            since=lambda request: request.signed_at,
            for_head=lambda _: True,
        ),
    },
)

REQUEST_ACTS: StagedActs[SharingRequest] = StagedActs(
    "sharing_request",
    SharingRequest,
    (
        Act(
            code="sign",
            label="签发",
            sources=(_Q.REVIEW,),
            target=_Q.SENT,
            who=_requester_head,
            confirm="签发后以部门名义发给对方部门。",
            style="primary",
        ),
        Act(
            code="propose",
            label="拟答复",
            sources=(_Q.SENT,),
            target=_Q.PROPOSED,
            who=_provider_clerk,
            form="clues:sharing-request-propose",
            style="primary",
        ),
        Act(
            code="approve",
            label="签发答复",
            sources=(_Q.PROPOSED,),
            who=_provider_head,
            confirm="签发后对方部门看到答复和所提供的信息。",
            style="primary",
        ),
        Act(
            code="reject",
            label="退回修改",
            sources=(_Q.PROPOSED,),
            target=_Q.SENT,
            who=_provider_head,
            reason=True,
            reason_label="修改意见",
        ),
        Act(
            code="withdraw",
            label="撤回申请",
            sources=(_Q.REVIEW, _Q.SENT),
            target=_Q.WITHDRAWN,
            who=_requester_clerk,
            reason=True,
            reason_label="撤回理由",
        ),
    ),
    stages=REQUEST_STAGES,
)
