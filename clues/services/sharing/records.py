"""Shared records: registered on the day something was made or received, shared within the limit,
read by each receiver."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping

from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction

from clues.acts.sharing import RECORD_ACTS, RECORD_STAGES, read_stop
from clues.models import Clue, Referral, SharedRecord, ShareReceipt, SharingEntry
from clues.rules.sharing import READ_DUE
from clues.services.knowledge import concern, name_heads
from clues.services.letters import led
from clues.services.uploads import Files, keep_files
from clues.stages import close_side, hold_clue, open_side
from departments.actors import is_clerk_of
from departments.models import Department
from records import clock, trail
from records.actor import SYSTEM, Actor
from records.errors import Conflict, NotAllowed, Refused


@transaction.atomic
def register(
    actor: Actor,
    entry_id: int,
    *,
    title: str,
    content: str,
    event_on: dt.date,
    clue_id: int | None = None,
    files: Files = (),
) -> SharedRecord:
    """Register information of one's own department that the catalogue says is to be shared; the
    limit runs from ``event_on``, the day it was made or received.

    The same form sent twice gives the same record. Raises ``Refused`` naming the field,
    ``NotAllowed`` for other departments.
    """
    if clue_id is not None:
        hold_clue(clue_id)
    entry = _locked_entry(actor, entry_id)
    clue = _clue(actor, entry, clue_id)
    title, content = title.strip(), content.strip()
    if event_on > clock.today():
        raise Refused("形成或者收到的日期不能晚于今天。", field="event_on")
    for field, value in (("title", title), ("content", content)):
        if not value:
            raise Refused("请填写此项。", field=field)
    same = SharedRecord.objects.visible_to(actor).filter(
        entry=entry,
        title=title,
        content=content,
        event_on=event_on,
        clue=clue,
        state=SharedRecord.State.PENDING,
    )
    present: SharedRecord | None = same.first()
    if present is not None:
        return present
    record = SharedRecord.objects.create(
        region_code=entry.region_code,
        confidential=clue is not None and clue.confidential,
        entry=entry,
        provider_id=entry.provider_id,
        clue=clue,
        title=title,
        content=content,
        event_on=event_on,
    )
    RECORD_STAGES.enter(actor, record)
    trail.record(actor, "shared_record.register", "登记共享信息", record)
    keep_files(actor, record, files)
    return record


@transaction.atomic
def register_from(
    entry: SharingEntry, source: models.Model, *, title: str, content: str, event_on: dt.date
) -> SharedRecord:
    """Register what the platform itself saw come about; once per entry and source."""
    record, created = SharedRecord.objects.get_or_create(
        entry=entry,
        source_type=ContentType.objects.get_for_model(source),
        source_id=source.pk,
        defaults={
            "region_code": entry.region_code,
            "provider_id": entry.provider_id,
            "title": title[:100],
            "content": content,
            "event_on": event_on,
        },
    )
    if created:
        RECORD_STAGES.enter(SYSTEM, record)
        trail.record(SYSTEM, "shared_record.register", "自动登记共享信息", record)
    return record


def complete(actor: Actor, pk: int, content: str, files: Files = ()) -> SharedRecord:
    """Put the content of a record right and add files before it is shared."""
    if not content.strip():
        raise Refused("请填写此项。", field="content")
    with RECORD_ACTS.take(actor, "complete", pk) as record:
        record.content = content.strip()
        keep_files(actor, record, files)
    return record


def share(actor: Actor, pk: int, opinion: str = "") -> SharedRecord:
    """Give the record to every department in the scope of its entry.

    Departments named one by one owe reading it; where the scope is all departments of the region
    it lies there for whoever needs it. By letter, each gets one.
    """
    with RECORD_ACTS.take(actor, "share", pk, opinion=opinion) as record:
        entry = record.entry
        if entry is None:
            raise Conflict("该信息随信息申请的答复提供。")
        if entry.for_all:
            departments = list(
                Department.objects.filter(region__code=entry.region_code, is_active=True).exclude(
                    pk=entry.provider_id
                )
            )
        else:
            departments = list(entry.receivers.filter(is_active=True))
        hand_out(actor, record, departments, owed=not entry.for_all)
        if entry.way == SharingEntry.Way.LETTER:
            for department in departments:
                led.send(
                    actor,
                    record,
                    kind="share",
                    sender=record.provider,
                    to=department,
                    title=record.title,
                    body=record.content,
                    clue=record.clue,
                )
    return record


def hand_out(
    actor: Actor, record: SharedRecord, departments: Iterable[Department], *, owed: bool
) -> None:
    """Let departments see a record from now on; ``owed``: they must say that they read it.

    Call it inside the act that shares the record.
    """
    given = list(departments)
    if not given:
        raise Refused("目录中没有可以接收的部门，请先编制目录的新版本。")
    ShareReceipt.objects.bulk_create(
        (ShareReceipt(record=record, department=department) for department in given),
        ignore_conflicts=True,
    )
    record.shared_at = clock.now()
    record.shared_by = actor.name
    if record.clue is not None:
        if record.confidential:
            name_heads(record.clue, given)
        concern(record.clue, *given)
    if not owed:
        return
    for department in given:
        open_side(
            actor,
            record,
            read_stop(department.pk),
            kind="share",
            waits="阅收共享信息",
            department_id=department.pk,
            sender_id=record.provider_id,
            clock=READ_DUE,
        )


def read(actor: Actor, pk: int, opinion: str = "") -> SharedRecord:
    """Say in the name of one's department that the record was read; once per department."""
    with RECORD_ACTS.take(actor, "read", pk, opinion=opinion) as record:
        receipt = next(
            each for each in record.receipts.all() if each.department_id == actor.department_id
        )
        if receipt.read_at is not None:
            raise Conflict(f"{receipt.read_by}已经阅收。")
        receipt.read_at = clock.now()
        receipt.read_by = actor.name
        receipt.save(update_fields=("read_at", "read_by"))
        close_side(actor, record, read_stop(receipt.department_id))
        letter = Referral.objects.filter(
            kind="share",
            cause_type=ContentType.objects.get_for_model(SharedRecord),
            cause_id=record.pk,
            to_id=actor.department_id,
        ).first()
        if letter is not None:
            led.mark(actor, letter, Referral.State.NOTED)
    return record


