"""The letters of a hand-over, moved by its acts."""

from __future__ import annotations

from clues.acts.procedures import letter_of
from clues.models import CrimeHandover, Referral
from clues.rules import crime as rules
from clues.rules.kinds import KINDS
from clues.services.knowledge import concern
from clues.services.letters import led
from clues.services.procedures import LONGEST_TITLE, note_on_clue, sign
from departments.models import Department
from departments.profile import must_fill, time_limit
from departments.roles import Function
from records import clock
from records.actor import Actor
from records.errors import Refused


def letter(case: CrimeHandover, kind: str) -> Referral:
    """The last letter of the kind. Raises ``Refused`` when there is none."""
    found = letter_of(case, kind)
    if found is None:
        raise Refused(f"没有找到{KINDS[kind].label}。", code="not_found")
    return found


def send(actor: Actor, case: CrimeHandover, kind: str) -> None:
    """Sign the prepared letter; from now on all three sides see the case."""
    case.procuratorate = must_fill(case.region_code, Function.PROCURATORATE)
    case.sent_at = clock.now()
    sign(actor, case, kind)
    if case.clue is not None:
        concern(case.clue, case.department_id, case.police_id, case.procuratorate)


def write(
    actor: Actor, case: CrimeHandover, kind: str, to: Department, what: str, text: str
) -> None:
    """Send a letter whose text is the opinion of the head of the department."""
    led.send(
        actor,
        case,
        kind=kind,
        sender=case.department,
        to=to,
        title=f"{what}：{case.title}"[:LONGEST_TITLE],
        body=text.strip(),
        clue=case.clue,
        subject=case.subject,
    )
    note_on_clue(actor, case, what, text)


def letter_text(case: CrimeHandover) -> str:
    """The text of the letter of transfer as it is put before the head."""
    days = time_limit(case.region_code, rules.DECIDE_DUE).limit.amount
    parts = [
        f"我单位在查处{case.suspect}一案中，认为其行为涉嫌{case.offence}。",
        case.facts,
        case.report,
        f"移送前已作出的行政处罚：{case.penalties.rstrip('。') or '无'}。",
        f"随案移送的材料：{'、'.join(KINDS['criminal_handover'].evidence)}。",
        "根据《中华人民共和国行政处罚法》第二十七条和《行政执法机关移送涉嫌犯罪案件的规定》，"
        f"现将该案移送你单位。请在回执上签字，并在 {days} 日内将是否立案的决定书面通知我单位。",
    ]
    return "\n".join(parts)
