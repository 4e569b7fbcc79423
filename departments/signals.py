"""Signing in and out, and accounts changed by an administrator, leave a trace (R2)."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from departments.actors import actor_for
from departments.models import User
from records import trail


@receiver(user_logged_in)
def record_login(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    _record(request, user, "account.login", "登录")


@receiver(user_logged_out)
def record_logout(sender: Any, request: HttpRequest, user: User | None, **_: Any) -> None:
    if user is not None:
        _record(request, user, "account.logout", "退出登录")


def _record(request: HttpRequest, user: User, verb: str, label: str) -> None:
    actor = actor_for(user, address=request.META.get("REMOTE_ADDR"))
    trail.record(actor, verb, label, user, region_code=actor.region_code)
