"""What entering a decision of a department about a subject has in common (penalties, measures)."""

from __future__ import annotations

from clues.acts.common import knows
from clues.models import Clue
from clues.stages import hold_clue
from departments.models import Department
from departments.roles import Role
from records.actor import Actor
from records.errors import NotAllowed


def must_enforce(actor: Actor, verb: str, what: str) -> Department:
    """The department in whose name the actor enters ``what``. Raises ``NotAllowed``."""
    if actor.department_id is None or not actor.has_role(Role.CLERK, Role.HEAD):
        raise NotAllowed(f"只有部门经办人或负责人可以登记{what}。", verb=verb)
    department = Department.objects.select_related("region").get(pk=actor.department_id)
    if not department.enforces:
        raise NotAllowed(f"{department.name}不是执法部门，不能登记{what}。", verb=verb)
    return department


def may_enforce(actor: Actor) -> bool:
    """Whether the person enters such decisions at all."""
    if actor.department_id is None or not actor.has_role(Role.CLERK, Role.HEAD):
        return False
    return Department.objects.filter(pk=actor.department_id, enforces=True).exists()


def hold_clue_for(actor: Actor, clue: Clue | None, verb: str, what: str) -> None:
    """Lock the clue that a decision is to belong to, as it stands now. Raises ``NotAllowed``."""
    if clue is None:
        return
    hold_clue(clue.pk)
    clue.refresh_from_db(fields=("confidential",))
    if not knows(actor, clue):
        raise NotAllowed(f"您不能以该线索登记{what}。", verb=verb)
