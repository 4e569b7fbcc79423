"""Extra grants: one object shown to one person outside its departments, by the security
administrator, who names both by their codes and so needs to see neither."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.http import HttpRequest

from departments.models import User
from departments.roles import ADMINISTRATORS, Role
from records.admin import TrailedAdmin


class GrantForm(forms.ModelForm):
    """Who may see what. A subclass says in ``find`` which object a code means."""

    username = forms.CharField(label="账号", max_length=150)
    code = forms.CharField(label="对象编号", max_length=60)

    find: ClassVar[Callable[[Any, str], models.Model | None]]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        user = User.objects.filter(username=cleaned.get("username"), is_active=True).first()
        if user is None:
            self.add_error("username", "没有这个账号，或账号已停用。")
        elif ADMINISTRATORS.intersection(user.roles):
            self.add_error("username", "管理员账号不办理业务，不能授权查看。")
        target = self.find(cleaned["code"]) if "code" in cleaned else None
        if target is None:
            self.add_error("code", "没有这个编号的对象。")
        if user is None or target is None or self.errors:
            return cleaned
        model = type(self.instance)
        if model._default_manager.filter(user=user, content_object=target).exists():
            self.add_error("username", "该账号已经获得授权。")
        self.instance.user = user
        self.instance.content_object = target
        self.instance.permission = Permission.objects.get(
            content_type=ContentType.objects.get_for_model(target),
            codename=f"view_{target._meta.model_name}",
        )
        return cleaned


class GrantAdmin(TrailedAdmin):
    """Grants are given and taken back, never changed; each with its trail entry."""

    keepers: ClassVar[frozenset[str]] = frozenset({Role.SECURITY_ADMIN})
    may_change = False
    list_display = ("account", "target")
    list_select_related = ("user", "content_object")
    fields = ("username", "code")

    def get_fields(self, request: HttpRequest, obj: models.Model | None = None) -> Any:
        return self.list_display if obj else self.fields

    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> Any:
        return self.list_display if obj else ()

    @admin.display(description="账号")
    def account(self, grant: Any) -> str:
        return str(grant.user)

    @admin.display(description="对象")
    def target(self, grant: Any) -> str:
        return str(grant.content_object)
