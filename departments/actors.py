"""From a logged-in user to the ``Actor`` that services take, and the questions asked of it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser

from departments.models import Department, FunctionAssignment, User
from departments.roles import ADMINISTRATORS, OVERSEERS, Function, Role
from records.actor import ANONYMOUS, Actor


def actor_for(
    user: User | AnonymousUser, *, request_id: str = "", address: str | None = None
) -> Actor:
    """The actor a user is now. Costs at most two queries (department, its functions).

    An administrator acts for no department: theirs is named, but lends them neither its
    business nor its functions (R2). Nobody acts for a department that was closed.
    """
    if not isinstance(user, User):
        return Actor(name=ANONYMOUS.name, request_id=request_id, address=address)
    department = _department_of(user)
    functions: frozenset[str] = frozenset()
    administrates = not ADMINISTRATORS.isdisjoint(user.roles)
    if department is not None and not department.is_active and not administrates:
        return Actor(
            name=user.name or user.username,
            user_id=user.pk,
            department_name=department.name,
            request_id=request_id,
            address=address,
        )
    if department is not None and not administrates:
        functions = frozenset(
            FunctionAssignment.objects.filter(
                department=department, region_id=department.region_id
            ).values_list("function", flat=True)
        )
    township = user.township
    return Actor(
        name=user.name or user.username,
        user_id=user.pk,
        department_id=department.pk if department and not administrates else None,
        department_name=department.name if department else "",
        region_code=department.region.code if department else "",
        township_code=township.code if township else "",
        roles=frozenset(user.roles),
        functions=functions,
        request_id=request_id,
        address=address,
    )


def _department_of(user: User) -> Department | None:
    """The department with its region, in one query."""
    if user.department_id is None:
        return None
    if "department" not in user._state.fields_cache:
        user.department = Department.objects.select_related("region").get(pk=user.department_id)
    return user.department


def is_staff_member(actor: Actor) -> bool:
    """A person who works in a department (no administrator, no visitor, not the system)."""
    return actor.department_id is not None and not actor.has_role(*ADMINISTRATORS)


def is_clerk_of(actor: Actor, department_id: int | None) -> bool:
    """A clerk or head of the department: may prepare in its name."""
    return (
        is_staff_member(actor)
        and actor.department_id == department_id
        and actor.has_role(Role.CLERK, Role.HEAD)
    )


def is_head_of(actor: Actor, department_id: int | None) -> bool:
    """The head of the department: approves what leaves in its name (T 9)."""
    return (
        is_staff_member(actor)
        and actor.department_id == department_id
        and actor.has_role(Role.HEAD)
    )


def prepares(actor: Actor, found: Any) -> bool:
    """Whether the person prepares what belongs to a ``department``, in its name."""
    return is_clerk_of(actor, found.department_id)


def signs(actor: Actor, found: Any) -> bool:
    """Whether the person approves what leaves the ``department`` that it belongs to."""
    return is_head_of(actor, found.department_id)


def does_clerks_work(actor: Actor) -> bool:
    """Whether what waits for a clerk of the actor's department waits for this person: a clerk, or
    the head of a department that has none. One query for a head."""
    if actor.has_role(Role.CLERK):
        return True
    colleagues = User.objects.filter(
        department_id=actor.department_id, is_active=True, roles__contains=[Role.CLERK]
    )
    return actor.has_role(Role.HEAD) and not colleagues.exists()


def oversees(actor: Actor, region_code: str) -> bool:
    """Whether the actor's department sees all joint supervision in the region."""
    return (
        is_staff_member(actor)
        and actor.fills(*OVERSEERS)
        and bool(actor.region_code)
        and region_code.startswith(actor.region_code)
    )


def fills_in(actor: Actor, function: Function, region_code: str) -> bool:
    """Whether the actor works as clerk or head for the department with a function there."""
    return (
        actor.region_code == region_code
        and actor.fills(function)
        and actor.has_role(Role.CLERK, Role.HEAD)
    )
