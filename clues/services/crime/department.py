"""What the department does in a hand-over of a suspected crime (L7)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from clues.acts.crime import CRIME_ACTS
from clues.acts.procedures import is_overdue
from clues.models import CrimeHandover, Referral
from clues.rules.kinds import KINDS
from clues.services.crime.clock import SUPPLEMENT, run_on
from clues.services.crime.letters import letter, letter_text, send, write
from clues.services.letters import led
from clues.services.procedures import answer, note_on_clue, put_forward, told
from clues.services.uploads import keep_files
from clues.stages import close_side
from records import clock, evidence
from records.actor import Actor
from records.errors import Refused

DOCUMENTS = KINDS["criminal_handover"].evidence
"""What goes with the letter of transfer (第六条); every one must be there before it is signed."""

GOODS_LABEL = "涉案物品移交清单"
SUPPLEMENT_LABEL = "补正材料"


def report(actor: Actor, pk: int, text: str, *, offence: str, penalties: str = "") -> CrimeHandover:
    """The case officers propose the hand-over in writing (第五条)."""
    with CRIME_ACTS.take(actor, "report", pk) as case:
        case.report = told(text, "核实报告", "report")
        case.offence = told(offence, "涉嫌罪名", "offence")
        case.penalties = penalties.strip()
        case.reported_at = clock.now()
    return case


def attach(
    actor: Actor, pk: int, label: str, files: Collection[UploadedFile[Any]]
) -> CrimeHandover:
    """Keep documents that go with the letter. Raises ``Refused`` for an unknown label."""
    with CRIME_ACTS.take(actor, "attach", pk, label=f"上传{label}"[:60]) as case:
        if label not in DOCUMENTS:
            raise Refused("请选择材料类别。", field="label")
        if not files:
            raise Refused("请选择文件。", field="files")
        keep_files(actor, case, files, label)
    return case


def missing_documents(case: CrimeHandover) -> list[str]:
    """The documents of 第六条 that are not attached yet."""
    present = set(evidence.of(case).values_list("label", flat=True))
    return [label for label in DOCUMENTS if label not in present]


def approve(actor: Actor, pk: int, opinion: str = "") -> CrimeHandover:
    """The head approves the transfer; the letter is there to be signed (第五条)."""
    with CRIME_ACTS.take(actor, "approve", pk, opinion=opinion) as case:
        case.approved_at = clock.now()
        title = f"{case.suspect}涉嫌{case.offence}案移送书"
        _put_forward(actor, case, title, letter_text(case))
    return case


def reword(actor: Actor, pk: int, title: str, body: str) -> CrimeHandover:
    """Change the prepared letter before it is signed."""
    with CRIME_ACTS.take(actor, "reword", pk) as case:
        title = told(title, "标题", "title")
        _put_forward(actor, case, title, told(body, "正文", "body"))
    return case


def transfer(actor: Actor, pk: int, opinion: str = "") -> CrimeHandover:
    """The head signs the letter: to the police, copied to the procuratorate (第五条、第六条).

    Raises ``Refused`` naming the documents that are missing.
    """
    with CRIME_ACTS.take(actor, "transfer", pk, opinion=opinion) as case:
        if missing := missing_documents(case):
            raise Refused(f"移送材料不齐，缺少：{'、'.join(missing)}。请先上传。", field="files")
        send(actor, case, "criminal_handover")
        note_on_clue(actor, case, f"移送{case.police}")
    return case


def supplement(
    actor: Actor, pk: int, note: str, files: Collection[UploadedFile[Any]]
) -> CrimeHandover:
    """The department hands in what was asked for; the clock of the police runs on."""
    with CRIME_ACTS.take(actor, "supplement", pk, opinion=note) as case:
        if not files:
            raise Refused("请上传补正的材料。", field="files")
        keep_files(actor, case, files, SUPPLEMENT_LABEL)
        close_side(actor, case, SUPPLEMENT)
        run_on(actor, case, "材料已补正")
        led.mark(actor, letter(case, "criminal_handover"), Referral.State.RECEIVED)
    return case


def ask_review(actor: Actor, pk: int, opinion: str) -> CrimeHandover:
    """The department asks the police to think again, within three days (第九条).

    Raises ``Refused`` when these are over; the procuratorate can still be asked.
    """
    with CRIME_ACTS.take(actor, "ask-review", pk, opinion=opinion) as case:
        if is_overdue(case):
            raise Refused("提请复议的三日期限已过，可以建议人民检察院进行立案监督。")
        write(actor, case, "filing_review", case.police, "提请复议不予立案决定", opinion)
    return case


def ask_oversight(actor: Actor, pk: int, opinion: str) -> CrimeHandover:
    """The department proposes to the procuratorate to oversee the filing (第九条)."""
    with CRIME_ACTS.take(actor, "ask-oversight", pk, opinion=opinion) as case:
        if case.procuratorate is None:
            raise Refused("案件没有抄送人民检察院，不能建议立案监督。")
        write(actor, case, "filing_oversight", case.procuratorate, "建议立案监督", opinion)
    return case


def deliver(
    actor: Actor, pk: int, note: str, files: Collection[UploadedFile[Any]]
) -> CrimeHandover:
    """The department hands over goods and material of a filed case (第十二条)."""
    with CRIME_ACTS.take(actor, "deliver", pk, opinion=note) as case:
        if not files:
            raise Refused(f"请上传{GOODS_LABEL}。", field="files")
        keep_files(actor, case, files, GOODS_LABEL)
        case.delivered_at = clock.now()
    return case


def tell_penalty(actor: Actor, pk: int, opinion: str) -> CrimeHandover:
    """The department tells of an administrative penalty already imposed (第十一条)."""
    with CRIME_ACTS.take(actor, "tell-penalty", pk, opinion=opinion) as case:
        case.penalties = "\n".join(filter(None, (case.penalties, opinion.strip())))
    return case


def receive_back(actor: Actor, pk: int, opinion: str = "") -> CrimeHandover:
    """The department takes the case in."""
    with CRIME_ACTS.take(actor, "receive-back", pk, opinion=opinion) as case:
        led.mark(actor, letter(case, "administrative_handover"), Referral.State.RECEIVED)
    return case


def conclude(actor: Actor, pk: int, opinion: str) -> CrimeHandover:
    """The department tells police and procuratorate what it did (第十条、第十三条)."""
    with CRIME_ACTS.take(actor, "conclude", pk, opinion=opinion) as case:
        case.result = opinion.strip()
        answer(actor, case, "administrative_handover", "handled", opinion)
        note_on_clue(actor, case, "已依法作出行政处理", opinion)
    return case


def _put_forward(actor: Actor, case: CrimeHandover, title: str, body: str) -> None:
    put_forward(
        actor,
        case,
        "criminal_handover",
        sender=case.department,
        to=case.police,
        title=title,
        body=body,
    )
