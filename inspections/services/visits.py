"""What inspectors do on site, from checking in to sending the record (I9, I11).

Every function takes the ``key`` that the phone made for this one send: the same key again does
nothing and answers with what is there, so that a send may be repeated when its answer was lost.
Without a key the natural uniqueness (one check-in, one signature, the same photo) does the same.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import uuid
from decimal import Decimal
from typing import BinaryIO

from django.db import IntegrityError, transaction

from inspections.acts.tasks import JOINT_TASK_ACTS, TASK_PART_ACTS, goes_with
from inspections.models import (
    CheckIn,
    Inspector,
    JointTask,
    PhoneReceipt,
    Result,
    Signature,
    TaskItem,
    TaskPart,
)
from inspections.services.results import start_publication_clock
from inspections.services.tasks import lock_task_of
from records import clock, evidence, trail
from records.actor import Actor
from records.acts import refuse_long
from records.errors import Conflict, Refused
from records.models import Evidence

MAX_SIGNATURE_BYTES = 512 * 1024
LONGEST_NAME = 60
_PNG_PREFIX = "data:image/png;base64,"


def check_in(
    actor: Actor,
    task_id: int,
    latitude: Decimal | None = None,
    longitude: Decimal | None = None,
    reason: str = "",
    key: str = "",
) -> CheckIn:
    """Arrive at the place, as an inspector assigned to a notified visit; the first starts it.

    On another day than the agreed one a ``reason`` is needed. Raises ``NotAllowed`` for whoever is
    not assigned, ``Conflict`` before the notice is signed or after the visit, ``Refused`` when
    the licence is not valid today or the place is none on earth.
    """
    with transaction.atomic():
        task = JointTask.objects.select_for_update(of=("self",)).filter(pk=task_id).first()
        if task is None:
            raise Refused("检查任务不存在。", code="not_found")
        before = CheckIn.objects.filter(task=task, inspector__user=actor.user_id).first()
        if before is not None:
            return before
        today = clock.today()
        with JOINT_TASK_ACTS.take(actor, "check-in", task_id, opinion=reason) as locked:
            inspector = Inspector.objects.get(user=actor.user_id)
            if not inspector.valid_from <= today <= inspector.valid_until:
                raise Refused(f"您的执法证（{inspector.licence}）今天不在有效期内，不能参加检查。")
            if locked.visit_on != today and not reason.strip():
                raise Refused(
                    f"约定的检查日期是 {locked.visit_on}，今天到场须写明理由。", field="reason"
                )
            _check_place(latitude, longitude)
            _first_time(actor, key)
            arrival = CheckIn.objects.create(
                task=locked, inspector=inspector, latitude=latitude, longitude=longitude
            )
    return arrival


def record_item(
    actor: Actor, task_item_id: int, outcome: str, note: str = "", key: str = ""
) -> TaskItem:
    """Write down what was found on one item; may be changed until somebody has signed.

    Raises ``Refused`` when nothing is chosen, or a problem is not described; ``Conflict`` when
    too few officers are there, or the record is signed already.
    """
    with transaction.atomic():
        item, inspector = _open_item(actor, task_item_id)
        note = note.strip()
        if outcome not in TaskItem.Outcome.values:
            raise Refused("请选择检查情况。", field="outcome")
        if outcome == TaskItem.Outcome.PROBLEM and not note:
            raise Refused("发现问题的，须写明具体情况。", field="note")
        if (item.outcome, item.note) == (outcome, note) or not _first_time(actor, key):
            return item
        before = {"outcome": item.outcome, "note": item.note}
        item.outcome = outcome
        item.note = note
        item.recorded_at = clock.now()
        item.recorded_by = inspector
        item.save()
        trail.record(
            actor,
            "task-part.record",
            f"记录检查情况：{item.title}",
            item.part,
            before=before,
            after={"item": item.pk, "outcome": outcome, "note": note},
        )
    return item


def add_photo(actor: Actor, task_item_id: int, content: BinaryIO, name: str) -> Evidence:
    """Keep a photo with an item; the same photo of the same item is kept once.

    Raises ``Refused`` for what is no photo, empty or too large, and as ``record_item``.
    """
    with transaction.atomic():
        item, _ = _open_item(actor, task_item_id)
        digest = _digest(content)
        same = evidence.of(item.part).filter(label=item.photo_label, sha256=digest).first()
        if same is not None:
            return same
        return evidence.keep(
            actor,
            item.part,
            content,
            name,
            label=item.photo_label,
            allowed=evidence.IMAGE_TYPES,
        )


def sign(actor: Actor, part_id: int, image: str, key: str = "") -> Signature:
    """Sign the record of one's part, as an inspector who is there.

    ``image`` is a PNG data URL. Raises ``Refused`` while items are missing or the picture is
    none.
    """
    with transaction.atomic():
        part, inspector = _complete_part(actor, part_id)
        before = part.signatures.filter(inspector=inspector).first()
        if before is not None or not _first_time(actor, key):
            return _still_there(before)
        signature = Signature.objects.create(
            part=part,
            side=Signature.Side.INSPECTOR,
            signer=inspector.name,
            inspector=inspector,
            image=_keep_signature(actor, part, image, inspector.name),
        )
        trail.record(actor, "task-part.sign", "检查人员签名", part)
    return signature


def sign_subject(
    actor: Actor,
    part_id: int,
    signer: str,
    image: str = "",
    refused_reason: str = "",
    key: str = "",
) -> Signature:
    """Take the signature of the other side, or write down why it is missing."""
    with transaction.atomic():
        part, _ = _complete_part(actor, part_id)
        before = part.signatures.filter(side=Signature.Side.SUBJECT).first()
        if before is not None or not _first_time(actor, key):
            return _still_there(before)
        signer, refused_reason = signer.strip(), refused_reason.strip()
        if not signer:
            raise Refused("请填写被检查方在场人员的姓名。", field="signer")
        if len(signer) > LONGEST_NAME:
            raise Refused(f"在场人员姓名不能超过 {LONGEST_NAME} 个字。", field="signer")
        refuse_long(refused_reason, "拒绝签名的情况", "refused_reason")
        if not image and not refused_reason:
            raise Refused("请由被检查方签名，或写明拒绝签名的情况。", field="refused_reason")
        kept = None if refused_reason else _keep_signature(actor, part, image, signer)
        signature = Signature.objects.create(
            part=part,
            side=Signature.Side.SUBJECT,
            signer=signer,
            image=kept,
            refused_reason=refused_reason,
        )
        label = "被检查方拒绝签名" if refused_reason else "被检查方签名"
        trail.record(
            actor,
            "task-part.sign-subject",
            label,
            part,
            opinion=refused_reason,
            after={"signer": signer},
        )
    return signature


def reopen(actor: Actor, part_id: int, reason: str) -> TaskPart:
    """Take back the signatures under a part's record, so that it can be put right."""
    with transaction.atomic():
        lock_task_of(part_id)
        with TASK_PART_ACTS.take(actor, "reopen", part_id, opinion=reason) as part:
            taken_back, _ = part.signatures.all().delete()
            if not taken_back:
                raise Conflict("检查记录还没有人签名，可以直接修改。")
    return part


