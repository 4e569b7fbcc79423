"""Sanctions, places on the white list, objections and repairs in every state that the matrix asks
for.

民政 initiates, applies and takes in, 卫健 is to act and to verify; 发改 tells of an objection."""

from __future__ import annotations

from credit.models import Petition, Sanction, SanctionMeasure, SanctionPart, WhiteListEntry
from departments.models import User
from records import clock
from records.periods import months_before
from tests.permissions.world import World

_S, _P, _W = Sanction.State, SanctionPart.State, WhiteListEntry.State
_A = Petition.State


def add_sanctions(world: World) -> None:
    """Add them about the world's subject."""
    lead = User.objects.get(username="mzj_clerk").department
    partner = User.objects.get(username="wjw_clerk").department
    assert lead is not None and partner is not None
    today = clock.today()
    term = {"since": today, "until": months_before(today, -12)}
    own = {"region": lead.region, "subject": world.things["subject"], "department": lead}
    sanctions = {
        "sanction_draft": (_S.DRAFT, _P.PLANNED),
        "sanction_received": (_S.ACTIVE, _P.RECEIVED),
        "sanction_reviewed": (_S.ACTIVE, _P.REVIEW),
        "sanction": (_S.ACTIVE, _P.WAITING),
        "sanction_lifting": (_S.LIFTING, _P.WAITING),
        "sanction_over": (_S.REVOKED, _P.RELEASING),
    }
    for name, (state, part) in sanctions.items():
        _sanction(world, name, state, part, own | (term if state != _S.DRAFT else {}), partner)
    # One is prepared at a time: the one before its signature is about the other subject.
    other = own | {"subject": world.things["subject_elsewhere"]}
    _sanction(world, "sanction_review", _S.REVIEW, _P.PLANNED, other, partner)
    states = {
        "white_list_review": _W.REVIEW,
        "white_list_consent": _W.CONSENT,
        "white_list": _W.LISTED,
    }
    matters = {
        "white_list_review": world.things["matter"].matter,
        "white_list_consent": world.things["matter_draft"].matter,
        "white_list": None,
    }
    for name, state in states.items():
        world.things[name] = WhiteListEntry.objects.create(
            **own,
            **(term if state == _W.LISTED else {}),
            matter=matters[name],
            reason="连续三年无问题",
            months=12,
            state=state,
            created_at=clock.now(),
            applied_by="曾佳颖",
        )
    _petitions(world, lead, partner, User.objects.get(username="fgw_clerk").department)


def _petitions(world, lead, partner, credit) -> None:  # type: ignore[no-untyped-def]
    states = {
        "objection_entered": (_A.ENTERED, lead),
        "objection_verifying": (_A.VERIFYING, partner),
        "objection_decided": (_A.DECIDED, credit),
        "repair_review": (_A.REVIEW, partner),
        "repair_closed": (_A.CLOSED, None),
    }
    for name, (state, holder) in states.items():
        kind = Petition.Kind.REPAIR if name.startswith("repair") else Petition.Kind.OBJECTION
        ended = state in (_A.DECIDED, _A.CLOSED)
        world.things[name] = Petition.objects.create(
            region=lead.region,
            subject=world.things["subject"],
            kind=kind,
            department=lead,
            verifier=partner,
            holder=holder,
            applicant="孙敬亭",
            contact="0394-2222222",
            reason="罚款已经缴纳",
            state=state,
            outcome=(Petition.Outcome.GRANTED if kind == Petition.Kind.REPAIR else "kept")
            if ended
            else "",
            created_at=clock.now(),
            entered_by="曾佳颖",
            accepted_at=None if state == _A.ENTERED else clock.now(),
            decided_at=clock.now() if ended else None,
            informed_at=clock.now() if state == _A.CLOSED else None,
        )


def _sanction(world, name, state, part_state, values, partner) -> None:  # type: ignore[no-untyped-def]
    sanction = Sanction.objects.create(
        **values,
        trigger=Sanction.Trigger.HAND,
        facts="提供虚假材料",
        basis="处理决定",
        months=12,
        state=state,
        created_at=clock.now(),
        drafted_by="曾佳颖",
        signed_at=clock.now() if values.get("since") else None,
        lifting=_S.REVOKED if state == _S.LIFTING else "",
    )
    part = SanctionPart.objects.create(sanction=sanction, department=partner, state=part_state)
    SanctionMeasure.objects.create(part=part, code="watch", basis="监管办法")
    world.things[name] = sanction
    world.things[f"{name}_part"] = part
