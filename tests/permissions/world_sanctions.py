"""Sanctions and places on the white list in every state that the matrix asks for.

民政 initiates and applies, 卫健 is to act."""

from __future__ import annotations

from credit.models import Sanction, SanctionMeasure, SanctionPart, WhiteListEntry
from departments.models import User
from records import clock
from records.periods import months_before
from tests.permissions.world import World

_S, _P, _W = Sanction.State, SanctionPart.State, WhiteListEntry.State


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
