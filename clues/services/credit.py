"""What clues, penalties, warnings and crimes say of their subjects (S4).

What is confidential says nothing, and what becomes confidential is taken back: who sees the
subject learns neither from the record nor from its absence that there is something.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db.models import Q, QuerySet
from django.utils import timezone

from clues.models import Clue, CompulsoryMeasure, CrimeHandover, Penalty, RiskWarning
from clues.rules import credit as rules
from credit.services.events import Told
from credit.services.origins import Origin

_FEN = 100


def _of_clue(clue: Clue) -> list[Told]:
    """One that was closed as founded; those merged into it are the same affair."""
    kind = rules.CLUE_KINDS.get(clue.channel)
    founded = clue.state == Clue.State.CLOSED and clue.outcome in rules.CLUE_FOUNDED
    if clue.confidential or not (kind and founded and clue.subject_id and clue.closed_at):
        return []
    return [
        Told(
            subject_id=clue.subject_id,
            kind=kind,
            day=_day(clue.closed_at),
            title=f"线索查证属实，{clue.get_outcome_display()}（{clue.holder.name}）",
            matter_id=clue.matter_id,
        )
    ]


def _of_penalty(penalty: Penalty) -> list[Told]:
    """A decision in force. What one decision imposes counts once, told by the first of its rows
    (heavy ones apart); its fines count in whole yuan, begun ones in full."""
    if penalty.confidential or penalty.state != Penalty.State.IN_FORCE:
        return []
    heavy = penalty.kind in rules.HEAVY_PENALTIES
    decided = [
        row
        for row in _decided_with([penalty])
        if row.state == Penalty.State.IN_FORCE
        and not row.confidential
        and (row.kind in rules.HEAVY_PENALTIES) == heavy
    ]
    if penalty.pk != decided[0].pk:
        return []
    kinds = "、".join(f"{row.get_kind_display()} {row.amount_text}".strip() for row in decided)
    acts = "；".join(dict.fromkeys(row.act for row in decided))
    return [
        Told(
            subject_id=penalty.subject_id,
            kind="penalty_heavy" if heavy else "penalty",
            day=penalty.decided_on,
            title=f"{kinds}：{acts}（{penalty.department.name}）",
            amount=1 if heavy else -(-sum(row.amount or 0 for row in decided) // _FEN),
            basis=penalty.number,
        )
    ]


def _decided_with(penalties: Sequence[Penalty]) -> list[Penalty]:
    """All rows of the decisions that these rows belong to, in order."""
    wanted = {(row.department_id, row.number, row.subject_id) for row in penalties}
    departments, numbers, subjects = map(list, zip(*wanted, strict=True))
    found = Penalty.objects.filter(
        department__in=departments, number__in=numbers, subject__in=subjects
    ).select_related("department")
    return [
        row
        for row in found.order_by("pk")
        if (row.department_id, row.number, row.subject_id) in wanted
    ]


def _of_warning(warning: RiskWarning) -> list[Told]:
    founded = warning.outcome in rules.WARNING_FOUNDED and warning.settled_at is not None
    if warning.confidential or not founded or not warning.subject_id or not warning.settled_at:
        return []
    return [
        Told(
            subject_id=warning.subject_id,
            kind="warning",
            day=_day(warning.settled_at),
            title=f"{warning.get_level_display()}预警研判属实，"
            f"{warning.get_outcome_display()}（{warning.owner.name}）",
            matter_id=warning.matter_id,
        )
    ]


def _of_crime(case: CrimeHandover) -> list[Told]:
    """A case that the police have filed, as long as they pursue it."""
    filed = case.state in CrimeHandover.FILED_STATES
    if case.confidential or not (filed and case.subject_id and case.decided_at):
        return []
    return [
        Told(
            subject_id=case.subject_id,
            kind="crime",
            day=_day(case.decided_at),
            title=f"涉嫌犯罪移送，公安机关已立案（{case.department.name}）",
        )
    ]


def _day(moment: dt.datetime) -> dt.date:
    return timezone.localtime(moment).date()


def _clues() -> QuerySet[Clue]:
    return Clue.objects.filter(
        state=Clue.State.CLOSED,
        outcome__in=rules.CLUE_FOUNDED,
        subject__isnull=False,
        confidential=False,
    ).select_related("holder")


def _penalties() -> QuerySet[Penalty]:
    return Penalty.objects.filter(state=Penalty.State.IN_FORCE, confidential=False).select_related(
        "department"
    )


def _warnings() -> QuerySet[RiskWarning]:
    return RiskWarning.objects.filter(
        Q(outcome__in=rules.WARNING_FOUNDED), subject__isnull=False, confidential=False
    ).select_related("owner")


def _crimes() -> QuerySet[CrimeHandover]:
    return CrimeHandover.objects.filter(
        state__in=CrimeHandover.FILED_STATES, subject__isnull=False, confidential=False
    ).select_related("department")


CLUES: Origin[Clue] = Origin(
    source="clues.clue",
    label="线索办理结论",
    model=Clue,
    kinds=tuple(dict.fromkeys(rules.CLUE_KINDS.values())),
    rows=_clues,
    facts=_of_clue,
    department="holder",
)
PENALTIES: Origin[Penalty] = Origin(
    source="clues.penalty",
    label="行政处罚",
    model=Penalty,
    kinds=("penalty", "penalty_heavy"),
    rows=_penalties,
    facts=_of_penalty,
    department="department",
    together=_decided_with,
)
WARNINGS: Origin[RiskWarning] = Origin(
    source="clues.warning",
    label="风险预警处置",
    model=RiskWarning,
    kinds=("warning",),
    rows=_warnings,
    facts=_of_warning,
    department="owner",
)
CRIMES: Origin[CrimeHandover] = Origin(
    source="clues.crime",
    label="行刑衔接",
    model=CrimeHandover,
    kinds=("crime",),
    rows=_crimes,
    facts=_of_crime,
    department="department",
)
MEASURES: Origin[CompulsoryMeasure] = Origin(
    source="clues.measure",
    label="行政强制措施",
    model=CompulsoryMeasure,
    kinds=(),
    rows=CompulsoryMeasure.objects.none,
    facts=lambda _: [],
    department="department",
)
"""A measure secures what is still to be found out and says nothing of its subject; that it changed
is told all the same to who reports it."""
