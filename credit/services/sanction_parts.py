"""What an implementing department does with its part of a sanction (S7)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from credit.acts.sanctions import SANCTION_PART_ACTS
from credit.models import SanctionMeasure, SanctionPart
from credit.rules import sanctions as rules
from departments.profile import time_limit
from records import clock, deadlines
from records.actor import Actor
from records.errors import Refused


@dataclass(frozen=True, slots=True)
class Taken:
    """Whether a measure was taken; ``note`` says how, or why not."""

    applied: bool
    note: str = ""


def receive(actor: Actor, pk: int, opinion: str = "") -> SanctionPart:
    """Acknowledge the task; the clock of the feedback begins."""
    with SANCTION_PART_ACTS.take(actor, "receive", pk, opinion=opinion) as part:
        part.received_at = clock.now()
        deadlines.meet(part, rules.RECEIVE_DUE.key)
        held = time_limit(part.region_code, rules.REPORT_DUE)
        deadlines.start(
            actor,
            part,
            rule=held.key,
            title=held.title,
            source=held.source,
            limit=held.limit,
            department_id=part.department_id,
            region_code=part.region_code,
        )
    return part


def report(actor: Actor, pk: int, text: str, taken: Mapping[int, Taken]) -> SanctionPart:
    """Prepare the feedback: ``taken`` by the key of each measure of the part.

    Raises ``Refused`` without text, for a measure left out, or one not taken without a reason.
    """
    with SANCTION_PART_ACTS.take(actor, "report", pk) as part:
        if not text.strip():
            raise Refused("请填写实施情况。", field="report")
        if len(text.strip()) > 1000:
            raise Refused("实施情况不超过 1000 字。", field="report")
        measures = list(part.measures.all())
        for each in measures:
            said = taken.get(each.pk)
            if said is None:
                raise Refused(f"请填写“{each}”是否实施。", field="measures")
            if not said.applied and not said.note.strip():
                raise Refused(f"“{each}”未实施的，请写明理由。", field="measures")
            if len(said.note.strip()) > 300:
                raise Refused(f"“{each}”的说明不超过 300 字。", field="measures")
            each.applied, each.note = said.applied, said.note.strip()
        SanctionMeasure.objects.bulk_update(measures, ("applied", "note"))
        part.report = text.strip()
    return part


def approve(actor: Actor, pk: int, opinion: str = "") -> SanctionPart:
    """The head sends the feedback."""
    with SANCTION_PART_ACTS.take(actor, "approve", pk, opinion=opinion) as part:
        part.reported_at, part.reported_by = clock.now(), actor.name
        deadlines.meet(part, rules.REPORT_DUE.key)
    return part


def send_back(actor: Actor, pk: int, opinion: str) -> SanctionPart:
    """The head wants the feedback changed; its clock runs on."""
    with SANCTION_PART_ACTS.take(actor, "return", pk, opinion=opinion) as part:
        return part


def release(actor: Actor, pk: int, opinion: str) -> SanctionPart:
    """The head confirms that the measures no longer hold."""
    with SANCTION_PART_ACTS.take(actor, "release", pk, opinion=opinion) as part:
        part.released_at = clock.now()
        deadlines.meet(part, rules.RELEASE_DUE.key)
    return part


HANDLERS: Mapping[str, Callable[[Actor, int, str], SanctionPart]] = {
    "receive": receive,
    "approve": approve,
    "return": send_back,
    "release": release,
}
"""The acts that need no more than an opinion."""
