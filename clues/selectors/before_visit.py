"""What a department looks at before it visits a subject because of a clue: visits planned anyway,
other clues, what was found and fined before (no repeated checks, no double fines; L4, H 8)."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from clues.acts.joint import arranges_visits, begins_joint
from clues.models import Clue, ClueVisit, CompulsoryMeasure, JointVerification, Penalty
from clues.selectors.measures import in_force_against
from inspections.models import JointTask, Result
from records.actor import Actor

MOST = 10


@dataclass(frozen=True)
class BeforeVisit:
    """All of it, as far as the person may know of it; each list is cut at ``MOST``."""

    joints: list[JointVerification]
    visits: list[ClueVisit]
    tasks: list[JointTask]
    clues: list[Clue]
    results: list[Result]
    penalties: list[Penalty]
    measures: list[CompulsoryMeasure]
    has_subject: bool
    may_begin_joint: bool
    may_arrange: bool

    @property
    def joinable(self) -> bool:
        """Whether some visit on its way could be joined."""
        joined = {visit.task_id for visit in self.visits if visit.state in ClueVisit.STANDING}
        return any(
            task.state in JointTask.JOINABLE and task.pk not in joined for task in self.tasks
        )

    @property
    def is_empty(self) -> bool:
        return not any((self.tasks, self.clues, self.results, self.penalties, self.measures))


def before_visit(actor: Actor, clue: Clue) -> BeforeVisit:
    """What is known of the subject of a clue; a fixed number of queries."""
    joints = JointVerification.objects.visible_to(actor).filter(clue=clue).select_related("lead")
    visits = (
        ClueVisit.objects.visible_to(actor)
        .filter(clue=clue)
        .select_related("task__lead", "task__subject", "proposed_by")
    )
    subject_id = clue.subject_id
    return BeforeVisit(
        joints=list(joints.prefetch_related("parts")[:MOST]),
        visits=list(visits[:MOST]),
        tasks=list(open_tasks(actor, subject_id).order_by("visit_on", "pk")[:MOST]),
        clues=list(other_clues(actor, clue)[:MOST]),
        results=list(
            Result.objects.visible_to(actor)
            .filter(part__task__subject_id=subject_id, state=Result.State.PUBLISHED)
            .select_related("part__department", "part__task__subject")
            .order_by("-published_at", "-pk")[:MOST]
        )
        if subject_id
        else [],
        penalties=list(penalties_of(actor, subject_id)[:MOST]) if subject_id else [],
        measures=list(in_force_against(actor, subject_id)[:MOST]) if subject_id else [],
        has_subject=subject_id is not None,
        may_begin_joint=begins_joint(actor, clue),
        may_arrange=arranges_visits(actor, clue),
    )


def open_tasks(actor: Actor, subject_id: int | None) -> QuerySet[JointTask]:
    """The joint tasks at a subject that are not ended, with what a list shows of them."""
    found = JointTask.objects.visible_to(actor).filter(subject_id=subject_id)
    if subject_id is None:
        return found.none()
    return (
        found.filter(
            state__in=(*JointTask.JOINABLE, JointTask.State.IN_PROGRESS, JointTask.State.PROPOSED)
        )
        .select_related("lead", "item", "region", "subject")
        .prefetch_related("parts__department")
    )


def joinable(actor: Actor, clue: Clue) -> QuerySet[JointTask]:
    """The tasks at the clue's subject that nobody has gone to yet and the clue has not joined."""
    joined = clue.visits.filter(state__in=ClueVisit.STANDING)
    found = open_tasks(actor, clue.subject_id).filter(state__in=JointTask.JOINABLE)
    return found.exclude(pk__in=joined.values("task_id"))


def other_clues(actor: Actor, clue: Clue) -> QuerySet[Clue]:
    """Other clues about the same subject that are not ended."""
    found = Clue.objects.visible_to(actor).filter(
        subject_id=clue.subject_id, state__in=Clue.OPEN_STATES
    )
    if clue.subject_id is None:
        return found.none()
    return found.exclude(pk=clue.pk).select_related("holder").order_by("-received_at", "-pk")


def penalties_of(actor: Actor, subject_id: int) -> QuerySet[Penalty]:
    """The penalties of a subject, newest first."""
    return (
        Penalty.objects.visible_to(actor)
        .filter(subject_id=subject_id)
        .exclude(state=Penalty.State.DROPPED)
        .select_related("department", "subject")
        .order_by("-decided_on", "-pk")
    )
