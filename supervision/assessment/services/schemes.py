"""Drawing up a scheme of assessment and putting it in force (D3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max

from departments.models import Region
from records import trail
from records.actor import Actor
from records.errors import Conflict, NotAllowed, Refused
from supervision.assessment.acts import SCHEME_ACTS, assesses
from supervision.assessment.models import Scheme, SchemeLine
from supervision.assessment.rules import INDICATORS
from supervision.assessment.scoring import FULL, Kind, weight_complaints


@dataclass(frozen=True)
class Weight:
    """What a scheme says of an indicator, in hundredths of a point; ``weight`` 0 does without."""

    weight: int
    per_row: int = 0


@transaction.atomic
def draft(actor: Actor, name: str, reason: str) -> Scheme:
    """Begin a new version: a copy of the one that holds, or the platform's proposal.

    Raises ``NotAllowed``; ``Refused`` without name or reason; ``Conflict`` when a version is being
    prepared already.
    """
    if not assesses(actor, actor.region_code):
        raise NotAllowed("只有综合协调组可以编制考核方案。", verb="assessment_scheme.draft")
    if not name.strip():
        raise Refused("请填写名称。", field="name")
    if not reason.strip():
        raise Refused("请填写编制或修订理由。", field="reason")
    # Versions of one region are numbered one after the other.
    region = Region.objects.select_for_update().get(code=actor.region_code)
    versions = Scheme.objects.filter(region=region)
    begun = versions.filter(state=Scheme.State.DRAFT).first()
    if begun is not None:
        raise Conflict(f"“{begun}”正在编制，请先完成或作废它。")
    holding = Scheme.objects.holding_in(region.code).first()
    made = Scheme.objects.create(
        region=region,
        version=(versions.aggregate(last=Max("version"))["last"] or 0) + 1,
        name=name.strip(),
        reason=reason.strip(),
    )
    _write(made, weights_of(holding) if holding else _proposal())
    trail.record(actor, "assessment_scheme.draft", "编制考核方案", made, opinion=reason.strip())
    return made


def weights_of(scheme: Scheme) -> dict[str, Weight]:
    """The indicators that a scheme uses."""
    return {line.key: Weight(line.weight, line.per_row) for line in scheme.lines.all()}


def edit(actor: Actor, pk: int, weights: Mapping[str, Weight]) -> Scheme:
    """Write down a draft anew; it need not sum up yet.

    Raises ``Refused`` naming the field (``weight-<key>``) for a number out of range.
    """
    with SCHEME_ACTS.take(actor, "edit", pk) as found:
        for key, said in weights.items():
            title = INDICATORS[key].title
            if not 0 <= said.weight <= FULL:
                raise Refused(f"“{title}”的分值应在 0 至 100.00 之间。", field=f"weight-{key}")
            if not 0 <= said.per_row <= FULL:
                raise Refused(f"“{title}”每次扣分应在 0 至 100.00 之间。", field=f"per_row-{key}")
        before = {key: said.weight for key, said in weights_of(found).items()}
        found.lines.all().delete()
        _write(found, weights)
        after = {key: said.weight for key, said in weights_of(found).items()}
        trail.record(
            actor, "assessment_scheme.weights", "修改分值", found, before=before, after=after
        )
    return found


def complaints(scheme: Scheme) -> list[str]:
    """Why a scheme may not be put in force yet, in words."""
    lines = [(line.title, line.line) for line in scheme.lines.all()]
    return [words for _, words in weight_complaints(lines)]


def enforce(actor: Actor, pk: int, opinion: str = "") -> Scheme:
    """Put a draft in force in place of the region's version before.

    Raises ``Refused`` with all that is wrong with its weights.
    """
    with SCHEME_ACTS.take(actor, "enforce", pk, opinion=opinion) as found:
        if wrong := complaints(found):
            raise Refused("".join(wrong))
        versions = Scheme.objects.filter(region_id=found.region_id).in_force()
        before = versions.select_for_update().first()
        found.take_place(actor, before, "assessment_scheme.retire", "停用原方案")
    return found


def discard(actor: Actor, pk: int, opinion: str = "") -> Scheme:
    """Give a draft up."""
    with SCHEME_ACTS.take(actor, "discard", pk, opinion=opinion) as found:
        pass
    return found


HANDLERS: Mapping[str, Callable[[Actor, int, str], Any]] = {
    "enforce": enforce,
    "discard": discard,
}


def _proposal() -> dict[str, Weight]:
    return {key: Weight(each.weight, each.per_row) for key, each in INDICATORS.items()}


def _write(scheme: Scheme, weights: Mapping[str, Weight]) -> None:
    used = [
        (each, weights[key])
        for key, each in INDICATORS.items()
        if key in weights and weights[key].weight
    ]
    SchemeLine.objects.bulk_create(
        SchemeLine(
            scheme=scheme,
            position=position,
            key=each.key,
            kind=each.kind.value,
            title=each.title,
            counts=each.counts,
            meets=each.meets,
            source=each.source,
            weight=said.weight,
            per_row=said.per_row if each.kind is Kind.DEDUCTION else 0,
        )
        for position, (each, said) in enumerate(used)
    )
