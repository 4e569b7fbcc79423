"""Pages of the ground floor: acts, files, deadlines, imports, the trail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar
from urllib.parse import quote

from django.contrib import messages
from django.db import models
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import Truncator
from django.views import View

from records import deadlines, evidence, imports, typed
from records.actor import Actor
from records.acts import ActTable
from records.concealment import reveal
from records.errors import NotAllowed, Refused
from records.excel import template
from records.exports import export, export_list, xlsx_response
from records.forms import TrailFilter
from records.middleware import actor_of
from records.models import Deadline, Evidence, ImportJob
from records.paging import capped_count, requested_page
from records.selectors import TRAIL_SHEET, trail_rows, visible_trail


def done(label: str, instance: object) -> str:
    """What a page says after an act: what was done, and to what."""
    return f"已完成：{label}（{Truncator(instance).chars(60)}）。"


class ActView(View):
    """The POST door of an act table: ``…/<pk>/act/<code>/`` with an ``opinion``.

    A subclass names ``table``, ``handlers`` (act code → service ``(actor, pk, opinion)``; acts
    that take more from the request override ``handler_for``) and ``detail_url`` (URL name that
    takes the pk). Who may not see the object gets 404; who sees
    it but may not act gets 403 and a trail entry; a refusal in words goes back to the page.
    """

    http_method_names: ClassVar[list[str]] = ["post"]
    table: ClassVar[ActTable[Any]]
    handlers: ClassVar[Mapping[str, Callable[[Actor, Any, str], Any]]]
    detail_url: ClassVar[str]

    def post(self, request: HttpRequest, pk: Any, code: str) -> HttpResponse:
        actor = actor_of(request)
        if code not in self.handlers:
            raise Http404
        instance = get_object_or_404(self.visible(actor), pk=pk)
        try:
            self.handler_for(request, code)(actor, pk, request.POST.get("opinion", ""))
        except Refused as refusal:
            messages.error(request, refusal.message)
            typed.keep(request)
            return redirect(self.back_url(request, instance))
        messages.success(request, self.words(code, instance))
        return redirect(self.next_url(request, instance))

    def handler_for(self, request: HttpRequest, code: str) -> Callable[[Actor, Any, str], Any]:
        """The service that does the act; ``code`` is one of ``handlers``."""
        return self.handlers[code]

    def visible(self, actor: Actor) -> models.QuerySet[Any]:
        """The objects this person may know of."""
        return self.table.model._default_manager.visible_to(actor)  # type: ignore[attr-defined]

    def next_url(self, request: HttpRequest, instance: models.Model) -> str:
        """Where to go after the act."""
        return reverse(self.detail_url, args=[instance.pk])

    def words(self, code: str, instance: models.Model) -> str:
        """What is said afterwards."""
        return done(self.table[code].label, instance)

    def back_url(self, request: HttpRequest, instance: models.Model) -> str:
        """Where to go when it was refused: to the page with its button, where what was typed
        stands in the dialog again."""
        return self.next_url(request, instance)


class FileView(View):
    """An evidence file, to whoever may see its object (R3)."""

    def get(self, request: HttpRequest, pk: Any) -> HttpResponseBase:
        found = get_object_or_404(Evidence.objects.select_related("target_type"), pk=pk)
        if not evidence.may_see(actor_of(request), found):
            raise Http404
        response = FileResponse(evidence.path_of(found.sha256).open("rb"), content_type=found.mime)
        response["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(found.name)}"
        response["Cache-Control"] = "private, max-age=3600"
        return response


class DeadlineView(View):
    """How a date came about: what the deadline chip opens."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        known = reveal(Deadline.objects.all(), actor)
        deadline = get_object_or_404(
            known.select_related("department").prefetch_related("pauses", "extensions"), pk=pk
        )
        model = deadline.target_type.model_class()
        target = (
            model._default_manager.visible_to(actor).filter(pk=deadline.target_id)  # type: ignore[union-attr]
        )
        if deadline.department_id != actor.department_id and not target.exists():
            raise Http404
        context = {
            "deadline": deadline,
            "chip": deadlines.chip(deadline),
            "lines": deadlines.explanation(deadline),
        }
        alone = "HX-Request" not in request.headers
        template = "records/deadline_page.html" if alone else "records/deadline.html"
        return render(request, template, context)