def cancel(actor: Actor, pk: int, opinion: str) -> SharedRecord:
    """The head decides with a reason that the information is not shared."""
    with RECORD_ACTS.take(actor, "cancel", pk, opinion=opinion) as record:
        pass
    return record


HANDLERS: Mapping[str, Callable[[Actor, int, str], SharedRecord]] = {
    "share": share,
    "cancel": cancel,
    "read": read,
}


def _locked_entry(actor: Actor, entry_id: int) -> SharingEntry:
    visible = SharingEntry.objects.visible_to(actor).filter(pk=entry_id)
    locked = SharingEntry.objects.select_for_update().filter(pk__in=visible.values("pk"))
    entry: SharingEntry | None = locked.first()
    if entry is None:
        raise Refused("共享目录不存在。", field="entry")
    if not is_clerk_of(actor, entry.provider_id):
        raise NotAllowed(
            "只有提供部门的经办人可以登记共享信息。", verb="shared_record.register", target=entry
        )
    if entry.state != SharingEntry.State.CURRENT:
        raise Refused("该目录不是有效版本，不能登记。", field="entry")
    if entry.way == SharingEntry.Way.ADAPTER:
        raise Refused("该目录通过基础库接口共享，不用逐条登记。", field="entry")
    return entry


def _clue(actor: Actor, entry: SharingEntry, clue_id: int | None) -> Clue | None:
    if clue_id is None:
        return None
    clue: Clue | None = Clue.objects.visible_to(actor).filter(pk=clue_id).first()
    if clue is None:
        raise Refused("没有找到这条线索。", field="clue")
    if clue.confidential and entry.for_all:
        raise Refused("保密线索的信息只能共享给逐个指定的部门。", field="clue")
    return clue
