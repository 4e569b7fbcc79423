"""Who is concerned with a clue, and who is named to know a confidential one."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q

from clues.models import Clue, ClueParty, ClueUserPermission
from departments.models import Department, User
from departments.roles import Role


def concern(clue: Clue, *departments: Department | int | None) -> None:
    """Let departments see a clue from now on. Idempotent; call it inside the act."""
    ids = {d.pk if isinstance(d, Department) else d for d in departments if d is not None}
    ClueParty.objects.bulk_create(
        (ClueParty(clue=clue, department_id=pk) for pk in ids),
        ignore_conflicts=True,
    )


def name_people(clue: Clue, user_ids: Iterable[int | None]) -> None:
    """Name people to know a confidential clue, whose departments are concerned from then on.
    Idempotent; the caller leaves the trail entry."""
    ids = {pk for pk in user_ids if pk is not None}
    permission = Permission.objects.get(
        content_type=ContentType.objects.get_for_model(Clue), codename="view_clue"
    )
    ClueUserPermission.objects.bulk_create(
        (ClueUserPermission(user_id=pk, content_object=clue, permission=permission) for pk in ids),
        ignore_conflicts=True,
    )
    departments = User.objects.filter(pk__in=ids).values_list("department_id", flat=True)
    concern(clue, *departments)


def name_heads(clue: Clue, departments: Iterable[Department | int]) -> None:
    """A confidential letter is opened by the heads of the department, who name others."""
    ids = [d.pk if isinstance(d, Department) else d for d in departments]
    heads = User.objects.filter(
        Q(roles__contains=[Role.HEAD]), department_id__in=ids, is_active=True
    )
    name_people(clue, heads.values_list("pk", flat=True))
