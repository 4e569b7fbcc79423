"""What every page's shell shows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from departments.models import Region, User
from departments.views import demo_label, demo_users
from records.middleware import actor_of
from supervision.navigation import navigation


def shell(request: HttpRequest) -> dict[str, Any]:
    """Template context of the frame around every page."""
    user = getattr(request, "user", None)
    context: dict[str, Any] = {}
    if settings.DEMO:
        accounts = demo_users()
        if isinstance(user, User) and user not in accounts:
            accounts.append(user)
        context["demo_accounts"] = [
            {
                "username": account.username,
                "label": demo_label(account),
                "story": account.demo_note.partition("：")[2],
                "active": user is not None and account.pk == user.pk,
            }
            for account in accounts
        ]
    if user is None or not user.is_authenticated:
        return context
    actor = actor_of(request)
    region = Region.objects.filter(code=actor.region_code).first()
    return context | {
        "nav": navigation(actor, request.path),
        "region_name": region.full_name if region else "",
        "department_name": actor.department_name,
        "role_name": "、".join(user.get_roles_display()),
    }
