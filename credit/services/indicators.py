"""Drawing up sets of indicators, trying them on everyone, putting them in force (S3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

from django.db import transaction

from credit.acts.indicators import INDICATOR_SET_ACTS, may_draft
from credit.models import Evaluation, Indicator, IndicatorSet
from credit.rules import default_set
from credit.scoring import Bands
from credit.services import evaluations
from credit.set_validation import LineInput, SetComplaint, complaints
from credit.validation import fingerprint
from departments.models import Region
from matters.models import Matter
from records import clock, trail
from records.actor import Actor
from records.errors import Conflict, NotAllowed, Refused

State = IndicatorSet.State


@dataclass(frozen=True)
class SetInput:
    """All that a set says."""

    name: str
    reason: str
    bands: Bands
    lines: Sequence[LineInput]


class UnsoundSet(Refused):
    """A set that may not judge anybody; ``complaints`` says all that is wrong with it."""

    def __init__(self, found: Sequence[SetComplaint]) -> None:
        self.complaints = found
        super().__init__("；".join(each.message for each in found[:5]) + "。")


def as_input(found: IndicatorSet) -> SetInput:
    """A stored set in the form in which it is written; without a query when its lines are there."""
    names = LineInput.__dataclass_fields__
    lines = [
        LineInput(**{name: getattr(line, name) for name in names})
        for line in sorted(found.indicators.all(), key=lambda line: line.position)
    ]
    return SetInput(found.name, found.reason, found.bands, lines)


@transaction.atomic
def draft(
    actor: Actor, matter_id: int | None, name: str, reason: str, *, proposal: bool = False
) -> IndicatorSet:
    """Begin a new version of the general set (no matter) or of a matter's, as a copy of the one in
    force, if there is one; otherwise empty, or with ``proposal`` from what the platform proposes.

    Without a name it keeps that of the one in force, or of the proposal. Raises ``NotAllowed``;
    ``Refused`` without name or reason; ``Conflict`` when a version is being prepared already.
    """
    department = actor.department_id
    if department is None or not may_draft(actor, actor.region_code, matter_id):
        raise NotAllowed("您没有编制这一信用评价指标的权限。", verb="indicator_set.draft")
    if not reason.strip():
        raise Refused("请填写编制或修订理由。", field="reason")
    # Versions of one region are numbered one after the other.
    region = Region.objects.select_for_update().get(code=actor.region_code)
    here = Matter.objects.filter(region__code__startswith=region.code)
    if matter_id is not None and not here.filter(pk=matter_id).exists():
        raise Refused("没有这一监管事项。", field="matter")
    versions = IndicatorSet.objects.versions_of(region, matter_id)
    begun = versions.filter(state__in=IndicatorSet.PREPARING).first()
    if begun is not None:
        raise Conflict(f"“{begun}”正在编制，请先完成或作废它。")
    last = versions.order_by("-version").first()
    current = versions.in_force().first()
    proposed = default_set.NAME if proposal and matter_id is None else ""
    name = name.strip() or (current.name if current else proposed)
    if not name:
        raise Refused("请填写名称。", field="name")
    made = IndicatorSet.objects.create(
        region=region,
        matter_id=matter_id,
        department_id=department,
        version=last.version + 1 if last else 1,
        name=name,
        reason=reason.strip(),
        created_at=clock.now(),
    )
    if current:
        _write_lines(made, as_input(current).lines)
        made.a_from, made.b_from, made.c_from = current.a_from, current.b_from, current.c_from
        made.save(update_fields=("a_from", "b_from", "c_from"))
    elif proposal:
        _write_lines(made, default_set.LINES)
    trail.record(
        actor,
        "indicator_set.draft",
        "编制信用评价指标",
        made,
        opinion=reason.strip(),
        region_code=region.code,
    )
    return made


def edit(actor: Actor, pk: int, said: SetInput, *, seen: str = "") -> IndicatorSet:
    """Write down a draft anew. It need not be sound yet, but what it says must be possible: lines
    with known sources and numbers in range. ``seen`` is the fingerprint of what the person saw.

    Raises ``NotAllowed``, ``Conflict``, or ``UnsoundSet`` with every line's complaint.
    """
    with INDICATOR_SET_ACTS.take(actor, "edit", pk) as found:
        if seen and seen != fingerprint(as_input(found)):
            raise Conflict("页面打开之后这套指标已被他人修改，请返回查看最新内容后重新修改。")
        wrong = [each for each in _wrong(found, said) if each.line is not None]
        if wrong:
            raise UnsoundSet(wrong)
        if not said.name.strip():
            raise Refused("请填写名称。", field="name")
        found.name, found.reason = said.name.strip(), said.reason.strip()
        found.a_from, found.b_from, found.c_from = said.bands.a, said.bands.b, said.bands.c
        found.indicators.all().delete()
        _write_lines(found, said.lines)
    return found


def try_out(actor: Actor, pk: int, opinion: str = "") -> Evaluation:
    """Try a sound draft on all subjects: how the grades would come out; none changes."""
    with INDICATOR_SET_ACTS.take(actor, "try", pk, opinion=opinion) as found:
        _ensure_sound(found)
        return evaluations.begin(actor, found, Evaluation.Kind.TRIAL, reason=opinion)


def submit(actor: Actor, pk: int, opinion: str = "") -> IndicatorSet:
    """Give a sound draft to the head. Raises ``UnsoundSet`` otherwise."""
    with INDICATOR_SET_ACTS.take(actor, "submit", pk, opinion=opinion) as found:
        _ensure_sound(found)
    return found


@transaction.atomic
def enforce(actor: Actor, pk: int, opinion: str = "") -> IndicatorSet:
    """Put a set in force in place of the one before, and judge everyone by it."""
    with INDICATOR_SET_ACTS.take(actor, "enforce", pk, opinion=opinion) as found:
        _ensure_sound(found)
        before = (
            IndicatorSet.objects.versions_of(found.region, found.matter_id)
            .in_force()
            .select_for_update()
            .first()
        )
        found.take_place(actor, before, "indicator_set.retire", "停用原指标")
    evaluations.begin(actor, found, Evaluation.Kind.ORDERED, reason="新指标生效")
    return found


def evaluate(actor: Actor, pk: int, opinion: str) -> Evaluation:
    """Judge everyone anew by the set in force."""
    with INDICATOR_SET_ACTS.take(actor, "evaluate", pk, opinion=opinion) as found:
        return evaluations.begin(actor, found, Evaluation.Kind.ORDERED, reason=opinion.strip())


HANDLERS: Mapping[str, Callable[[Actor, int, str], IndicatorSet | Evaluation]] = {
    "try": try_out,
    "submit": submit,
    "enforce": enforce,
    "evaluate": evaluate,
    "sign": INDICATOR_SET_ACTS.plain("sign"),
    "return": INDICATOR_SET_ACTS.plain("return"),
    "discard": INDICATOR_SET_ACTS.plain("discard"),
}
"""The acts that need no more than an opinion; what begins a run returns it."""


def _write_lines(of: IndicatorSet, lines: Sequence[LineInput]) -> None:
    Indicator.objects.bulk_create(
        Indicator(of=of, position=position, **asdict(line)) for position, line in enumerate(lines)
    )


def _wrong(found: IndicatorSet, said: SetInput) -> list[SetComplaint]:
    return complaints(said.lines, said.bands, for_matter=found.matter_id is not None)


def _ensure_sound(found: IndicatorSet) -> None:
    if wrong := _wrong(found, as_input(found)):
        raise UnsoundSet(wrong)