def submit_part(actor: Actor, part_id: int, key: str = "") -> TaskPart:
    """Send the record of one's department: it is final, its result is to be entered, and the
    clock of publication runs (I12). The last part makes the task ``checked``.

    Raises ``Refused`` with everything that is missing. Sent before, it answers with the part.
    """
    with transaction.atomic():
        task = lock_task_of(part_id)
        known = TaskPart.objects.get(pk=part_id)
        if known.state == TaskPart.State.SUBMITTED and goes_with(actor, known):
            return known
        with TASK_PART_ACTS.take(actor, "submit", part_id) as part:
            if missing := missing_for_submission(part):
                raise Refused("还不能提交：" + "；".join(missing) + "。")
            _first_time(actor, key)
            part.submitted_at = clock.now()
        start_publication_clock(actor, Result.objects.create(part=part))
        if not task.parts.exclude(state=TaskPart.State.SUBMITTED).exists():
            task.state = JointTask.State.CHECKED
            task.save(update_fields=("state",))
            trail.record(actor, "task.checked", "各部门现场检查全部完成", task)
    return part


def missing_for_submission(part: TaskPart) -> list[str]:
    """What a part still lacks before it can be submitted, in words."""
    missing = []
    open_items = part.items.filter(outcome="").count()
    if open_items:
        missing.append(f"还有 {open_items} 项没有记录")
    signatures = list(part.signatures.all())
    signed = sum(row.side == Signature.Side.INSPECTOR for row in signatures)
    needed = part.task.officers_per_visit
    if signed < needed:
        missing.append(f"检查人员签名 {signed} 人，至少 {needed} 人")
    if not any(row.side == Signature.Side.SUBJECT for row in signatures):
        missing.append("缺被检查方签名或拒签说明")
    return missing


