"""The administration pages: one way of signing in, and only the administrators they are for."""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse

from records.errors import NotAllowed
from records.middleware import actor_of
from records.roles import SECURITY_ADMIN, SYSTEM_ADMIN


class PlatformAdminSite(admin.AdminSite):
    """Open to the system and the security administrator by their role (R2); what each may do
    there is decided by every page's own ``keepers``."""

    site_title = site_header = "系统配置"
    index_title = "配置与账号"
    site_url = "/"

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active) and actor_of(request).has_role(
            SYSTEM_ADMIN, SECURITY_ADMIN
        )

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if request.user.is_authenticated and not self.has_permission(request):
                raise NotAllowed(
                    "只有系统管理员和安全管理员可以进入系统配置。", verb="configuration.enter"
                )
            return inner(request, *args, **kwargs)

        return guarded

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """There is one login page, with the lock after failures."""
        return redirect_to_login(request.GET.get("next", "/admin/"))
