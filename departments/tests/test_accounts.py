"""Passwords, locks, idle logout, the demo switch, and the trail of signing in."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from departments.models import User
from records.models import TrailEntry
from supervision.demo.accounts import PASSWORD

LOGIN = "/accounts/login/"


def sign_in(client: Client, username: str, password: str = PASSWORD):  # type: ignore[no-untyped-def]
    return client.post(LOGIN, {"username": username, "password": password})


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("kP7-short", "至少要有 10 个字符"),
        ("mzj_clerk_2026", "跟 用户名 太相似"),
        ("qwertyuiop", "太常见"),
        ("58201746392", "只包含数字"),
    ],
)
def test_weak_passwords_are_refused_in_chinese(person, password, words) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValidationError) as refusal:
        validate_password(password, person("mzj_clerk"))
    assert any(words in message for message in refusal.value.messages), refusal.value.messages


def test_password_page_speaks_chinese_only(client_of) -> None:  # type: ignore[no-untyped-def]
    new = {"new_password1": "short", "new_password2": "other"}
    page = client_of("mzj_clerk").post("/accounts/password/", {"old_password": "no"} | new)
    form = page.context["form"]
    words = [*form.errors.values(), *(field.help_text for field in form)]
    assert not re.search("[A-Za-z]{4,}", re.sub("<[^>]+>", "", " ".join(map(str, words))))


def test_changing_the_password_needs_the_old_one(client_of, person) -> None:  # type: ignore[no-untyped-def]
    client = client_of("mzj_clerk")
    new = {"new_password1": "Quiet-river-77", "new_password2": "Quiet-river-77"}
    assert client.post("/accounts/password/", {"old_password": "wrong"} | new).status_code == 200
    assert client.post("/accounts/password/", {"old_password": PASSWORD} | new).status_code == 302
    assert person("mzj_clerk").check_password("Quiet-river-77")


def test_five_failures_lock_the_account_for_half_an_hour(county, settings) -> None:  # type: ignore[no-untyped-def]
    client = Client()
    answers = [sign_in(client, "mzj_clerk", f"wrong-{number}") for number in range(5)]
    assert [answer.status_code for answer in answers[:4]] == [200] * 4
    locked = sign_in(client, "mzj_clerk")
    assert locked.status_code == 429
    assert "账号已锁定" in locked.content.decode()
    assert "registration/locked.html" in [template.name for template in locked.templates]
    assert sign_in(Client(), "mzj_head").status_code == 302, "others are not locked"
    assert dt.timedelta(hours=settings.AXES_COOLOFF_TIME) == dt.timedelta(minutes=30)


def test_lock_ends_after_half_an_hour(county) -> None:  # type: ignore[no-untyped-def]
    client = Client()
    for number in range(5):
        sign_in(client, "mzj_clerk", f"wrong-{number}")
    long_ago = timezone.now() - dt.timedelta(minutes=31)
    AccessAttempt.objects.update(attempt_time=long_ago)
    assert sign_in(client, "mzj_clerk").status_code == 302


def test_login_wrong_and_unknown_say_the_same(county) -> None:  # type: ignore[no-untyped-def]
    def words(username: str) -> str:
        page = sign_in(Client(), username, "wrong-password").content.decode()
        return page[page.index("没有登录成功") :].split("</p>")[0]

    assert words("mzj_clerk") == words("nobody_here")


def test_login_and_logout_are_in_the_trail(person) -> None:  # type: ignore[no-untyped-def]
    client = Client()
    sign_in(client, "mzj_clerk")
    client.post("/accounts/logout/")
    found = TrailEntry.objects.filter(actor=person("mzj_clerk")).order_by("id")
    assert [(entry.verb, entry.department_name) for entry in found] == [
        ("account.login", "区民政局"),
        ("account.logout", "区民政局"),
    ]


def test_session_ends_half_an_hour_after_the_last_request(client_of) -> None:  # type: ignore[no-untyped-def]
    client = client_of("mzj_clerk")
    key = client.cookies["sessionid"].value
    half = timezone.now() + dt.timedelta(minutes=15)
    Session.objects.filter(pk=key).update(expire_date=half)
    client.get("/accounts/password/")
    renewed = Session.objects.get(pk=key).expire_date - timezone.now()
    assert dt.timedelta(minutes=29) < renewed <= dt.timedelta(minutes=30)
    Session.objects.filter(pk=key).update(expire_date=timezone.now() - dt.timedelta(seconds=1))
    assert client.get("/accounts/password/")["Location"].startswith(LOGIN)


def test_closed_account_cannot_sign_in(person) -> None:  # type: ignore[no-untyped-def]
    User.objects.filter(username="mzj_clerk").update(is_active=False)
    assert sign_in(Client(), "mzj_clerk").status_code == 200


def test_demo_switch_does_not_exist_outside_demo_mode(person, settings) -> None:  # type: ignore[no-untyped-def]
    settings.DEMO = False
    client = Client()
    assert client.post("/accounts/demo-switch/", {"username": "mzj_clerk"}).status_code == 404
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:1", "x"])
def test_demo_switch_stays_on_this_site(person, settings, target) -> None:  # type: ignore[no-untyped-def]
    settings.DEMO = True
    answer = Client().post("/accounts/demo-switch/", {"username": "mzj_clerk", "next": target})
    assert answer["Location"] == "/"


@pytest.mark.parametrize(
    ("roles", "note", "found"),
    [
        (["inspector"], "", True),
        (["clerk", "inspector"], "", False),
        (["clerk", "inspector"], "经办人：导入", True),
        (["system_admin"], "", False),
    ],
)
def test_demo_switch_leads_to_demo_accounts_and_inspectors_only(
    person, settings, roles, note, found
) -> None:  # type: ignore[no-untyped-def]
    settings.DEMO = True
    other = person("mzj_clerk")
    User.objects.filter(pk=other.pk).update(roles=roles, demo_note=note)
    client = Client()
    answer = client.post("/accounts/demo-switch/", {"username": other.username})
    assert answer.status_code == (302 if found else 404)
    assert ("_auth_user_id" in client.session) == found


def test_demo_switch_changes_the_account_and_keeps_the_page(person, settings) -> None:  # type: ignore[no-untyped-def]
    settings.DEMO = True
    client = Client()
    answer = client.post("/accounts/demo-switch/", {"username": "mzj_head", "next": "/matters/"})
    assert answer["Location"] == "/matters/"
    assert client.session["_auth_user_id"] == str(person("mzj_head").pk)