def officers_missing(part: TaskPart) -> int:
    """How many more officers of the department have to check in before the items open."""
    there = CheckIn.objects.filter(task_id=part.task_id, inspector__in=part.officers.all()).count()
    return max(part.task.officers_per_visit - there, 0)


def _open_item(actor: Actor, task_item_id: int) -> tuple[TaskItem, Inspector]:
    item = TaskItem.objects.filter(pk=task_item_id).first()
    if item is None:
        raise Refused("检查事项不存在。", code="not_found")
    part, inspector = _part_on_site(actor, "record", item.part_id)
    if part.signatures.exists():
        raise Conflict("检查记录已有人签名，不能再改。需要修改的，请先撤回签名。")
    item = TaskItem.objects.get(pk=task_item_id)
    item.part = part
    return item, inspector


def _complete_part(actor: Actor, part_id: int) -> tuple[TaskPart, Inspector]:
    part, inspector = _part_on_site(actor, "sign", part_id)
    open_items = part.items.filter(outcome="").count()
    if open_items:
        raise Refused(f"还有 {open_items} 项没有记录，记录完整后才能签名。")
    return part, inspector


def _part_on_site(actor: Actor, code: str, part_id: int) -> tuple[TaskPart, Inspector]:
    """Lock a part and see that the person works on it now, with enough colleagues there."""
    part = (
        TaskPart.objects.select_for_update(of=("self",))
        .select_related("task__item", "task__region", "task__subject", "department")
        .filter(pk=part_id)
        .first()
    )
    if part is None:
        raise Refused("部门检查任务不存在。", code="not_found")
    waits = part.task.may_be_entered and part.task.state != JointTask.State.IN_PROGRESS
    if goes_with(actor, part) and waits:
        raise Conflict("请先到场签到。")
    TASK_PART_ACTS.check(actor, code, part)
    inspector = Inspector.objects.get(user=actor.user_id)
    if not CheckIn.objects.filter(task=part.task, inspector=inspector).exists():
        raise Conflict("请先到场签到。")
    if missing := officers_missing(part):
        raise Conflict(f"本部门还须有 {missing} 名执法人员到场签到，才能开始检查。")
    return part, inspector


def _first_time(actor: Actor, key: str) -> bool:
    """Note a send by its key; False when it was carried out before. No key is always first."""
    if not key or actor.user_id is None:
        return True
    try:
        number_of_send = uuid.UUID(key)
    except ValueError as error:
        raise Refused("发送编号无效，请刷新页面后重试。") from error
    try:
        with transaction.atomic():
            PhoneReceipt.objects.create(user_id=actor.user_id, key=number_of_send)
    except IntegrityError:
        return False
    return True


def _still_there(signature: Signature | None) -> Signature:
    if signature is None:
        raise Conflict("这次签名已被撤回，请重新签名。")
    return signature


def _keep_signature(actor: Actor, part: TaskPart, image: str, signer: str) -> Evidence:
    try:
        if not image.startswith(_PNG_PREFIX):
            raise ValueError(image[:30])
        content = base64.b64decode(image.removeprefix(_PNG_PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused("没有收到签名，请重新签名。", field="image") from error
    return evidence.keep(
        actor,
        part,
        io.BytesIO(content),
        f"{signer}签名.png",
        label=f"签名 {signer}",
        allowed=frozenset({"image/png"}),
        max_bytes=MAX_SIGNATURE_BYTES,
    )


def _digest(content: BinaryIO) -> str:
    digest = hashlib.sha256()
    while chunk := content.read(1024 * 1024):
        digest.update(chunk)
    content.seek(0)
    return digest.hexdigest()


def _check_place(latitude: Decimal | None, longitude: Decimal | None) -> None:
    if (latitude is None) != (longitude is None):
        raise Refused("位置不完整，请重新定位。")
    if latitude is None or longitude is None:
        return
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise Refused("位置超出范围，请重新定位。")
