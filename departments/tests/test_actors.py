"""Who an account acts as."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction

from departments.actors import (
    actor_for,
    fills_in,
    is_clerk_of,
    is_head_of,
    is_staff_member,
    oversees,
)
from departments.models import User
from departments.roles import Function, Role


def test_actor_costs_at_most_two_queries(person, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    pk = person("mzj_clerk").pk
    user = User.objects.select_related("department__region").get(pk=pk)
    with django_assert_max_num_queries(2):
        actor = actor_for(user)
    assert (actor.department_name, actor.region_code) == ("区民政局", "411603")


def test_functions_are_those_of_the_own_region(actor) -> None:  # type: ignore[no-untyped-def]
    assert Function.COORDINATION in actor("xzsp_clerk").functions
    assert actor("mzj_clerk").functions == frozenset()


def test_heads_do_what_clerks_do_and_clerks_not_what_heads_do(actor) -> None:  # type: ignore[no-untyped-def]
    clerk, head = actor("mzj_clerk"), actor("mzj_head")
    department = clerk.department_id
    assert is_clerk_of(clerk, department) and is_clerk_of(head, department)
    assert is_head_of(head, department) and not is_head_of(clerk, department)
    assert not is_clerk_of(actor("nync_clerk"), department)


def test_no_department_is_nobodys_department(actor) -> None:  # type: ignore[no-untyped-def]
    assert not is_clerk_of(actor("system_admin"), None)
    assert not is_head_of(actor_for(AnonymousUser()), None)


def test_overseers_oversee_their_region_and_below(actor) -> None:  # type: ignore[no-untyped-def]
    head = actor("scjg_head")
    assert oversees(head, "411603") and oversees(head, "411603101")
    assert not oversees(head, "411602") and not oversees(head, "4116")
    assert not oversees(actor("mzj_head"), "411603")


def test_functions_need_an_office_holder(actor) -> None:  # type: ignore[no-untyped-def]
    assert fills_in(actor("scjg_clerk"), Function.INSPECTION, "411603")
    assert not fills_in(actor("scjg_inspector1"), Function.INSPECTION, "411603")
    assert not fills_in(actor("scjg_clerk"), Function.INSPECTION, "4116")


@pytest.mark.parametrize("username", ["system_admin", "security_admin", "audit_admin"])
def test_administrators_act_for_no_department(actor, person, username) -> None:  # type: ignore[no-untyped-def]
    found = actor(username)
    assert person(username).department is not None
    assert found.department_id is None and found.functions == frozenset()
    assert not is_staff_member(found)
    assert found.department_name, "the trail still says where they sit"


@pytest.mark.parametrize("other", [Role.CLERK, Role.AUDIT_ADMIN])
def test_database_refuses_administrators_with_another_role(person, other) -> None:  # type: ignore[no-untyped-def]
    user = person("system_admin")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=user.pk).update(roles=[Role.SYSTEM_ADMIN, other])


@pytest.mark.parametrize("username", ["system_admin", "security_admin", "audit_admin"])
@pytest.mark.parametrize("page", ["/matters/", "/credit/subjects/", "/inspections/plans/"])
def test_administrators_see_no_business(client_of, username, page) -> None:  # type: ignore[no-untyped-def]
    assert client_of(username).get(page).status_code == 403
