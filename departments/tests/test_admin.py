"""The administration pages: who may, and that every write leaves a trail."""

from __future__ import annotations

import re

import pytest
from axes.models import AccessAttempt
from django.contrib import admin
from django.contrib.admin.templatetags.admin_list import result_headers
from django.test import Client
from django.utils import timezone

from departments.models import Department, Region, User
from departments.roles import Function, Role
from inspections.rules import PUBLICATION_DUE
from records import deadlines
from records.actor import SYSTEM
from records.models import DayOverride, TrailEntry
from records.workdays import Limit, Unit

CONFIGURATION = (
    "departments/region",
    "departments/department",
    "departments/departmentalias",
    "departments/functionassignment",
    "departments/rulevalue",
    "departments/user",
    "records/dayoverride",
)
LOOKED_INTO = "records/importjob"
WATCH = (
    "axes/accessattempt",
    "axes/accessfailurelog",
    "axes/accesslog",
    "inspections/jointtaskuserpermission",
    "matters/matterversionuserpermission",
)


def status(client: Client, page: str) -> int:
    return client.get(f"/admin/{page}/").status_code


def test_every_model_offered_is_one_of_ours() -> None:
    offered = {
        f"{model._meta.app_label}/{model._meta.model_name}" for model in admin.site._registry
    }
    assert offered == {*CONFIGURATION, LOOKED_INTO, *WATCH}


@pytest.mark.parametrize(
    ("username", "configures", "watches"),
    [("system_admin", 200, 403), ("security_admin", 403, 200)],
)
def test_administrators_keep_to_their_pages(client_of, username, configures, watches) -> None:  # type: ignore[no-untyped-def]
    client = client_of(username)
    assert {status(client, page) for page in (*CONFIGURATION, LOOKED_INTO)} == {configures}
    assert {status(client, page) for page in WATCH} == {watches}
    added = {client.get(f"/admin/{page}/add/").status_code for page in CONFIGURATION}
    assert added == {configures}


@pytest.mark.parametrize("username", ["audit_admin", "mzj_head", "xzsp_head"])
def test_others_are_refused_with_a_trace(client_of, person, username) -> None:  # type: ignore[no-untyped-def]
    assert client_of(username).get("/admin/departments/user/").status_code == 403
    denied = TrailEntry.objects.get(actor=person(username), outcome="denied")
    assert denied.verb == "configuration.enter"


