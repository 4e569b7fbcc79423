"""A department asks another for information outside the catalogue; both heads sign."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.db import transaction

from clues.acts.sharing import REQUEST_ACTS, REQUEST_STAGES
from clues.models import SharedRecord, SharingRequest
from clues.services.sharing.records import hand_out
from clues.services.uploads import Files, keep_files
from departments.actors import is_clerk_of
from departments.models import Department
from records import clock, trail
from records.actor import Actor
from records.errors import NotAllowed, Refused


@transaction.atomic
def create(
    actor: Actor, provider_id: int, *, title: str, purpose: str, basis: str, content: str
) -> SharingRequest:
    """Put a request before one's own head. The same form sent twice gives the same request.

    Raises ``NotAllowed`` unless a clerk or head, ``Refused`` naming the field.
    """
    if actor.department_id is None or not is_clerk_of(actor, actor.department_id):
        raise NotAllowed("只有部门经办人可以申请共享信息。", verb="sharing_request.create")
    Department.objects.select_for_update(no_key=True).get(pk=actor.department_id)
    provider = Department.objects.filter(
        pk=provider_id, region__code=actor.region_code, is_active=True
    ).first()
    if provider is None or provider.pk == actor.department_id:
        raise Refused("请选择本地区的其他部门。", field="provider")
    values = {
        "title": title.strip(),
        "purpose": purpose.strip(),
        "basis": basis.strip(),
        "content": content.strip(),
    }
    for field, value in values.items():
        if not value:
            raise Refused("请填写此项。", field=field)
    request, created = SharingRequest.objects.get_or_create(
        requester_id=actor.department_id,
        provider=provider,
        state=SharingRequest.State.REVIEW,
        **values,
        defaults={"region_code": actor.region_code, "drafted_by_id": actor.user_id},
    )
    if created:
        REQUEST_STAGES.enter(actor, request)
        trail.record(actor, "sharing_request.create", "拟信息共享申请", request)
    return request


def sign(actor: Actor, pk: int, opinion: str = "") -> SharingRequest:
    """The head sends the request in the department's name."""
    with REQUEST_ACTS.take(actor, "sign", pk, opinion=opinion) as request:
        request.signed_at = clock.now()
        request.signed_by = actor.name
    return request


def propose(
    actor: Actor,
    pk: int,
    *,
    grants: bool,
    answer: str,
    content: str = "",
    files: Files = (),
) -> SharingRequest:
    """Prepare the answer: the information itself, or the reason why it is not given.

    What is prepared is kept in a record that only the provider sees until the head signs.
    """
    if not answer.strip():
        raise Refused("请填写答复。", field="answer")
    if grants and not content.strip():
        raise Refused("请填写提供的信息内容。", field="content")
    with REQUEST_ACTS.take(actor, "propose", pk) as request:
        request.grants = grants
        request.answer = answer.strip()
        if grants:
            record = _prepared(request, content.strip())
            trail.record(actor, "shared_record.prepare", "拟提供信息", record)
            keep_files(actor, record, files)
    return request


def approve(actor: Actor, pk: int, opinion: str = "") -> SharingRequest:
    """The head signs the answer; what is granted is shared with the asking department."""
    with REQUEST_ACTS.take(actor, "approve", pk, opinion=opinion) as request:
        request.answered_at = clock.now()
        request.answered_by = actor.name
        record = SharedRecord.objects.select_for_update().filter(request=request).first()
        if request.grants and record is not None:
            request.state = SharingRequest.State.PROVIDED
            record.state = SharedRecord.State.SHARED
            hand_out(actor, record, [request.requester], owed=True)
            record.save()
            trail.record(actor, "shared_record.share", "随答复提供", record)
        else:
            request.state = SharingRequest.State.DECLINED
            if record is not None:
                _give_up(actor, record, "答复不予提供")
    return request


def withdraw(actor: Actor, pk: int, opinion: str) -> SharingRequest:
    """The requester asks no more; what the provider had prepared is given up."""
    with REQUEST_ACTS.take(actor, "withdraw", pk, opinion=opinion) as request:
        record = SharedRecord.objects.select_for_update().filter(request=request).first()
        if record is not None:
            _give_up(actor, record, "申请已撤回")
    return request


HANDLERS: Mapping[str, Callable[[Actor, int, str], SharingRequest]] = {
    "sign": sign,
    "approve": approve,
    "reject": REQUEST_ACTS.plain("reject"),
    "withdraw": withdraw,
}


def _give_up(actor: Actor, record: SharedRecord, why: str) -> None:
    record.state = SharedRecord.State.CANCELLED
    record.save()
    trail.record(actor, "shared_record.cancel", why, record)


def _prepared(request: SharingRequest, content: str) -> SharedRecord:
    record, _ = SharedRecord.objects.update_or_create(
        request=request,
        defaults={
            "region_code": request.region_code,
            "provider_id": request.provider_id,
            "title": request.title,
            "content": content,
            "event_on": clock.today(),
        },
    )
    return record
