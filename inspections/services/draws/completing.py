"""The end of a draw: selection, staffing and certificate, or void with its reason."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from credit.models import Subject
from inspections import draw as dr
from inspections.acts.draws import DRAW_ACTS
from inspections.models import Draw, DrawAssignment, DrawCode, DrawSelected
from inspections.services import public_words
from inspections.services.draws.rows import drawn_of
from inspections.services.draws.stored import frozen_of
from records import clock, outbox
from records.actor import SYSTEM, Actor
from records.errors import Conflict, Refused
from records.outbox_names import PROVINCE


@transaction.atomic
def complete(draw_id: int) -> Draw:
    """Carry out a frozen draw once all have revealed; a done draw is returned as it is.

    The result depends on what was frozen and revealed alone, so it is the same whenever and
    however often this is called. Raises ``Conflict`` when the draw is not ready.
    """
    draw = Draw.objects.select_for_update().filter(pk=draw_id).first()
    if draw is not None and draw.state == Draw.State.DONE:
        return draw
    with DRAW_ACTS.take(SYSTEM, "complete", draw_id) as draw:
        assert draw.frozen_at is not None
        frozen = frozen_of(draw)
        finished_at = clock.now()
        certificate = dr.complete(
            frozen,
            nonces={party.code: party.nonce for party in draw.parties.all()},
            frozen_at=draw.frozen_at,
            finished_at=finished_at,
        )
        _write_down(draw, certificate, finished_at)
        draw.seed = certificate.content["seed"]
        _write_result(draw, frozen, certificate)
    outbox.post(PROVINCE, "draw.done", _message(draw), draw.region_code, thread=f"draw:{draw.pk}")
    return draw


@transaction.atomic
def void(actor: Actor, draw_id: int, reason: str, party_code: str = "") -> Draw:
    """Give a draw up for good; ``party_code`` names the party that caused it, if one did.

    The occurrence can then be announced again under a new number.
    """
    with DRAW_ACTS.take(actor, "void", draw_id, opinion=reason) as draw:
        known = {party.code for party in draw.parties.all()}
        if party_code and party_code not in known:
            raise Refused(f"“{party_code}”不是本次抽取的参与方。", field="party")
        public_words.ensure_nameless(reason, public_words.of_draw(draw))
        finished_at = clock.now()
        frozen = frozen_of(draw) if draw.commit else None
        certificate = dr.void(
            frozen,
            reason=reason.strip(),
            party=party_code or None,
            finished_at=finished_at,
            draw=None if frozen else draw.number,
        )
        _write_down(draw, certificate, finished_at)
        draw.void_reason = reason.strip()
        draw.void_party = party_code
        draw.obstacle = ""
    outbox.post(
        PROVINCE,
        "draw.void",
        _message(draw) | {"reason": draw.void_reason, "party": draw.void_party},
        draw.region_code,
        thread=f"draw:{draw.pk}",
    )
    return draw


def _write_down(draw: Draw, certificate: dr.Certificate, finished_at: Any) -> None:
    draw.certificate = certificate.canonical.decode()
    draw.certificate_hash = certificate.hash
    draw.finished_at = finished_at


def _message(draw: Draw) -> dict[str, Any]:
    return {
        "number": draw.number,
        "occurrence": draw.occurrence,
        "commit": draw.commit_hash,
        "certificate": draw.certificate_hash,
        "finished_at": draw.finished_at.isoformat() if draw.finished_at else None,
    }


def _write_result(draw: Draw, frozen: dr.Frozen, certificate: dr.Certificate) -> None:
    """The certificate as rows: who was drawn in which order, and which officers go to whom."""
    drawn = list(drawn_of(certificate.content))
    subjects = _subjects(draw, [row.id for row in drawn])
    rows = DrawSelected.objects.bulk_create(
        DrawSelected(
            draw=draw,
            subject_id=subjects[row.id],
            stratum=row.stratum,
            position=row.position,
            ticket=row.ticket,
            is_reserve=row.is_reserve,
            team=row.team,
        )
        for row in drawn
    )
    by_subject = {row.subject_id: row for row in rows}
    inspectors: dict[str, int] = dict(
        DrawCode.objects.filter(draw=draw, subject=None).values_list("code", "inspector_id")
    )
    DrawAssignment.objects.bulk_create(
        DrawAssignment(selected=by_subject[subjects[id_]], inspector_id=inspectors[code])
        for id_, visit in dr.visits(frozen, certificate).items()
        for codes in visit.values()
        for code in codes
    )


def _subjects(draw: Draw, ids: list[str]) -> dict[str, int]:
    """Subjects behind ids of the draw: by code where one was made, else by identifier."""
    found: dict[str, int] = dict(
        DrawCode.objects.filter(draw=draw, inspector=None, code__in=ids).values_list(
            "code", "subject_id"
        )
    )
    openly = Subject.objects.filter(
        region__code__startswith=draw.region_code,
        categories__overlap=draw.item.categories,
        identifier__in=[id_ for id_ in ids if id_ not in found],
    ).exclude(pk__in=DrawCode.objects.filter(draw=draw, inspector=None).values("subject_id"))
    found |= dict(openly.order_by("-pk").values_list("identifier", "pk"))
    missing = [id_ for id_ in ids if id_ not in found]
    if missing:
        raise Conflict(f"监管对象“{missing[0]}”在名录中已找不到，不能写入抽取结果，请先恢复。")
    return found
