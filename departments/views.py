"""Signing in and out."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth import views as auth_views
from django.contrib.auth.forms import AuthenticationForm
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import View

from departments.models import User
from departments.roles import Role

PASSWORD_BACKEND = "departments.backends.PersonBackend"


def demo_users() -> list[User]:
    """The demo accounts, region by region in the order of the story, with their departments."""
    return list(
        User.objects.filter(is_active=True)
        .exclude(demo_note="")
        .select_related("department__region", "township")
        .order_by("id")
    )


def demo_region(user: User) -> str:
    """The region under which a list of demo accounts puts one."""
    return user.department.region.full_name if user.department else ""


def demo_label(user: User) -> str:
    """How the switch bar names an account: department, role, name."""
    roles = "、".join(user.get_roles_display())
    place = user.township.name if user.township else (user.department or "")
    return f"{place} {roles} {user.name}".strip()


class LoginForm(AuthenticationForm):
    """Turns away names longer than any account's, which the record of attempts could not hold."""

    def clean(self) -> dict[str, Any]:
        if len(self.cleaned_data.get("username", "")) > self.username_field.max_length:
            raise self.get_invalid_login_error()
        return super().clean()


class LoginView(auth_views.LoginView):
    """The login page; in demo mode it also lists the demo accounts."""

    authentication_form = LoginForm
    template_name = "registration/login.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        if settings.DEMO:
            context["demo_logins"] = [
                {
                    "username": user.username,
                    "label": demo_label(user),
                    "region": demo_region(user),
                    "story": user.demo_note.partition("：")[2],
                }
                for user in demo_users()
            ]
            context["demo_password"] = settings.DEMO_PASSWORD
        return context


class DemoSwitchView(View):
    """Become another demo account; the address exists in demo mode only.

    Besides the accounts of the story these are the plain inspectors, of whom a draw sends any.
    """

    def post(self, request: HttpRequest) -> HttpResponse:
        if not settings.DEMO:
            raise Http404
        offered = ~Q(demo_note="") | Q(roles=[Role.INSPECTOR], is_superuser=False)
        wanted = request.POST.get("username", "").replace("\0", "")
        user = get_object_or_404(User, offered, username=wanted, is_active=True)
        login(request, user, backend=PASSWORD_BACKEND)
        target = request.POST.get("next", "/")
        own = url_has_allowed_host_and_scheme(target, {request.get_host()})
        if not (target.startswith("/") and own):
            target = "/"
        return redirect(target)