class ImportListView(View):
    """The uploads of one's own department, newest first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        jobs = imports.visible_jobs(actor).defer("content").select_related("created_by")
        page = requested_page(request, jobs, ("-created_at", "-id"), size=30)
        kinds = [kind for kind in imports.REGISTRY.values() if kind.may(actor)]
        rows = [(job, imports.REGISTRY[job.kind]) for job in page]
        context = {"rows": rows, "page": page, "kinds": kinds, "title": "导入记录"}
        return render(request, "records/imports.html", context)


class ImportNewView(View):
    """Choose a file of one kind and send it in for checking."""

    def get(self, request: HttpRequest, kind: str) -> HttpResponse:
        return self._show(request, self._kind(request, kind))

    def post(self, request: HttpRequest, kind: str) -> HttpResponse:
        found = self._kind(request, kind)
        upload = request.FILES.get("file")
        if upload is None:
            return self._show(request, found, "请选择要导入的 Excel 文件（.xlsx）。")
        if (upload.size or 0) > imports.MAX_BYTES:
            return self._show(request, found, imports.too_large())
        try:
            job = imports.upload(actor_of(request), kind, upload.name or "", upload.read())
        except Refused as refusal:
            return self._show(request, found, refusal.message)
        return redirect("records:import", pk=job.pk)

    def _kind(self, request: HttpRequest, code: str) -> imports.ImportKind:
        if code not in imports.REGISTRY:
            raise Http404
        kind = imports.REGISTRY[code]
        if not kind.may(actor_of(request)):
            raise NotAllowed(f"您没有导入{kind.title}的权限。", verb=f"import.{code}")
        return kind

    def _show(
        self, request: HttpRequest, kind: imports.ImportKind, error: str = ""
    ) -> HttpResponse:
        context = {
            "kind": kind,
            "error": error,
            "has_sample": imports.has_sample(actor_of(request), kind.code),
        }
        return render(request, "records/import_new.html", context, status=422 if error else 200)


class ImportTemplateView(View):
    """The empty form of one kind of import."""

    def get(self, request: HttpRequest, kind: str) -> HttpResponse:
        if kind not in imports.REGISTRY:
            raise Http404
        found = imports.REGISTRY[kind]
        return xlsx_response(template(found.sheet), f"{found.title}导入模板.xlsx")


class ImportSampleView(View):
    """The demo county's own file of one kind."""

    def get(self, request: HttpRequest, kind: str) -> HttpResponse:
        if kind not in imports.SAMPLES or kind not in imports.REGISTRY:
            raise Http404
        return xlsx_response(
            imports.SAMPLES[kind].make(), f"{imports.REGISTRY[kind].title}（演示县）.xlsx"
        )


class ImportView(View):
    """One upload: its progress, its mistakes by row and column, or its preview."""

    template_name = "records/import.html"

    def get(self, request: HttpRequest, pk: Any) -> HttpResponse:
        job = get_object_or_404(
            imports.visible_jobs(actor_of(request)).defer("content").select_related("created_by"),
            pk=pk,
        )
        kind = imports.kind_of(job.kind)
        if request.GET.get("export") == "errors":
            return export(request, imports.ERRORS_SHEET, job.errors, f"{kind.title}导入错误.xlsx")
        columns, rows = job.summary.get("columns", []), job.summary.get("rows", [])
        context = {
            "job": job,
            "kind": kind,
            "preview": [list(zip(columns, row, strict=True)) for row in rows],
            "written": job.summary.get("written", job.total),
            "progress": _progress(job, kind),
            "waiting": job.state in (ImportJob.State.CHECKING, ImportJob.State.IMPORTING),
            "may_confirm": job.created_by_id == actor_of(request).user_id,
            "done_url": reverse(kind.done_url),
        }
        return render(request, self.template_name, context)


class ImportProgressView(ImportView):
    """The part of the page that asks again until the work has ended."""

    template_name = "records/import_state.html"


class ImportConfirmView(View):
    """Let a checked file be imported."""

    def post(self, request: HttpRequest, pk: Any) -> HttpResponse:
        get_object_or_404(imports.visible_jobs(actor_of(request)).defer("content"), pk=pk)
        try:
            imports.confirm(actor_of(request), str(pk))
        except Refused as refusal:
            messages.error(request, refusal.message)
        return redirect("records:import", pk=pk)


def _progress(job: ImportJob, kind: imports.ImportKind) -> dict[str, Any]:
    checking = job.state == ImportJob.State.CHECKING
    return {
        "state": "running",
        "text": f"正在检查{kind.title}文件" if checking else f"正在导入{kind.title}",
        "done": 0 if checking else imports.progress_of(job),
        "total": 0 if checking else job.total,
        "poll_url": reverse("records:import-progress", args=[job.pk]),
    }


class TrailView(View):
    """The trail, for the audit administrator (all) and the coordination office (its region)."""

    def get(self, request: HttpRequest) -> HttpResponse:
        form = TrailFilter(request.GET)
        entries = form.narrow(visible_trail(actor_of(request)))
        if request.GET.get("export") == "xlsx":
            entries = entries.order_by("-id")
            return export_list(request, TRAIL_SHEET, entries, trail_rows, "留痕.xlsx")
        page = requested_page(request, entries, ("-id",))
        context = {"page": page, "form": form, "total": capped_count(entries)}
        return render(request, "records/trail.html", context)
