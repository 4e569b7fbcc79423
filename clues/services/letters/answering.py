"""Answering a letter: supplements, more time, the draft and the signature of the answer (L8)."""

from __future__ import annotations

from django.db import transaction

from clues.acts.letters import LETTER_ACTS, coordinates_answer
from clues.models import Referral, Stop
from clues.rules import kinds as rules
from clues.services.letters.checks import missing_evidence
from clues.services.letters.sending import sign
from clues.services.uploads import LabelledFiles, keep_labelled
from clues.stages import close_side, main_stop, open_side
from departments.profile import number
from records import clock, deadlines, evidence, trail
from records.actor import Actor
from records.errors import Refused

SUPPLEMENT = "supplement"
"""The code of the side stop at which the sender supplements."""

SUPPLEMENT_LABEL = "补充材料"
OUTSIDE_LABEL = "对方复函"
ANSWER_FILES = "答复材料"
ANSWER_MOST = 10_000


def propose(
    actor: Actor, pk: int, answer: str, text: str, files: LabelledFiles | None = None
) -> Referral:
    """Draft the answer, or draft it anew; the head signs it.

    ``answer`` is one that the kind allows; what must be attached to it may come with ``files`` or
    have been attached before. Raises ``Refused`` with the field.
    """
    with LETTER_ACTS.take(actor, "draft-answer", pk) as letter:
        _set_answer(letter, answer, text)
        keep_labelled(actor, letter, files or {})
        _check_evidence(letter)
        letter.answer_proposed = True
    return letter


def reject_answer(actor: Actor, pk: int, opinion: str) -> Referral:
    """The head gives the drafted answer back to be changed."""
    with LETTER_ACTS.take(actor, "reject-answer", pk, opinion=opinion) as letter:
        letter.answer_proposed = False
    return letter


@transaction.atomic
def answer(actor: Actor, pk: int, opinion: str = "") -> Referral:
    """Sign the drafted answer in the department's name.

    A decision that must be copied back (``Kind.copies_back``, T 4) goes to the sender and to
    those concerned by a letter of its own, signed with the answer.
    """
    with LETTER_ACTS.take(actor, "answer", pk, opinion=opinion) as letter:
        _check_evidence(letter)
        letter.answer_proposed = False
        letter.answered_at, letter.answered_by = clock.now(), actor.name
    if letter.spec.copies_back and letter.answer in letter.spec.answer_evidence:
        _copy_back(actor, letter)
    return letter


def enter_answer(
    actor: Actor, pk: int, answer: str, text: str, files: LabelledFiles | None = None
) -> Referral:
    """Enter the answer of somebody outside the platform, with their letter as a file."""
    with LETTER_ACTS.take(actor, "enter-answer", pk) as letter:
        _set_answer(letter, answer, text)
        keep_labelled(actor, letter, files or {})
        if missing_evidence(letter, [OUTSIDE_LABEL]):
            raise Refused(f"请上传{OUTSIDE_LABEL}的扫描件。", field="files")
        letter.answered_at, letter.answered_by = clock.now(), letter.outside[:60]
    return letter


def ask(actor: Actor, pk: int, opinion: str) -> Referral:
    """Ask the sender for what is missing; meanwhile the clock of the answer stands still, and an
    answer that was drafted is not before the head any more."""
    with LETTER_ACTS.take(actor, "ask", pk, opinion=opinion) as letter:
        letter.answer_proposed = False
        deadlines.pause(actor, _clock(letter), f"等待来函部门补充材料：{opinion.strip()}")
        open_side(
            actor,
            letter,
            SUPPLEMENT,
            kind="letter",
            waits="补充材料",
            department_id=letter.sender_id,
            clock=rules.SUPPLEMENT_DUE,
            sender_id=letter.to_id,
        )
    return letter


def supplement(actor: Actor, pk: int, text: str, files: LabelledFiles | None = None) -> Referral:
    """The sender supplements: in words, with files, or both; the clock of the answer runs on."""
    if not text.strip() and not any((files or {}).values()):
        raise Refused("请填写补充说明或上传补充材料。", field="text")
    with LETTER_ACTS.take(actor, "supplement", pk, opinion=text) as letter:
        keep_labelled(actor, letter, files or {})
        _run_on(actor, letter, "来函部门已补充材料")
    return letter


