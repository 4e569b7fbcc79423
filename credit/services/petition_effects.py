"""What the answer to an objection or a repair does to the things it names (S3).

A fact found wrong is struck, one that no longer holds or is repaired ends on the day of the answer,
a sanction ends by its own acts, a grade by hand ends; the subject is then judged anew by itself.
"""

from __future__ import annotations

from django.db.models import Q

from credit.models import CreditEvent, Petition, PetitionItem, Sanction
from credit.services import adjustments, events, sanctions
from credit.services.outside import is_outside, outside_name
from records import clock, outbox, trail
from records.actor import Actor
from records.errors import Conflict
from records.outbox import CREDIT_PUBLICITY

About, Outcome = PetitionItem.About, PetitionItem.Outcome


def suspend(actor: Actor, petition: Petition) -> None:
    """Let the facts that an objection names not count until it is answered."""
    today = clock.today()
    for item in _locked(petition):
        event = item.event
        if event is not None and (event.until is None or event.until > today):
            item.until_before, item.ends_on = event.until, today
            events.lift(actor, event.pk, today, f"{petition}核查期间暂不计入")
            item.save(update_fields=("until_before", "ends_on"))


def release(actor: Actor, petition: Petition, why: str = "") -> None:
    """Let what was suspended, or lifted by a repair, count again as it did before."""
    for item in _locked(petition):
        if item.ends_on is None:
            continue
        # What ends otherwise by now was told anew by its source.
        if item.event is not None and item.event.until == item.ends_on:
            events.restore(actor, item.event.pk, item.until_before, why or f"{petition}核查结束")
        item.ends_on, item.until_before = None, None
        item.save(update_fields=("ends_on", "until_before"))


def carry_out(actor: Actor, petition: Petition) -> None:
    """Do what was answered; the head who signs is ``actor``.

    Raises ``Conflict`` when a sanction that is to end is being ended otherwise.
    """
    release(actor, petition)
    for item in _locked(petition):
        if item.outcome in (Outcome.KEPT, Outcome.REFUSED):
            continue
        why = f"{petition}：{item.get_outcome_display()}"
        if item.about == About.EVENT:
            _event(actor, petition, item, why)
        elif item.about == About.SANCTION and item.sanction is not None:
            _end_sanction(actor, petition, item.sanction, why)
        elif item.about == About.ADJUSTMENT and item.adjustment is not None:
            if item.adjustment.ended_at is None:
                adjustments.end(actor, petition.subject_id, why)
        elif item.about == About.LINE:
            events.mark_stale({petition.subject_id})


def undo(actor: Actor, petition: Petition, reason: str) -> None:
    """Take a repair back: what it ended counts again. Sanctions that it ended stay ended."""
    granted = [item for item in _locked(petition) if item.outcome == Outcome.GRANTED]
    release(actor, petition, f"{petition}撤销修复：{reason.strip()}")
    for item in granted:
        item.outcome = Outcome.REVOKED
        item.save(update_fields=("outcome",))
        if item.about == About.EVENT:
            _tell_source(petition, item, "restored")


def _locked(petition: Petition) -> list[PetitionItem]:
    """The petition is locked; nothing else changes its items."""
    return list(petition.items.select_related("event", "sanction", "adjustment").order_by("pk"))


def _event(actor: Actor, petition: Petition, item: PetitionItem, why: str) -> None:
    """The event may be gone since it was named: its source took it back."""
    if item.event is None:
        return
    event = CreditEvent.objects.select_for_update().filter(pk=item.event.pk).first()
    if event is None:
        return
    if item.outcome == Outcome.CORRECTED:
        events.strike(actor, event.source, [event.source_key])
        trail.record(
            actor,
            "credit_event.strike",
            "撤销信用记录",
            petition.subject,
            opinion=why,
            before={"event": petition.subject.masked(event.title)},
            region_code=petition.region.code,
        )
        item.event = None
    else:
        today = clock.today()
        if event.until is None or event.until > today:
            item.until_before, item.ends_on = event.until, today
            item.save(update_fields=("until_before", "ends_on"))
            events.lift(actor, event.pk, today, why)
        if item.outcome == Outcome.GRANTED:
            _end_sanctions_on(actor, petition, event, why)
    _tell_source(petition, item, item.outcome)


def _end_sanctions_on(actor: Actor, petition: Petition, event: CreditEvent, why: str) -> None:
    """End the verifier's own sanctions that rest on a repaired fact; those of other departments
    are on their workbench (``credit.selectors.sanctions``)."""
    own = Q(event=event, department_id=petition.verifier_id)
    for sanction in Sanction.objects.in_force().filter(own).order_by("pk"):
        _end_sanction(actor, petition, sanction, why)


def _end_sanction(actor: Actor, petition: Petition, sanction: Sanction, why: str) -> None:
    sanction.refresh_from_db(fields=("state",))
    if sanction.state not in Sanction.IN_FORCE:
        return
    if sanction.state == Sanction.State.LIFTING:
        raise Conflict(f"{sanction}的解除正等待签发，请先办理后再签发本件。")
    prepare = sanctions.repair if petition.is_repair else sanctions.revoke
    prepare(actor, sanction.pk, why)
    sanctions.lift(actor, sanction.pk, why)


def _tell_source(petition: Petition, item: PetitionItem, result: str) -> None:
    """Tell who else keeps the fact how it stands now; a natural person is named by number only."""
    if not is_outside(item.source):
        return
    payload = {
        "petition": petition.pk,
        "source": outside_name(item.source),
        "key": item.source_key,
        "kind": item.kind,
        "day": item.happened_on.isoformat() if item.happened_on else None,
        "result": result,
        "decided_on": clock.today().isoformat(),
    }
    subject = petition.subject
    if not subject.is_natural_person:
        payload |= {"identifier": subject.identifier, "name": subject.name}
    outbox.post(
        CREDIT_PUBLICITY, "credit_event.decided", payload, petition.region.code, about=petition
    )
