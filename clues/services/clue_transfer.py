"""From the first receiver to the handling department: talk, letter, receipt, return, supplement."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from clues.acts.clue import prepared_letter, supplier, transfer_letter
from clues.models import Clue, Referral
from clues.rules import clue as rules
from clues.services.clue_steps import (
    LED_BY_THE_HOLDER,
    close_sides,
    must_have_ended,
    owe_telling,
    settle_letters,
    step,
)
from clues.services.knowledge import concern, name_heads
from clues.services.letters import led
from clues.services.uploads import Files, keep_files
from clues.stages import entrust, main_stop, open_side, relieve_sides
from departments.models import Department
from records import clock, deadlines, evidence
from records.actor import Actor
from records.errors import Conflict, Refused

EVIDENCE_LABEL = "证据材料"


def talk(
    actor: Actor, pk: int, *, department: Department, talked_at: dt.datetime, note: str
) -> Clue:
    """Record that the other side was talked to; from then the limit to transfer runs (T 9).

    Raises ``Refused`` for a talk with oneself, in the future, or before the clue was received.
    """
    with transaction.atomic():
        with step(actor, "talk", pk) as clue:
            if department.pk == clue.holder_id:
                raise Refused("沟通对象不能是本部门。", field="department")
            _must_be_local(clue, department)
            _check_talk(clue, talked_at, note)
            clue.talked_with, clue.talked_at, clue.talk_note = department, talked_at, note.strip()
            clue.handler_id = actor.user_id
        entrust(clue, actor.user_id)
    return clue


def _check_talk(clue: Clue, talked_at: dt.datetime, note: str) -> None:
    if talked_at > clock.now():
        raise Refused("沟通时间不能晚于现在。", field="talked_at")
    # People enter minutes: a talk in the minute of receipt is not before it.
    if talked_at < clue.received_at.replace(second=0, microsecond=0):
        received = timezone.localtime(clue.received_at)
        raise Refused(
            f"沟通时间不能早于线索受理时间（{received:%Y-%m-%d %H:%M}）。", field="talked_at"
        )
    if not note.strip():
        raise Refused("请填写沟通情况。", field="note")


def letter_draft(clue: Clue) -> dict[str, str]:
    """Title and body of a letter of transfer in the form that departments know; the paper adds
    addressee, indents and signature."""
    received, talked = _day(clue.received_at), _day(clue.talked_at)
    risk = f"\n证据灭失风险：{clue.evidence_at_risk}" if clue.evidence_at_risk else ""
    about = f"，涉及“{clue.subject_name}”" if clue.subject_name else ""
    body = (
        f"{received}，我单位收到一件线索（编号：{clue.number}，来源："
        f"{clue.get_channel_display()}）{about}。反映的主要内容如下：\n"
        f"{clue.content}\n"
        f"经研判，并于{talked}与你单位沟通（{clue.talk_note.rstrip('。')}），该线索所涉事项属于你单位"
        "职责范围。现将线索及证据材料移送你单位，请依法核查处理，并在办结后将结果答复反映人。"
        f"证据材料随线索在平台查阅。{risk}"
    )
    return {"title": f"关于移送“{clue.title[:80]}”线索的函", "body": body}


def add_evidence(actor: Actor, pk: int, *, files: Files) -> Clue:
    """Keep what the holder gathered with the clue. Raises ``Refused`` without a file."""
    with step(actor, "add-evidence", pk) as clue:
        if not files:
            raise Refused("请选择要上传的材料。", field="files")
        keep_files(actor, clue, files, EVIDENCE_LABEL)
    return clue


def prepare(actor: Actor, pk: int, *, title: str, body: str, files: Files) -> Clue:
    """Put the letter of transfer before the head. Evidence must be attached, with the clue or
    now (T 9). Raises ``Refused`` otherwise."""
    with step(actor, "prepare", pk) as clue:
        keep_files(actor, clue, files, EVIDENCE_LABEL)
        if not evidence.of(clue).exists():
            raise Refused("移送线索必须附证据材料，请至少上传一份。", field="files")
        if not title.strip() or not body.strip():
            raise Refused("请填写移送函的标题和正文。", field="body" if title.strip() else "title")
        led.prepare(
            actor,
            clue,
            kind="clue_transfer",
            sender=clue.holder,
            to=clue.talked_with,
            title=title.strip(),
            body=body.strip(),
            clue=clue,
            subject=clue.subject,
        )
    return clue


def unprepare(actor: Actor, pk: int, opinion: str) -> Clue:
    """Take the prepared letter back, to write it anew or to handle the clue after all."""
    with step(actor, "unprepare", pk, opinion) as clue:
        led.mark(actor, _prepared(clue), Referral.State.WITHDRAWN, text=opinion)
    return clue


def transfer(actor: Actor, pk: int, opinion: str = "") -> Clue:
    """Sign the letter: the clue goes to the addressee in the department's name (T 9), and the
    sender owes it to the complainant to say so (T 8)."""
    with step(actor, "transfer", pk, opinion) as clue:
        sender_id = clue.holder_id
        letter = led.sign(actor, _prepared(clue))
        if letter.to is None:
            raise Refused("移送函没有收函部门。", field="to")
        clue.holder = letter.to
        clue.handler = None
        owe_telling(actor, clue, sender_id)
    return clue


def receive(actor: Actor, pk: int, opinion: str = "") -> Clue:
    """The addressee takes the clue in; from now the limit to handle it runs."""
    with transaction.atomic():
        with step(actor, "receive", pk, opinion) as clue:
            led.mark(actor, _sent(clue), Referral.State.RECEIVED)
            clue.handler_id = actor.user_id
        entrust(clue, actor.user_id)
    return clue


def send_back(actor: Actor, pk: int, opinion: str) -> Clue:
    """Return the clue to who transferred it; a department may do so once (L5)."""
    with step(actor, "return", pk, opinion) as clue:
        letter = _sent(clue)
        letter.answer_text, letter.is_return_spent = opinion.strip(), True
        led.mark(actor, letter, Referral.State.RETURNED, text=opinion)
        clue.holder = letter.sender
        clue.times_returned += 1
        relieve_sides(clue, "tell")
    return clue


def ask_supplement(actor: Actor, pk: int, opinion: str) -> Clue:
    """Ask who transferred the clue for more; meanwhile the own clock stands still, and an answer
    that was proposed is a draft again."""
    with step(actor, "ask-supplement", pk, opinion) as clue:
        clue.answer_proposed = False
        supplier_id = supplier(clue)
        if supplier_id is None:
            raise Conflict("本部门首接的线索没有可以要求补充的部门。")
        if letter := transfer_letter(clue):
            led.mark(actor, letter, Referral.State.SUPPLEMENT, text=opinion)
        stop = main_stop(clue)
        if stop is not None and stop.deadline_id is not None:
            deadlines.pause(actor, stop.deadline_id, "等待补充材料")
        open_side(
            actor,
            clue,
            "supplement",
            kind="clue",
            waits="补充线索材料",
            department_id=supplier_id,
            sender_id=clue.holder_id,
            clock=rules.SUPPLEMENT_DUE,
        )
    return clue


def supplement(actor: Actor, pk: int, *, note: str, files: Files) -> Clue:
    """Hand in what was asked for; the clock of the handling department runs on.

    Raises ``Refused`` when there is neither a file nor a word.
    """
    with step(actor, "supplement", pk, note) as clue:
        if not files and not note.strip():
            raise Refused("请上传补充材料，或说明补充情况。", field="note")
        keep_files(actor, clue, files, "补充材料")
        _run_on(actor, clue, "已补充材料")
    return clue


def go_on(actor: Actor, pk: int, opinion: str) -> Clue:
    """Handle the clue without waiting for the supplement any longer."""
    with step(actor, "go-on", pk, opinion) as clue:
        _run_on(actor, clue, opinion)
    return clue


def assign(actor: Actor, pk: int, *, department: Department, opinion: str) -> Clue:
    """The coordination office names the handling department, which may not return the clue.

    Raises ``Refused`` while a joint verification or the hand-over of a suspected crime, which
    the present holder leads, has not ended.
    """
    with step(actor, "assign", pk, opinion) as clue:
        _must_be_local(clue, department)
        must_have_ended(clue, LED_BY_THE_HOLDER, "改由其他部门办理")
        handled = clue.state in (Clue.State.HANDLING, Clue.State.SUPPLEMENT)
        if handled and department.pk == clue.holder_id:
            raise Refused(f"线索已由{department.name}办理。", field="department")
        hand_over(actor, clue, department, opinion)
    return clue


def hand_over(actor: Actor, clue: Clue, department: Department, reason: str) -> None:
    """Make a department the handling one because somebody above the parties decided so. The caller
    holds the clue locked, sets its state and saves it."""
    settle_letters(actor, clue, reason, assigned_to=department.pk)
    close_sides(actor, clue, "supplement")
    clue.holder = department
    clue.handler = None
    clue.assigned = True
    clue.answer_proposed = False
    # What the former department had drafted is not said in the new one's name.
    clue.answer, clue.outcome = "", ""
    concern(clue, department)
    if clue.confidential:
        name_heads(clue, [department])
    if department.pk == clue.receiver_id:
        relieve_sides(clue, "tell")
    else:
        owe_telling(actor, clue, clue.receiver_id)


def _run_on(actor: Actor, clue: Clue, reason: str) -> None:
    if letter := transfer_letter(clue):
        led.mark(actor, letter, Referral.State.RECEIVED, text=reason)
    stop = main_stop(clue)
    if stop is not None and stop.deadline_id is not None:
        deadlines.resume(actor, stop.deadline_id, reason)
    close_sides(actor, clue, "supplement")


def _must_be_local(clue: Clue, department: Department) -> None:
    if not department.is_active or department.region.code != clue.region_code:
        raise Refused("请选择本地区正在使用的部门。", field="department")


def _prepared(clue: Clue) -> Referral:
    letter = prepared_letter(clue)
    if letter is None:
        raise Conflict("没有待签发的移送函。请刷新页面查看最新情况。")
    return letter


def _sent(clue: Clue) -> Referral:
    letter = transfer_letter(clue)
    if letter is None:
        raise Conflict("没有移送本线索的函。请刷新页面查看最新情况。")
    return letter


def _day(moment: dt.datetime | None) -> str:
    if moment is None:
        return ""
    day = timezone.localtime(moment)
    return f"{day.year}年{day.month}月{day.day}日"
