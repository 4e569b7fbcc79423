"""Excel files on their way in: check whole, show, then all rows or none.

An app registers what it imports::

    register(ImportKind(code="subjects", title="监管对象", sheet=SHEET, may=…, check=…, apply=…))

``check`` adds the errors that only the database knows (``parsed.add_error``); ``apply`` writes the
rows inside one transaction and reports progress.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from django.core.cache import cache
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from records import clock, periods, trail
from records.actor import Actor
from records.errors import Conflict, NotAllowed, Refused
from records.excel import CellError, Column, FileRefused, Parsed, Row, Sheet, kinds, read
from records.models import ImportJob
from records.queue import wake_after_commit
from records.worklist import WorkItem

log = structlog.get_logger(__name__)

MAX_BYTES = 10 * 1024 * 1024
MAX_ERRORS_KEPT = 1000
FAILURES_SHOWN_DAYS = 30
"""How long somebody is reminded of an import that failed."""

ERRORS_SHEET = Sheet(
    title="导入错误",
    columns=(
        Column("row", "行", kinds.integer(), width=8),
        Column("column", "列", kinds.text(10), width=8),
        Column("heading", "字段", kinds.text(100), width=18),
        Column("value", "填写内容", kinds.text(300), width=30),
        Column("message", "问题", kinds.text(500), width=60),
    ),
)


@dataclass(frozen=True)
class ImportKind:
    """One kind of Excel file.

    ``may`` says who may import it. ``check(actor, parsed)`` adds further errors to ``parsed`` and
    returns the summary for the preview
    (``{"columns": [...], "rows": [[...], ...], "facts": [[label, text], …]}``, and ``written``
    when fewer rows than the file has would be).
    ``apply(actor, rows, progress)`` writes all rows and returns a sentence for the result page;
    it runs in one transaction together with the trail entry. ``done_url`` names the page to go on.
    """

    code: str
    title: str
    sheet: Sheet
    may: Callable[[Actor], bool]
    check: Callable[[Actor, Parsed], dict[str, Any]]
    apply: Callable[[Actor, Sequence[Row], Callable[[int], None]], str]
    done_url: str
    help: str = ""


REGISTRY: dict[str, ImportKind] = {}


@dataclass(frozen=True)
class Sample:
    """An example file of one kind, and to whom it is of use."""

    make: Callable[[], bytes]
    may: Callable[[Actor], bool] = lambda _: True


SAMPLES: dict[str, Sample] = {}
"""Example files per kind, registered by the demo county only."""


def has_sample(actor: Actor, code: str) -> bool:
    """Whether an example file of the kind is there for the person."""
    return code in SAMPLES and SAMPLES[code].may(actor)


def register(kind: ImportKind) -> ImportKind:
    """Make a kind of import known; called once at import time of the app's services."""
    REGISTRY[kind.code] = kind
    return kind


def kind_of(code: str) -> ImportKind:
    """The kind with this code; raises ``Refused`` (not found)."""
    if code not in REGISTRY:
        raise Refused("没有这种导入。", code="not_found")
    return REGISTRY[code]


def visible_jobs(actor: Actor) -> QuerySet[ImportJob]:
    """The uploads of the person's own department."""
    if actor.department_id is None:
        return ImportJob.objects.none()
    return ImportJob.objects.filter(department_id=actor.department_id)


def pending_imports(actor: Actor) -> list[WorkItem]:
    """The person's own files that were checked and wait to be confirmed, or were not written."""
    own = visible_jobs(actor).filter(created_by_id=actor.user_id, kind__in=REGISTRY)
    ready = own.filter(state=ImportJob.State.READY).defer("content")[:20]
    failed = own.filter(pk__in=unanswered_failures().values("pk")).defer("content")[:20]
    return [
        *(
            WorkItem(
                what=f"确认导入{kind_of(job.kind).title}",
                about=f"{job.file_name}，{job.total} 行，检查通过",
                url=reverse("records:import", args=[job.pk]),
                label="去确认",
            )
            for job in ready
        ),
        *(
            WorkItem(
                what=f"重新导入{kind_of(job.kind).title}",
                about=f"{job.file_name}，{job.get_state_display()}",
                url=reverse("records:import", args=[job.pk]),
                label="查看",
            )
            for job in failed
        ),
    ]


def unanswered_failures() -> QuerySet[ImportJob]:
    """Imports of the last weeks that failed, and that the person has not tried again."""
    later = ImportJob.objects.filter(
        kind=OuterRef("kind"),
        created_by=OuterRef("created_by"),
        created_at__gt=OuterRef("created_at"),
    )
    return ImportJob.objects.filter(
        ~Exists(later),
        state=ImportJob.State.FAILED,
        finished_at__gte=periods.ago(clock.now(), days=FAILURES_SHOWN_DAYS),
    )


def too_large() -> str:
    """The words for a file over the size limit."""
    return f"文件超过 {MAX_BYTES // 1024 // 1024} MB，请拆分后分别导入。"


def upload(actor: Actor, code: str, file_name: str, content: bytes) -> ImportJob:
    """Take a file in for checking. Raises ``NotAllowed``, or ``Refused`` when it is too large."""
    kind = kind_of(code)
    _ensure_allowed(actor, kind)
    if actor.department_id is None or actor.user_id is None:
        raise NotAllowed("请使用部门账号导入。", verb=f"import.{code}")
    if len(content) > MAX_BYTES:
        raise Refused(too_large(), field="file")
    with transaction.atomic():
        job = ImportJob.objects.create(
            kind=code,
            region_code=actor.region_code,
            department_id=actor.department_id,
            created_by_id=actor.user_id,
            file_name=file_name[:255],
            content=content,
        )
        trail.record(
            actor,
            "import.upload",
            f"上传{kind.title}导入文件",
            job,
            after={"file": file_name, "bytes": len(content)},
        )
        wake_after_commit("records.run_import", str(job.pk))
    return job


