"""Administration pages that leave a trail, and the calendar of working days."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib import admin
from django.db import models, transaction
from django.forms import ModelForm
from django.http import HttpRequest

from records import deadlines, imports, trail
from records.middleware import actor_of
from records.models import DayOverride, ImportJob
from records.roles import SYSTEM_ADMIN

_SECRET = frozenset({"password"})


class TrailedAdmin(admin.ModelAdmin):
    """A page for administrators whose role is among ``keepers``; every write goes into the trail.

    Permissions follow the role alone, since accounts carry no Django permissions.
    """

    keepers: ClassVar[frozenset[str]] = frozenset({SYSTEM_ADMIN})
    may_add = True
    may_change = True
    may_delete = True
    # Deleting many at once would not be one transaction with its trail entries.
    actions = None

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._keeps(request)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return self._keeps(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.may_add and self._keeps(request)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return self.may_change and self._keeps(request)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return self.may_delete and self._keeps(request)

    def save_model(
        self, request: HttpRequest, obj: models.Model, form: ModelForm[Any], change: bool
    ) -> None:
        stored = self.model._default_manager.filter(pk=obj.pk).first() if change else None
        request.before_change = trail.snapshot(stored) if stored else {}  # type: ignore[attr-defined]
        super().save_model(request, obj, form, change)

    def log_addition(self, request: HttpRequest, obj: models.Model, message: Any) -> Any:
        self._record(request, obj, "add", "新增", before={}, after=_shown(trail.snapshot(obj)))
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: models.Model, message: Any) -> Any:
        before = getattr(request, "before_change", {})
        after = trail.snapshot(obj)
        changed = [name for name in before if before[name] != after[name]]
        self._record(
            request,
            obj,
            "change",
            "修改",
            before=_shown({name: before[name] for name in changed}),
            after=_shown({name: after[name] for name in changed}),
        )
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Iterable[models.Model]) -> Any:
        for obj in queryset:
            before = _shown(trail.snapshot(obj))
            self._record(request, obj, "delete", "删除", before=before, after={})
        return super().log_deletions(request, queryset)

    def _keeps(self, request: HttpRequest) -> bool:
        return actor_of(request).has_role(*self.keepers)

    def _record(
        self,
        request: HttpRequest,
        obj: models.Model,
        code: str,
        word: str,
        *,
        before: dict[str, Any],
        after: dict[str, Any],
    ) -> None:
        name = self.model._meta
        verb = f"configuration.{name.model_name}.{code}"
        label = f"{word}{name.verbose_name}"
        trail.record(actor_of(request), verb, label, obj, before=before, after=after)


def _shown(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in _SECRET}


@admin.register(DayOverride)
class DayOverrideAdmin(TrailedAdmin):
    """Days declared working or off; running deadlines are computed again at once."""

    list_display = ("day", "is_working", "source")
    list_filter = ("is_working",)
    date_hierarchy = "day"

    def save_model(
        self, request: HttpRequest, obj: models.Model, form: ModelForm[Any], change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        _calendar_changed(request)

    def delete_model(self, request: HttpRequest, obj: models.Model) -> None:
        super().delete_model(request, obj)
        _calendar_changed(request)


class _KindFilter(admin.SimpleListFilter):
    """Which kind of file, by its name."""

    title = "种类"
    parameter_name = "kind"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[str, str]]:
        return [(code, kind.title) for code, kind in imports.REGISTRY.items()]

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[ImportJob]
    ) -> models.QuerySet[ImportJob]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(ImportJob)
class ImportJobAdmin(TrailedAdmin):
    """What became of imports, without what was in the files: for who looks into failures."""

    may_add = may_change = may_delete = False
    list_display = ("file_name", "what", "state", "department", "created_by", "finished_at")
    list_filter = ("state", _KindFilter)
    list_select_related = ("department", "created_by")
    fields = (*list_display, "region_code", "created_at", "total", "done", "result")
    readonly_fields = ("what", "result")

    @admin.display(description="种类", ordering="kind")
    def what(self, job: ImportJob) -> str:
        kind = imports.REGISTRY.get(job.kind)
        return kind.title if kind else job.kind

    @admin.display(description="结果")
    def result(self, job: ImportJob) -> str:
        return str(job.summary.get("result", ""))

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[ImportJob]:
        return super().get_queryset(request).defer("content", "errors")


def _calendar_changed(request: HttpRequest) -> None:
    deadlines.recompute_running(actor_of(request))
    # Somebody may have cached the calendar as it stood before this transaction.
    transaction.on_commit(deadlines.forget_calendar)
