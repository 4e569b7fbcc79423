"""What becomes of recusals, draws and visits when a subject is merged into another (S1).

What was drawn stays as it was drawn, under the entry that was drawn: certificates are checked
against these rows. Visits follow the subject; their signed notices and published results are kept
as texts and do not change.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from credit.models import MovedRows, Subject
from credit.services.references import Decision, Merging, Reference
from inspections.models import Draw, DrawCode, DrawSelected, JointTask, Recusal

_ENDED = (JointTask.State.CLOSED, JointTask.State.CANCELLED, JointTask.State.DECLINED)
_BEFORE_RESULT = (Draw.State.ANNOUNCED, Draw.State.FROZEN)


def _settle_recusals(merging: Merging) -> None:
    """An inspector keeps away from a subject once."""
    held = Recusal.objects.filter(subject=merging.survivor).values("inspector")
    doubled = list(
        Recusal.objects.filter(subject=merging.merged, inspector__in=held).order_by("pk")
    )
    merging.trace_whole(doubled, MovedRows.What.DROPPED)
    Recusal.objects.filter(pk__in=[one.pk for one in doubled]).delete()


def _hold_draws(ids: Sequence[int], region_code: str) -> None:
    """Wait for a freeze that is under way, and let none begin."""
    waiting = Draw.objects.filter(
        item__plan__region__code__startswith=region_code, state__in=_BEFORE_RESULT
    )
    list(waiting.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))


def _draws_with(survivor: Subject, merged: Subject) -> list[str]:
    """Frozen draws without a result in whose pool the merged one stands: they name it by its
    identifier."""
    frozen = Draw.objects.filter(
        item__plan__region__code__startswith=merged.region.code, state=Draw.State.FROZEN
    )
    found = []
    for draw in frozen.order_by("number").only("number", "state"):
        codes = DrawCode.objects.filter(draw=draw, subject=merged).values_list("code", flat=True)
        held = Q(pk__in=())
        for id_ in (merged.identifier, *codes):
            held |= Q(pool_tsv__startswith=f"{id_}\t") | Q(pool_tsv__contains=f"\n{id_}\t")
        if Draw.objects.filter(held, pk=draw.pk).exists():
            found.append(f"“{merged}”在{draw}已冻结的候选名单中，请等抽取完成或者作废")
    return found


def _both_drawn(survivor: Subject, merged: Subject) -> list[str]:
    """Draws that selected both and were not dispatched yet: they would visit one subject twice."""
    rows = DrawSelected.objects.filter(
        subject__in=(survivor, merged),
        is_reserve=False,
        task=None,
        draw__state=Draw.State.DONE,
    ).exclude(draw__in=JointTask.objects.filter(selected__isnull=False).values("selected__draw"))
    by_draw: dict[int, int] = {}
    for number in rows.order_by("draw__number").values_list("draw__number", flat=True):
        by_draw[number] = by_draw.get(number, 0) + 1
    return [
        f"第 {number} 号抽取抽中了这两个对象，请先派发任务"
        for number, times in by_draw.items()
        if times > 1
    ]


def _same_visit(survivor: Subject, merged: Subject) -> list[str]:
    """Open visits to both for the same plan item: departments have arranged each, so people say
    which of them is called off."""
    tasks = JointTask.objects.filter(subject__in=(survivor, merged), item__isnull=False).exclude(
        state__in=_ENDED
    )
    by_item: dict[int, list[JointTask]] = {}
    for task in tasks.select_related("item").order_by("pk"):
        by_item.setdefault(task.item_id or 0, []).append(task)
    return [
        f"两个对象在“{held[0].title}”中都有未办结的检查任务"
        f"（{'、'.join(task.code for task in held)}），请先取消其中一个"
        for held in by_item.values()
        if len({task.subject_id for task in held}) > 1
    ]


REFERENCES = (
    Reference(
        model=JointTask,
        label="联合检查任务",
        decision=Decision.MOVE,
        obstacles=_same_visit,
    ),
    Reference(model=Recusal, label="回避登记", decision=Decision.MOVE, settle=_settle_recusals),
    Reference(
        model=DrawSelected,
        label="抽中记录",
        decision=Decision.KEEP,
        obstacles=_both_drawn,
        listed=False,
    ),
    Reference(
        model=DrawCode,
        label="抽取代号",
        decision=Decision.KEEP,
        obstacles=_draws_with,
        hold=_hold_draws,
        listed=False,
    ),
)
