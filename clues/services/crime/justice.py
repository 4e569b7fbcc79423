"""What police and procuratorate do in a hand-over of a suspected crime (L7)."""

from __future__ import annotations

from django.db import transaction

from clues.acts.crime import CRIME_ACTS
from clues.models import CrimeHandover, Referral
from clues.rules import crime as rules
from clues.services.crime.clock import run_on, stand_still, stretch
from clues.services.crime.letters import letter, send
from clues.services.letters import led
from clues.services.procedures import LONGEST_TITLE, answer, note_on_clue, withdraw_unsigned
from clues.stages import relieve_sides
from credit.services.origins import restate
from records import clock
from records.actor import Actor


def receive(actor: Actor, pk: int, opinion: str = "") -> CrimeHandover:
    """The police sign the receipt; the time for their decision runs from now (第七条、第八条)."""
    with CRIME_ACTS.take(actor, "receive", pk, opinion=opinion) as case:
        case.received_at = clock.now()
        led.mark(actor, letter(case, "criminal_handover"), Referral.State.RECEIVED)
    return case


def forward(actor: Actor, pk: int, opinion: str) -> CrimeHandover:
    """Not theirs: the police pass it on and tell the department (第七条)."""
    with CRIME_ACTS.take(actor, "forward", pk, opinion=opinion) as case:
        case.decision, case.decided_at = opinion.strip(), clock.now()
        led.mark(actor, letter(case, "criminal_handover"), Referral.State.NOTED)
        note_on_clue(actor, case, "公安机关转送有管辖权的机关", opinion)
    return case


def ask_supplement(actor: Actor, pk: int, opinion: str) -> CrimeHandover:
    """The police ask for what is missing; their clock stands still meanwhile."""
    with CRIME_ACTS.take(actor, "ask-supplement", pk, opinion=opinion) as case:
        stand_still(actor, case, opinion)
        led.mark(actor, letter(case, "criminal_handover"), Referral.State.SUPPLEMENT)
    return case


def stop_waiting(actor: Actor, pk: int, opinion: str) -> CrimeHandover:
    """The police go on with what they have."""
    with CRIME_ACTS.take(actor, "stop-waiting", pk, opinion=opinion) as case:
        relieve_sides(case)
        run_on(actor, case, opinion)
        led.mark(actor, letter(case, "criminal_handover"), Referral.State.RECEIVED)
    return case


def extend_complex(actor: Actor, pk: int, opinion: str) -> CrimeHandover:
    """A complex case: the police have up to ten days from acceptance."""
    with CRIME_ACTS.take(actor, "extend-complex", pk, opinion=opinion) as case:
        stretch(actor, case, rules.DECIDE_COMPLEX, opinion)
    return case


def extend_grave(actor: Actor, pk: int, opinion: str) -> CrimeHandover:
    """A grave, complex case: the police have up to thirty days from acceptance."""
    with CRIME_ACTS.take(actor, "extend-grave", pk, opinion=opinion) as case:
        stretch(actor, case, rules.DECIDE_GRAVE, opinion)
    return case


@transaction.atomic
def file(actor: Actor, pk: int, opinion: str) -> CrimeHandover:
    """The police file the case and tell the department in writing (第八条、第九条)."""
    with CRIME_ACTS.take(actor, "file", pk, opinion=opinion) as case:
        case.decision, case.decided_at = opinion.strip(), clock.now()
        answer(actor, case, "criminal_handover", "filed", opinion)
        answer(actor, case, "filing_review", "filed", opinion)
        ordered = case.state == CrimeHandover.State.ORDERED
        answer(actor, case, "filing_oversight", "ordered" if ordered else "filed", opinion)
        note_on_clue(actor, case, "公安机关决定立案", opinion)
    restate(actor, case)
    return case


def not_file(actor: Actor, pk: int, opinion: str) -> CrimeHandover:
    """The police do not file, give their reasons and return the files (第八条)."""
    with CRIME_ACTS.take(actor, "not-file", pk, opinion=opinion) as case:
        case.decision, case.decided_at = opinion.strip(), clock.now()
        answer(actor, case, "criminal_handover", "not_filed", opinion)
        note_on_clue(actor, case, "公安机关不予立案", opinion)
    return case


def uphold(actor: Actor, pk: int, opinion: str) -> CrimeHandover:
    """The police stand by their decision (第九条)."""
    with CRIME_ACTS.take(actor, "uphold", pk, opinion=opinion) as case:
        case.decision, case.decided_at = opinion.strip(), clock.now()
        answer(actor, case, "filing_review", "upheld", opinion)
    return case


def end_oversight(actor: Actor, pk: int, opinion: str) -> CrimeHandover:
    """The procuratorate finds that the police had reason; the department acts by itself."""
    with CRIME_ACTS.take(actor, "end-oversight", pk, opinion=opinion) as case:
        answer(actor, case, "filing_oversight", "dismissed", opinion)
        note_on_clue(actor, case, "不立案理由成立，依法行政处理", opinion)
    return case


@transaction.atomic
def give_back(actor: Actor, pk: int, opinion: str) -> CrimeHandover:
    """A filed case turns out to be no crime: back for an administrative penalty (第十三条)."""
    with CRIME_ACTS.take(actor, "give-back", pk, opinion=opinion) as case:
        case.decision, case.decided_at = opinion.strip(), clock.now()
        sent = led.send(
            actor,
            case,
            kind="administrative_handover",
            sender=case.police,
            to=case.department,
            title=f"{case.suspect}案移送行政处理"[:LONGEST_TITLE],
            body=opinion.strip(),
            clue=case.clue,
            subject=case.subject,
        )
        note_on_clue(actor, case, f"公安机关移送行政处理 {sent.number}", opinion)
    restate(actor, case)
    return case


def send_back(actor: Actor, pk: int, opinion: str = "") -> CrimeHandover:
    """The head of the police signs the letter to the department (第十三条)."""
    with CRIME_ACTS.take(actor, "send-back", pk, opinion=opinion) as case:
        send(actor, case, "administrative_handover")
        note_on_clue(actor, case, f"公安机关移送{case.department}处理")
    return case


def cancel(actor: Actor, pk: int, opinion: str) -> CrimeHandover:
    """The police drop what they had only prepared."""
    with CRIME_ACTS.take(actor, "cancel", pk, opinion=opinion) as case:
        withdraw_unsigned(actor, case, "administrative_handover")
    return case