def go_on(actor: Actor, pk: int, opinion: str) -> Referral:
    """The addressee goes on without waiting for the supplement."""
    with LETTER_ACTS.take(actor, "go-on", pk, opinion=opinion) as letter:
        _run_on(actor, letter, opinion)
    return letter


def extend(actor: Actor, pk: int, amount: int, opinion: str) -> Referral:
    """Give more time for the answer, in working days.

    The head who answers does it once, by at most ``EXTENSION_MOST`` of the region; the
    coordination office as often and as long as it sees fit. Raises ``Refused``.
    """
    with LETTER_ACTS.take(actor, "extend", pk, opinion=opinion) as letter:
        most = number(letter.region_code, rules.EXTENSION_MOST)
        if amount > most and not coordinates_answer(actor, letter):
            raise Refused(
                f"部门负责人一次最多延长 {most} 个工作日；需要更长时间的，请综合协调组延长。",
                field="amount",
            )
        deadlines.extend(actor, _clock(letter), amount, opinion)
    return letter


def pause(actor: Actor, pk: int, opinion: str) -> Referral:
    """The head stops the clock of the answer, with the reason."""
    with LETTER_ACTS.take(actor, "pause", pk, opinion=opinion) as letter:
        deadlines.pause(actor, _clock(letter), opinion)
    return letter


def resume(actor: Actor, pk: int, opinion: str) -> Referral:
    """The head lets the clock run again."""
    with LETTER_ACTS.take(actor, "resume", pk, opinion=opinion) as letter:
        deadlines.resume(actor, _clock(letter), opinion)
    return letter


def _clock(letter: Referral) -> int:
    stop: Stop | None = main_stop(letter)
    if stop is None or stop.deadline_id is None:
        raise Refused("该函件没有正在计算的期限。")
    return stop.deadline_id


def _run_on(actor: Actor, letter: Referral, reason: str) -> None:
    close_side(actor, letter, SUPPLEMENT)
    deadlines.resume(actor, _clock(letter), reason)


def _set_answer(letter: Referral, answer: str, text: str) -> None:
    if answer not in letter.spec.answers:
        raise Refused(f"{letter.spec.label}没有这种答复，请从列表中选择。", field="answer")
    if not text.strip():
        raise Refused("请填写答复内容。", field="text")
    if len(text.strip()) > ANSWER_MOST:
        raise Refused(f"答复内容不能超过 {ANSWER_MOST} 字。", field="text")
    letter.answer, letter.answer_text = answer, text.strip()


def _check_evidence(letter: Referral) -> None:
    label = letter.spec.answer_evidence.get(letter.answer)
    if label and missing_evidence(letter, [label]):
        raise Refused(f"答复“{letter.answer_label}”必须附上{label}。", field="files")


def _copy_back(actor: Actor, letter: Referral) -> None:
    """Send the decision to the sender (and the copies by rule) by a letter of its own."""
    licenser = letter.to
    if licenser is None:
        return
    kind = rules.KINDS[letter.spec.copies_back]
    label = letter.spec.answer_evidence[letter.answer]
    subject = f"{letter.subject}：" if letter.subject else ""
    copy = Referral.objects.create(
        region_code=licenser.region.code,
        confidential=letter.confidential,
        kind=kind.code,
        state=Referral.State.REVIEW,
        title=f"关于抄告{label}的函（{letter.number}）"[:100],
        body=f"贵单位《{letter.title}》（{letter.number}）收悉。{subject}{letter.answer_label}。\n"
        f"{letter.answer_text}\n现将{label}抄告贵单位。"[:10_000],
        clue=letter.clue,
        subject=letter.subject,
        sender=licenser,
        to=letter.sender,
        answers_to=letter,
        drafted_by_id=actor.user_id,
    )
    trail.record(actor, "letter.draft", f"拟{kind.label}", copy)
    for found in evidence.of(letter).filter(label=label):
        with evidence.path_of(found.sha256).open("rb") as content:
            evidence.keep(actor, copy, content, found.name, label=label)
    sign(actor, copy.pk)
