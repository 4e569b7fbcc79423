"""What becomes of clues, letters, warnings and penalties when a subject is merged into another
(S1). Nothing here tells of what is confidential: it follows without a word."""

from __future__ import annotations

from clues.models import (
    Clue,
    CompulsoryMeasure,
    CrimeHandover,
    Penalty,
    Referral,
    RiskWarning,
)
from clues.services.penalties import same_fines
from credit.models import MovedRows, Subject
from credit.services.references import Decision, Merging, Reference


def _settle_letters(merging: Merging) -> None:
    """What was sent names whom it named; only drafts follow."""
    sent = Referral.objects.filter(subject=merging.merged).exclude(state__in=Referral.UNSENT)
    ids = list(sent.order_by("pk").values_list("pk", flat=True))
    merging.trace((Referral, "subject"), MovedRows.What.KEPT, ids)


def _fined_twice(survivor: Subject, merged: Subject) -> list[tuple[Penalty, Penalty]]:
    """Fines in force of the merged one with those of the survivor for the same act."""
    fines = Penalty.objects.filter(
        subject=merged, kind=Penalty.Kind.FINE, state=Penalty.State.IN_FORCE
    )
    found = []
    for fine in fines.order_by("pk"):
        fine.subject_id = survivor.pk
        found += [(fine, other) for other in same_fines(fine)]
    return found


def _open_fines(survivor: Subject, merged: Subject) -> list[str]:
    """One act is fined once (行政处罚法 29): somebody has to withdraw a decision first."""
    return [
        f"{fine.number} 与 {other.number} 对同一违法行为都处以罚款，"
        "合并后违反一事不二罚，请先依法撤回其中一个决定"
        for fine, other in _fined_twice(survivor, merged)
        if not (fine.confidential or other.confidential)
    ]


def _settle_penalties(merging: Merging) -> None:
    """A confidential fine that cannot stand beside the survivor's stays where it is."""
    ids = sorted({fine.pk for fine, _ in _fined_twice(merging.survivor, merging.merged)})
    merging.trace((Penalty, "subject"), MovedRows.What.KEPT, ids)


REFERENCES = (
    Reference(model=Clue, label="线索", decision=Decision.MOVE),
    Reference(model=RiskWarning, label="预警", decision=Decision.MOVE),
    Reference(model=CrimeHandover, label="行刑衔接", decision=Decision.MOVE),
    Reference(model=CompulsoryMeasure, label="行政强制措施", decision=Decision.MOVE),
    Reference(
        model=Referral,
        label="函件（已发出的仍写原对象）",
        decision=Decision.MOVE,
        settle=_settle_letters,
    ),
    Reference(
        model=Penalty,
        label="行政处罚",
        decision=Decision.MOVE,
        obstacles=_open_fines,
        settle=_settle_penalties,
    ),
)