def test_there_is_one_login_page(county) -> None:  # type: ignore[no-untyped-def]
    answer = Client().get("/admin/", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/accounts/login/?next=/admin/")


@pytest.mark.parametrize("page", WATCH)
def test_pages_of_logins_speak_chinese(client_of, page) -> None:  # type: ignore[no-untyped-def]
    context = client_of("security_admin").get(f"/admin/{page}/").context
    names = [context["title"], context["opts"].app_config.verbose_name]
    names += [header["text"] for header in result_headers(context["cl"]) if header["sortable"]]
    assert not [name for name in names if re.search("[A-Za-z]{3,}", str(name))]


def new_account(**changes: object) -> dict[str, object]:
    return {
        "username": "new_clerk",
        "usable_password": "true",
        "password1": "Quiet-river-77",
        "password2": "Quiet-river-77",
        "name": "新同事",
        "roles": ["clerk", "head"],
    } | changes


def test_account_is_made_with_roles_and_a_trace(client_of, person) -> None:  # type: ignore[no-untyped-def]
    department = person("mzj_clerk").department
    answer = client_of("system_admin").post(
        "/admin/departments/user/add/", new_account(department=department.pk)
    )
    assert answer.status_code == 302
    made = User.objects.get(username="new_clerk")
    assert (made.roles, made.department) == (["clerk", "head"], department)
    assert made.check_password("Quiet-river-77")
    entry = TrailEntry.objects.get(verb="configuration.user.add")
    assert (entry.actor, entry.target_id) == (person("system_admin"), made.pk)
    assert "password" not in entry.after and entry.after["roles"] == ["clerk", "head"]


def test_administrator_with_another_role_is_refused_in_words(client_of) -> None:  # type: ignore[no-untyped-def]
    answer = client_of("system_admin").post(
        "/admin/departments/user/add/", new_account(roles=["audit_admin", "clerk"])
    )
    assert "不能兼任任何其他角色" in answer.content.decode()
    assert not User.objects.filter(username="new_clerk").exists()


def test_change_of_roles_is_traced_with_before_and_after(client_of, person) -> None:  # type: ignore[no-untyped-def]
    user = person("nync_clerk")
    answer = client_of("system_admin").post(
        f"/admin/departments/user/{user.pk}/change/",
        {
            "username": user.username,
            "name": user.name,
            "is_active": "on",
            "department": user.department_id,
            "roles": ["clerk", "inspector"],
        },
    )
    assert answer.status_code == 302
    entry = TrailEntry.objects.get(verb="configuration.user.change")
    assert (entry.before, entry.after) == (
        {"roles": ["clerk"]},
        {"roles": ["clerk", "inspector"]},
    )


def test_nobody_changes_the_own_account(client_of, person) -> None:  # type: ignore[no-untyped-def]
    own = person("system_admin")
    answer = client_of("system_admin").post(
        f"/admin/departments/user/{own.pk}/change/", {"roles": ["clerk"]}
    )
    assert answer.status_code == 403
    own.refresh_from_db()
    assert own.roles == [Role.SYSTEM_ADMIN]


def test_new_password_is_traced_but_not_written_down(client_of, person) -> None:  # type: ignore[no-untyped-def]
    user = person("nync_clerk")
    client_of("system_admin").post(
        f"/admin/departments/user/{user.pk}/password/",
        {
            "usable_password": "true",
            "password1": "Quiet-river-77",
            "password2": "Quiet-river-77",
            "set-password": "1",
        },
    )
    user.refresh_from_db()
    assert user.check_password("Quiet-river-77")
    entry = TrailEntry.objects.get(verb="configuration.user.change")
    assert "Quiet" not in str((entry.before, entry.after, entry.opinion))
    assert user.password not in str((entry.before, entry.after))


@pytest.mark.parametrize("page", ["user", "department", "region"])
def test_what_the_trail_names_is_never_deleted(client_of, page) -> None:  # type: ignore[no-untyped-def]
    model = {"user": User, "department": Department, "region": Region}[page]
    pk = model.objects.order_by("-pk").values_list("pk", flat=True)[0]
    answer = client_of("system_admin").post(
        f"/admin/departments/{page}/{pk}/delete/", {"post": "yes"}
    )
    assert answer.status_code == 403
    assert model.objects.filter(pk=pk).exists()


def test_profile_can_be_changed_and_taken_back(client_of, county) -> None:  # type: ignore[no-untyped-def]
    client = client_of("system_admin")
    values = {"region": county.pk, "key": PUBLICATION_DUE.key, "source": "淮政办〔2026〕2号"}
    page = client.post("/admin/departments/rulevalue/add/", values | {"value": -1})
    assert page.status_code == 200 and not county.rule_values.exists()
    client.post("/admin/departments/rulevalue/add/", values | {"value": 10})
    rule = county.rule_values.get()
    client.post(f"/admin/departments/rulevalue/{rule.pk}/delete/", {"post": "yes"})
    assert not county.rule_values.exists()
    verbs = TrailEntry.objects.filter(verb__startswith="configuration.rulevalue").order_by("id")
    assert [entry.verb.rsplit(".", 1)[1] for entry in verbs] == ["add", "delete"]
    assert verbs[1].before["value"] == 10


def test_function_goes_to_another_department(client_of, person, county) -> None:  # type: ignore[no-untyped-def]
    assignment = county.functions.get(function=Function.CREDIT)
    client_of("system_admin").post(
        f"/admin/departments/functionassignment/{assignment.pk}/change/",
        {
            "region": county.pk,
            "function": Function.CREDIT,
            "department": person("mzj_clerk").department_id,
            "source": "会议纪要",
        },
    )
    assignment.refresh_from_db()
    assert assignment.department == person("mzj_clerk").department


def test_day_off_moves_running_deadlines(client_of, person) -> None:  # type: ignore[no-untyped-def]
    department = person("mzj_clerk").department
    deadline = deadlines.start(
        SYSTEM,
        department,
        rule="test.rule",
        title="测试期限",
        source="测试",
        limit=Limit(1, Unit.WORKING_DAY),
        department_id=department.pk,
        region_code="411603",
    )
    due = timezone.localtime(deadline.due_at).date()
    client = client_of("system_admin")
    client.post("/admin/records/dayoverride/add/", {"day": str(due), "source": "通知"})
    deadline.refresh_from_db()
    assert timezone.localtime(deadline.due_at).date() > due
    override = DayOverride.objects.get()
    client.post(f"/admin/records/dayoverride/{override.pk}/delete/", {"post": "yes"})
    deadline.refresh_from_db()
    assert timezone.localtime(deadline.due_at).date() == due


def test_security_administrator_unlocks(client_of, county) -> None:  # type: ignore[no-untyped-def]
    guesser = Client()
    for number in range(5):
        guesser.post("/accounts/login/", {"username": "mzj_clerk", "password": f"wrong-{number}"})
    client = client_of("security_admin")
    attempt = AccessAttempt.objects.get(username="mzj_clerk")
    page = client.post(
        "/admin/axes/accessattempt/",
        {"action": "unlock", "_selected_action": [attempt.pk]},
        follow=True,
    )
    assert "已解除锁定：mzj_clerk" in page.content.decode()
    assert not AccessAttempt.objects.exists()
    assert TrailEntry.objects.get(verb="account.unlock").after == {"username": "mzj_clerk"}
    assert client.get(f"/admin/axes/accessattempt/{attempt.pk}/delete/").status_code in (302, 403)
