"""What becomes of the credit floor's own rows when a subject is merged into another (S1)."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from credit.models import (
    Adjustment,
    Assessment,
    CreditEvent,
    DuplicatePair,
    MovedRows,
    Petition,
    Sanction,
    Stale,
    Standing,
    Subject,
    SubjectChange,
    SubjectKey,
    SubjectLabel,
    SubjectMerge,
    Uncompared,
    WhiteListEntry,
)
from credit.services.references import Decision, Merging, Reference
from credit.services.whitelist import tell
from records import clock, deadlines, trail
from records.actor import SYSTEM

What = MovedRows.What
_WHITE_LIST_ENDS: dict[str, str] = {
    WhiteListEntry.State.REVIEW: WhiteListEntry.State.WITHDRAWN,
    WhiteListEntry.State.CONSENT: WhiteListEntry.State.WITHDRAWN,
    WhiteListEntry.State.LISTED: WhiteListEntry.State.REMOVED,
}
_RANK = list(_WHITE_LIST_ENDS)


def _drop_standings(merging: Merging) -> None:
    """A merged subject has no grade any more; the survivor is judged anew by every set."""
    _drop(merging, list(Standing.objects.filter(subject=merging.merged)))


def _drop_stale(merging: Merging) -> None:
    Stale.objects.filter(subject=merging.merged).delete()


def _hold_stale(ids: Sequence[int], region_code: str) -> None:
    """Wait for whoever is judging the two, who will want their rows."""
    list(Stale.objects.select_for_update().filter(subject__in=ids).order_by("pk"))


def _settle_adjustments(merging: Merging) -> None:
    """Of two grades set by hand for the same matter the survivor's holds; the other ends."""
    held = Adjustment.objects.filter(subject=merging.survivor, ended_at=None)
    matters = set(held.values_list("matter_id", flat=True))
    open_ones = Adjustment.objects.filter(subject=merging.merged, ended_at=None).order_by("pk")
    ended = [one for one in open_ones if one.matter_id in matters]
    merging.trace_whole(ended, What.CHANGED)
    Adjustment.objects.filter(pk__in=[one.pk for one in ended]).update(ended_at=clock.now())


def _settle_labels(merging: Merging) -> None:
    """A label that the survivor has for the same reason stands once."""
    held = set(
        SubjectLabel.objects.filter(subject=merging.survivor).values_list("label_id", "rule_id")
    )
    marks = SubjectLabel.objects.filter(subject=merging.merged).order_by("pk")
    _drop(merging, [mark for mark in marks if (mark.label_id, mark.rule_id) in held])


def _settle_sanctions(merging: Merging) -> None:
    """A department prepares one sanction of a subject at a time: the merged one's is discarded.

    Not an obstacle in words: nobody else may know that one is prepared.
    """
    held = Sanction.objects.filter(subject=merging.survivor, state__in=("draft", "review"))
    departments = set(held.values_list("department_id", flat=True))
    doubled = list(
        Sanction.objects.select_for_update(of=("self",))
        .select_related("region", "subject")
        .filter(subject=merging.merged, state__in=("draft", "review"))
        .filter(department__in=departments)
        .order_by("pk")
    )
    merging.trace_whole(doubled, What.CHANGED)
    for sanction in doubled:
        sanction.state, sanction.ended_at = Sanction.State.DISCARDED, clock.now()
        sanction.end_reason = f"对象已并入{merging.survivor}，以该对象的拟办件为准"
        sanction.save(update_fields=("state", "ended_at", "end_reason"))
        deadlines.cancel(sanction)
        trail.record(SYSTEM, "sanction.discard", "作废", sanction, opinion=sanction.end_reason)


def _settle_white_list(merging: Merging) -> None:
    """Of two open entries for the same matters the one that has come further stays, else the
    survivor's."""
    entries = (
        WhiteListEntry.objects.select_for_update(of=("self",))
        .select_related("region", "subject")
        .filter(subject__in=(merging.survivor, merging.merged), state__in=WhiteListEntry.OPEN)
        .order_by("pk")
    )
    best: dict[tuple[int, int | None], WhiteListEntry] = {}
    ended = []
    # The survivor's first, so that it stays where both have come as far.
    for entry in sorted(entries, key=lambda one: one.subject_id != merging.survivor.pk):
        held = best.setdefault((entry.department_id, entry.matter_id), entry)
        if held is entry:
            continue
        further = _RANK.index(entry.state) > _RANK.index(held.state)
        ended.append(held if further else entry)
    merging.trace_whole(ended, What.CHANGED)
    for entry in ended:
        entry.state, entry.ended_at = _WHITE_LIST_ENDS[entry.state], clock.now()
        entry.end_reason = "重复的监管对象合并，以另一份白名单为准"
        entry.save(update_fields=("state", "ended_at", "end_reason"))
        tell(SYSTEM, entry)
        trail.record(
            SYSTEM, f"white_list.{entry.state}", "随合并结束", entry, opinion=entry.end_reason
        )


