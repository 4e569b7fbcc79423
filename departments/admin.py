"""What the system and the security administrator keep: the region's profile, accounts, locks."""

from __future__ import annotations

from typing import Any, ClassVar

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from departments import profile
from departments.models import (
    Department,
    DepartmentAlias,
    FunctionAssignment,
    Region,
    RuleValue,
    User,
)
from departments.roles import ADMINISTRATORS, Role
from records import trail
from records.admin import TrailedAdmin
from records.middleware import actor_of

admin.site.unregister(Group)


class AliasInline(admin.TabularInline):
    """The names under which documents print a department; kept on a page of their own."""

    model = DepartmentAlias
    fields = readonly_fields = ("alias", "source")
    extra = 0
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Region)
class RegionAdmin(TrailedAdmin):
    may_delete = False
    list_display = ("code", "name", "level", "parent")
    list_filter = ("level",)
    list_select_related = ("parent",)
    search_fields = ("code", "name", "full_name")
    autocomplete_fields = ("parent",)


@admin.register(Department)
class DepartmentAdmin(TrailedAdmin):
    """Departments are closed, never deleted: what they did keeps pointing to them."""

    may_delete = False
    list_display = ("name", "short_name", "region", "kind", "enforces", "is_active")
    list_filter = ("enforces", "is_active", "kind")
    list_select_related = ("region",)
    search_fields = ("name", "short_name", "aliases__alias")
    autocomplete_fields = ("region",)
    inlines = (AliasInline,)


@admin.register(DepartmentAlias)
class DepartmentAliasAdmin(TrailedAdmin):
    list_display = ("alias", "department", "region", "source")
    list_select_related = ("department", "region")
    search_fields = ("alias", "department__name")
    autocomplete_fields = ("region", "department")


@admin.register(FunctionAssignment)
class FunctionAssignmentAdmin(TrailedAdmin):
    list_display = ("region", "function", "department", "source")
    list_filter = ("function",)
    list_select_related = ("region", "department")
    autocomplete_fields = ("region", "department")


class RuleValueForm(forms.ModelForm):
    """Only rules that exist can be overridden, by a number that is not negative and within the
    bounds of the law."""

    key = forms.ChoiceField(label="规则", choices=profile.choices)
    value = forms.IntegerField(label="数值", min_value=0)

    class Meta:
        model = RuleValue
        fields = ("region", "key", "value", "source")

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        rule, value = profile.RULES.get(values.get("key", "")), values.get("value")
        if rule is not None and value is not None:
            words = profile.bounds_in_words(rule, value)
            if words:
                self.add_error("value", words)
        return values


@admin.register(RuleValue)
class RuleValueAdmin(TrailedAdmin):
    form = RuleValueForm
    list_display = ("region", "title", "value", "source")
    list_select_related = ("region",)
    autocomplete_fields = ("region",)

    @admin.display(description="规则", ordering="key")
    def title(self, value: RuleValue) -> str:
        return dict(profile.choices()).get(value.key, value.key)


class _RolesMixin(forms.Form):
    roles = forms.MultipleChoiceField(
        label="角色", choices=Role.choices, widget=forms.CheckboxSelectMultiple
    )

    def clean_roles(self) -> list[str]:
        roles: list[str] = self.cleaned_data["roles"]
        if len(roles) > 1 and not ADMINISTRATORS.isdisjoint(roles):
            raise ValidationError("系统、安全、审计三类管理员不能兼任任何其他角色。")
        return roles


class AccountForm(_RolesMixin, UserChangeForm):
    """An account as it stands."""


class NewAccountForm(_RolesMixin, AdminUserCreationForm):
    """A new account with its first password."""


@admin.register(User)
class AccountAdmin(TrailedAdmin, UserAdmin):
    """Accounts, by the system administrator; nobody changes the own account here, so that no
    administrator gives themselves another role. Accounts are closed, never deleted."""

    may_delete = False
    form = AccountForm
    add_form = NewAccountForm
    list_display = ("username", "name", "department", "role_words", "is_active", "last_login")
    list_filter = ("is_active", "department")
    list_select_related = ("department",)
    search_fields = ("username", "name")
    ordering = ("username",)
    filter_horizontal = ()
    autocomplete_fields = ("department", "township")
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password", "name", "is_active")}),
        ("单位与角色", {"fields": ("department", "township", "roles")}),
        ("登录", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"fields": ("username", "usable_password", "password1", "password2", "name")}),
        ("单位与角色", {"fields": ("department", "township", "roles")}),
    )

    @admin.display(description="角色")
    def role_words(self, user: User) -> str:
        return "、".join(user.get_roles_display())

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        own = obj is not None and obj.pk == request.user.pk
        return not own and super().has_change_permission(request, obj)

    @transaction.atomic
    def user_change_password(
        self, request: HttpRequest, id: str, form_url: str = ""
    ) -> HttpResponse:
        """In one transaction with its trail entry; the password itself is never written there."""
        return super().user_change_password(request, id, form_url)


class _WatchAdmin(TrailedAdmin):
    """What the security administrator reads."""

    keepers: ClassVar[frozenset[str]] = frozenset({Role.SECURITY_ADMIN})
    may_add = may_change = may_delete = False
    search_fields = ("username", "ip_address")


@admin.register(AccessAttempt)
class LockAdmin(_WatchAdmin):
    """Accounts with failed logins; unlocking is the only act."""

    list_display = ("username", "failures_since_start", "locked", "attempt_time", "ip_address")
    fields = ("username", "failures_since_start", "attempt_time", "ip_address", "user_agent")
    actions = ("unlock",)

    @admin.display(description="已锁定", boolean=True)
    def locked(self, attempt: AccessAttempt) -> bool:
        return bool(attempt.failures_since_start >= settings.AXES_FAILURE_LIMIT)

    @admin.action(description="解除锁定")
    def unlock(self, request: HttpRequest, attempts: QuerySet[AccessAttempt]) -> None:
        names = sorted(set(attempts.values_list("username", flat=True)))
        with transaction.atomic():
            # Attempts from other addresses count towards the same lock.
            AccessAttempt.objects.filter(username__in=names).delete()
            for name in names:
                user = User.objects.filter(username=name).first()
                trail.record(
                    actor_of(request),
                    "account.unlock",
                    "解除登录锁定",
                    user,
                    after={"username": name},
                )
        self.message_user(request, f"已解除锁定：{'、'.join(names)}。")


@admin.register(AccessFailureLog)
class FailureAdmin(_WatchAdmin):
    list_display = ("attempt_time", "username", "ip_address", "locked_out")
    fields = ("attempt_time", "username", "ip_address", "user_agent", "locked_out")


@admin.register(AccessLog)
class LoginAdmin(_WatchAdmin):
    list_display = ("attempt_time", "username", "ip_address", "logout_time")
    fields = ("attempt_time", "username", "ip_address", "user_agent", "logout_time")
