"""What of this floor waits for a person (D1): the stops of their department."""

from __future__ import annotations

from django.db.models import Case, IntegerField, Q, Value, When
from django.urls import reverse

from clues.models import CrimeHandover, Refusal
from clues.selectors.stops import rows_of, waiting
from departments.actors import is_clerk_of
from departments.roles import Role
from records import deadlines
from records.actor import Actor
from records.worklist import WorkItem

MOST = 20


def pending_clue_work(actor: Actor) -> list[WorkItem]:
    """The most pressing stops that the person can move on, their own first; when there are more,
    a last row leads to all of them.

    What a colleague is responsible for is the colleague's; what only the head can do is the
    head's, and no work for clerks. A fixed number of queries.
    """
    if not is_clerk_of(actor, actor.department_id):
        return []
    mine = Q(person_id=actor.user_id)
    if actor.has_role(Role.HEAD):
        # What a clerk prepared waits for the head, whoever is responsible for it.
        mine |= Q(for_head=True)
    stops = waiting(actor).filter(Q(person=None) | mine, department_id=actor.department_id)
    if not actor.has_role(Role.HEAD):
        stops = stops.filter(for_head=False)
    own_first = Case(When(mine, then=Value(0)), default=Value(1), output_field=IntegerField())
    found = list(stops.order_by(own_first, "due", "pk")[: MOST + 1])
    items = [
        WorkItem(
            what=row.stop.waits,
            about=row.stop.about,
            url=reverse("clues:stop", args=[row.stop.pk]),
            label="签发" if row.stop.for_head else "办理",
            due_at=row.stop.deadline.due_at if row.stop.deadline else None,
            chip=row.chip,
        )
        for row in rows_of(found[:MOST])
    ]
    if len(found) > MOST:
        items.append(
            WorkItem(
                what="线索与协作的其他待办",
                about=f"共 {stops.count()} 件，以上为最急的 {MOST} 件",
                url=reverse("clues:inbox"),
                label="全部",
            )
        )
    return items


def pending_accounts(actor: Actor) -> list[WorkItem]:
    """Refusals that the discipline office accounts for through its witnesses, who are no clerks."""
    if not actor.has_role(Role.WITNESS) or is_clerk_of(actor, actor.department_id):
        return []
    referred = Refusal.objects.visible_to(actor).filter(
        state=Refusal.State.REFERRED, discipline=actor.department_id
    )
    found = list(referred.order_by("pk"))
    chips = deadlines.chips_for(found)
    return [
        WorkItem(
            what="问责并反馈结果",
            about=str(refusal),
            url=refusal.get_absolute_url(),
            label="反馈",
            chip=chips.get(refusal.pk),
        )
        for refusal in found
    ]


def pending_verification(actor: Actor) -> list[WorkItem]:
    """The suspected crimes that a person was named to verify; for clerks they are the stops of
    their department already. A fixed number of queries."""
    if is_clerk_of(actor, actor.department_id):
        return []
    cases = CrimeHandover.objects.visible_to(actor).filter(
        officers=actor.user_id, state=CrimeHandover.State.INVESTIGATING
    )
    clocks = deadlines.chips_for(found := list(cases.order_by("pk")[:MOST]))
    return [
        WorkItem(
            what="核实涉嫌犯罪案件并报告",
            about=str(case),
            url=case.get_absolute_url(),
            label="办理",
            chip=clocks.get(case.pk),
        )
        for case in found
    ]