def confirm(actor: Actor, job_id: str) -> ImportJob:
    """Let a checked file be imported. Raises ``NotAllowed`` or ``Conflict``."""
    with transaction.atomic():
        job = ImportJob.objects.select_for_update().filter(pk=job_id).first()
        if job is None:
            raise Refused("导入任务不存在。", code="not_found")
        kind = kind_of(job.kind)
        _ensure_allowed(actor, kind)
        if job.created_by_id != actor.user_id:
            raise NotAllowed("只有上传人可以确认导入。", verb="import.confirm", target=job)
        if job.state != ImportJob.State.READY:
            raise Conflict(f"该文件{job.get_state_display()}，不能确认导入。")
        job.state = ImportJob.State.IMPORTING
        job.done = 0
        job.save(update_fields=("state", "done"))
        trail.record(actor, "import.confirm", f"确认导入{kind.title}", job)
        wake_after_commit("records.run_import", str(job.pk))
    return job


def run(job_id: str, actor_for_user: Callable[[Any], Actor]) -> None:
    """Take a job one step on: check it, or import it. Safe to repeat; one worker at a time.

    The row lock lives in the transaction, so a killed worker leaves the job as it was and the
    next one takes it up again.
    """
    with transaction.atomic():
        job = (
            ImportJob.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("created_by__department__region", "created_by__township")
            .filter(pk=job_id, state__in=(ImportJob.State.CHECKING, ImportJob.State.IMPORTING))
            .first()
        )
        if job is None:
            return
        actor = actor_for_user(job.created_by)
        kind = kind_of(job.kind)
        if job.state == ImportJob.State.CHECKING:
            try:
                with transaction.atomic():
                    _check(job, kind, actor)
            except Exception as error:
                _give_up(job, error)
            return
    _import(job, kind, actor)


def _check(job: ImportJob, kind: ImportKind, actor: Actor) -> None:
    summary: dict[str, Any] = {}
    try:
        parsed = read(kind.sheet, bytes(job.content), job.file_name)
    except FileRefused as refusal:
        errors = [_as_dict(CellError(0, "", "", "", str(refusal)))]
        total = 0
    else:
        summary = kind.check(actor, parsed)
        errors = [_as_dict(error) for error in parsed.errors]
        total = len(parsed.rows)
        if total == 0 and not errors:
            errors = [_as_dict(CellError(0, "", "", "", "文件中没有数据行，请填写后再上传。"))]
    job.total = total
    job.errors = errors[:MAX_ERRORS_KEPT]
    job.summary = {**summary, "error_count": len(errors)}
    job.state = ImportJob.State.REFUSED if errors else ImportJob.State.READY
    job.finished_at = clock.now() if errors else None
    job.save(update_fields=("total", "errors", "summary", "state", "finished_at"))


def _import(job: ImportJob, kind: ImportKind, actor: Actor) -> None:
    try:
        with transaction.atomic():
            locked = (
                ImportJob.objects.select_for_update(skip_locked=True)
                .filter(pk=job.pk, state=ImportJob.State.IMPORTING)
                .first()
            )
            if locked is None:
                return
            parsed = read(kind.sheet, bytes(locked.content), locked.file_name)
            kind.check(actor, parsed)
            if parsed.errors:
                raise Refused(f"检查之后数据有变化：{parsed.errors[0]}。请重新上传文件。")
            rows = parsed.rows
            message = kind.apply(actor, rows, lambda done: _progress(locked, done))
            locked.summary = {**locked.summary, "result": message}
            locked.done = len(rows)
            locked.state = ImportJob.State.DONE
            locked.finished_at = clock.now()
            locked.save(update_fields=("summary", "done", "state", "finished_at"))
            trail.record(
                actor,
                "import.done",
                f"导入{kind.title}",
                locked,
                after={"rows": len(rows), "result": message},
            )
    except Exception as error:
        _give_up(job, error)


def _give_up(job: ImportJob, error: Exception) -> None:
    """End a job that cannot go on, or every round of the schedule would try it again."""
    log.exception("import.failed", job=str(job.pk))
    words = error.message if isinstance(error, Refused) else "系统内部错误，已通知管理员。"
    unfinished = (ImportJob.State.CHECKING, ImportJob.State.IMPORTING)
    ImportJob.objects.filter(pk=job.pk, state__in=unfinished).update(
        state=ImportJob.State.FAILED,
        finished_at=clock.now(),
        summary={**job.summary, "result": words},
    )


def progress_of(job: ImportJob) -> int:
    """Rows written so far, also while the import's transaction is still open."""
    return max(job.done, int(cache.get(f"import:{job.pk}", 0)))


def _progress(job: ImportJob, done: int) -> None:
    cache.set(f"import:{job.pk}", done, timeout=3600)


def _as_dict(error: CellError) -> dict[str, Any]:
    return {
        "row": error.row,
        "column": error.column_letter,
        "heading": error.heading,
        "value": _kept(str(error.value)[:200]),
        "message": _kept(error.message),
    }


def _kept(text: str) -> str:
    """The text as the database keeps it: a cell may hold NUL (``_x0000_`` in the file)."""
    return text.replace("\0", "\ufffd")


def _ensure_allowed(actor: Actor, kind: ImportKind) -> None:
    if not kind.may(actor):
        raise NotAllowed(f"您没有导入{kind.title}的权限。", verb=f"import.{kind.code}")
