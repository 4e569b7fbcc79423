"""One visit instead of two: a clue joins a visit that takes place anyway, or starts one (L4)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from clues.acts.joint import VISIT_ACTS, VISIT_STAGES, arranges_visits
from clues.models import Clue, ClueVisit
from clues.selectors.before_visit import joinable
from clues.services.knowledge import concern, name_heads
from clues.stages import hold_clue
from inspections.models import JointTask
from inspections.services.dispatch import PartPlan
from inspections.services.selected import start_selected
from matters.models import MatterVersion
from records import trail
from records.actor import Actor
from records.errors import Conflict, NotAllowed, Refused

_V = ClueVisit.State
_LONGEST_REQUEST = 1000


def propose(actor: Actor, clue_id: int, task_id: int, request: str) -> ClueVisit:
    """Ask that a clue is looked into on an open joint task of its subject.

    On a task of one's own department it joins at once; otherwise the head signs and the task's
    lead agrees. Raises ``NotAllowed``, ``Conflict``, or ``Refused`` with the field at fault.
    """
    with transaction.atomic():
        clue = _clue(actor, clue_id)
        if clue.visits.filter(task_id=task_id, state__in=ClueVisit.STANDING).exists():
            raise Conflict("该线索已请求并入或已并入这项任务。")
        task = joinable(actor, clue).filter(pk=task_id).first()
        if task is None:
            raise Refused("该任务不能并入：须是同一对象、尚未到场检查的联合任务。", field="task")
        words = request.strip()
        if not words:
            raise Refused("请填写希望一并核查的内容。", field="request")
        if len(words) > _LONGEST_REQUEST:
            raise Refused(f"内容不能超过 {_LONGEST_REQUEST} 个字。", field="request")
        own = task.lead_id == clue.holder_id
        visit = _record(actor, clue, task, words, _V.AGREED if own else _V.REVIEW)
    return visit


def start(
    actor: Actor,
    clue_id: int,
    parts: Sequence[PartPlan],
    visit_on: dt.date,
    reason: str,
    over_cap_reason: str = "",
) -> ClueVisit:
    """Start a joint inspection for a clue, led by its holder; its head approves the task.

    Raises as ``inspections.services.selected.start_selected``, and ``Refused`` for a clue without
    a subject on file.
    """
    with transaction.atomic():
        clue = _clue(actor, clue_id)
        if clue.subject is None:
            raise Refused("线索没有关联监管对象，请先核实对象再发起联合检查。")
        task = start_selected(
            actor,
            clue.subject,
            clue.holder,
            parts,
            visit_on,
            reason,
            origin=start_kind(clue),
            matter_version=MatterVersion.objects.in_force().filter(matter=clue.matter).first(),
            over_cap_reason=over_cap_reason,
        )
        visit = _record(actor, clue, task, reason.strip(), _V.AGREED)
    return visit


def must_arrange(actor: Actor, clue: Clue) -> None:
    """Raise ``Conflict`` unless the clue is being handled, ``NotAllowed`` unless by the person."""
    if clue.state != Clue.State.HANDLING:
        raise Conflict("线索不在办理中，不能安排检查。")
    if not arranges_visits(actor, clue):
        raise NotAllowed(
            "只有办理该线索的部门可以安排检查（保密线索由负责人安排）。",
            verb="visit.propose",
            target=clue,
        )


def start_kind(clue: Clue) -> str:
    """In what way a visit for a clue starts, which decides whether the yearly cap holds (S5)."""
    if clue.emergency:
        return JointTask.Origin.EMERGENCY
    return _KINDS.get(clue.channel, JointTask.Origin.CLUE)


def sign(actor: Actor, pk: int, opinion: str = "") -> ClueVisit:
    """Send the request to the lead of the visit, which may see the clue from now on."""
    with VISIT_ACTS.take(actor, "sign", pk, opinion=opinion) as visit:
        if visit.task.state not in JointTask.JOINABLE:
            raise Conflict("该任务已到场检查或已取消，不能再并入。")
        if visit.confidential:
            name_heads(visit.clue, [visit.task.lead_id])
        concern(visit.clue, visit.task.lead_id)
    return visit


def agree(actor: Actor, pk: int, opinion: str = "") -> ClueVisit:
    """Take the clue along on the visit."""
    with VISIT_ACTS.take(actor, "agree", pk, opinion=opinion) as visit:
        if visit.task.state not in JointTask.JOINABLE:
            raise Conflict("该任务已到场检查或已取消，不能再并入，请说明理由不同意。")
        visit.answer = opinion.strip()
    return visit


def decline(actor: Actor, pk: int, opinion: str) -> ClueVisit:
    """Leave the clue to its holder, with the reason."""
    with VISIT_ACTS.take(actor, "decline", pk, opinion=opinion) as visit:
        visit.answer = opinion.strip()
    return visit


def withdraw(actor: Actor, pk: int, opinion: str) -> ClueVisit:
    """Ask no more."""
    with VISIT_ACTS.take(actor, "withdraw", pk, opinion=opinion) as visit:
        pass
    return visit


def called_off(actor: Actor, task: JointTask, reason: str) -> None:
    """Tell the clues that were to be looked into on a visit which does not take place: their
    holders have to find another way. Call it inside the act that calls the visit off."""
    standing = ClueVisit.objects.filter(task=task, state__in=ClueVisit.STANDING)
    for pk, clue_id in standing.order_by("clue_id").values_list("pk", "clue_id"):
        hold_clue(clue_id)
        visit = ClueVisit.objects.select_for_update(of=("self",)).get(pk=pk)
        visit.state, visit.answer = _V.CALLED_OFF, reason.strip()
        visit.save()
        VISIT_STAGES.enter(actor, visit)
        for about in (visit, visit.clue):
            trail.record(
                actor, "visit.called-off", "检查未进行，线索须另行核实", about, opinion=reason
            )


_KINDS: dict[str, str] = {
    Clue.Channel.WARNING: JointTask.Origin.WARNING,
    Clue.Channel.PLATFORM: JointTask.Origin.ORDERED,
    Clue.Channel.NATIONAL: JointTask.Origin.ORDERED,
}

VISIT_HANDLERS = {"sign": sign, "agree": agree, "decline": decline, "withdraw": withdraw}


def _clue(actor: Actor, clue_id: int) -> Clue:
    clue: Clue = (
        Clue.objects.select_for_update(of=("self",))
        .select_related("subject__township", "holder__region", "matter")
        .get(pk=clue_id)
    )
    must_arrange(actor, clue)
    return clue


def _record(actor: Actor, clue: Clue, task: JointTask, words: str, state: str) -> ClueVisit:
    visit = ClueVisit.objects.create(
        region_code=clue.region_code,
        confidential=clue.confidential,
        clue=clue,
        task=task,
        proposed_by_id=clue.holder_id,
        state=state,
        request=words,
    )
    VISIT_STAGES.enter(actor, visit)
    trail.record(actor, "visit.propose", "并入联合检查", visit, opinion=words)
    return visit