def _settle_pairs(merging: Merging) -> None:
    """Whom the merged subject was told apart from, the survivor is told apart from too; what waits
    is found again at the survivor."""
    merged, survivor = merging.merged, merging.survivor
    pairs = DuplicatePair.objects.select_for_update().filter(Q(first=merged) | Q(second=merged))
    for pair in pairs.order_by("pk"):
        other = pair.second_id if pair.first_id == merged.pk else pair.first_id
        if pair.state == DuplicatePair.State.DISMISSED and other != survivor.pk:
            low, high = sorted((other, survivor.pk))
            DuplicatePair.objects.get_or_create(
                first_id=low,
                second_id=high,
                defaults={
                    "region": pair.region,
                    "reasons": pair.reasons,
                    "state": pair.state,
                    "decided_by": pair.decided_by,
                    "decided_at": pair.decided_at,
                    "decision": pair.decision,
                },
            )
        elif pair.state in DuplicatePair.WAITING and other != survivor.pk:
            pair.state, pair.decision = DuplicatePair.State.OBSOLETE, "其中一个对象已并入其他对象"
            pair.save(update_fields=("state", "decision"))
    SubjectKey.objects.filter(subject=merged).delete()


def _compare_again(merging: Merging) -> None:
    Uncompared.objects.bulk_create([Uncompared(subject=merging.survivor)], ignore_conflicts=True)


def _drop(merging: Merging, rows: list[Standing] | list[SubjectLabel]) -> None:
    merging.trace_whole(rows, What.DROPPED)
    for row in rows:
        row.delete()


REFERENCES = (
    Reference(model=CreditEvent, label="信用记录", decision=Decision.MOVE),
    Reference(model=Sanction, label="失信惩戒", decision=Decision.MOVE, settle=_settle_sanctions),
    Reference(
        model=WhiteListEntry, label="白名单", decision=Decision.MOVE, settle=_settle_white_list
    ),
    Reference(model=Petition, label="信用异议和修复", decision=Decision.MOVE),
    Reference(
        model=Adjustment, label="等级人工调整", decision=Decision.MOVE, settle=_settle_adjustments
    ),
    Reference(model=SubjectLabel, label="标签", decision=Decision.MOVE, settle=_settle_labels),
    Reference(
        model=Standing,
        label="现行等级",
        decision=Decision.SETTLE,
        settle=_drop_standings,
        listed=False,
    ),
    Reference(
        model=Stale,
        label="待动态评价",
        decision=Decision.SETTLE,
        settle=_drop_stale,
        hold=_hold_stale,
        listed=False,
    ),
    Reference(model=Assessment, label="历次评价结果", decision=Decision.KEEP),
    Reference(model=SubjectChange, label="变更历史", decision=Decision.KEEP),
    # What was merged into the merged one is in the survivor now, so nothing is ever two steps off.
    Reference(model=Subject, field="merged_into", label="此前并入的对象", decision=Decision.MOVE),
    Reference(
        model=SubjectMerge, field="merged", label="合并", decision=Decision.KEEP, listed=False
    ),
    Reference(
        model=SubjectMerge,
        field="survivor",
        label="合并",
        decision=Decision.KEEP,
        listed=False,
    ),
    Reference(
        model=DuplicatePair,
        field="first",
        label="疑似重复",
        decision=Decision.SETTLE,
        settle=_settle_pairs,
        listed=False,
    ),
    # Settled with the other side.
    Reference(
        model=DuplicatePair,
        field="second",
        label="疑似重复",
        decision=Decision.SETTLE,
        listed=False,
    ),
    Reference(
        model=DuplicatePair,
        field="survivor",
        label="疑似重复",
        decision=Decision.KEEP,
        listed=False,
    ),
    Reference(model=SubjectKey, label="相似键", decision=Decision.SETTLE, listed=False),
    Reference(
        model=Uncompared,
        label="待比对",
        decision=Decision.SETTLE,
        settle=_compare_again,
        listed=False,
    ),
)
"""Keys and what waits to be compared are brought up to date by the next comparison."""
