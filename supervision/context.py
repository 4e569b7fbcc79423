"""What every page's shell shows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from departments.models import Region, User
from departments.views import demo_label, demo_region, demo_users
from records.middleware import actor_of
from supervision.demo.visiting import visiting_inspectors
from supervision.navigation import navigation
from supervision.reminders.services import unread

MOST_UNREAD = 99
"""What the bell counts to."""


def shell(request: HttpRequest) -> dict[str, Any]:
    """Template context of the frame around every page."""
    user = getattr(request, "user", None)
    context: dict[str, Any] = {}
    if settings.DEMO:
        context["demo_accounts"] = _demo_accounts(user)
    if user is None or not user.is_authenticated:
        return context
    actor = actor_of(request)
    region = Region.objects.filter(code=actor.region_code).first()
    return context | {
        "nav": navigation(actor, request.path),
        "region_name": region.full_name if region else "",
        "department_name": actor.department_name,
        "unread_count": SimpleLazyObject(lambda: unread(actor, MOST_UNREAD)),
        "role_name": "、".join(user.get_roles_display()),
    }


def _demo_accounts(user: Any) -> list[dict[str, Any]]:
    """Whom the demo bar offers: the story's accounts, then the inspectors of the next visits."""
    accounts = demo_users()
    known = {account.pk for account in accounts}
    visiting = [each for each in visiting_inspectors() if each.pk not in known]
    known.update(each.pk for each in visiting)
    if isinstance(user, User) and user.pk not in known:
        accounts.insert(0, user)
    return [
        {
            "username": account.username,
            "label": demo_label(account),
            "story": account.demo_note.partition("：")[2],
            "group": "近期上门的检查人员" if account in visiting else demo_region(account),
            "active": user is not None and account.pk == user.pk,
        }
        for account in (*accounts, *visiting)
    ]
