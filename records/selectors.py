"""What pages read from the trail."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Case, F, QuerySet, TextField, Value, When
from django.utils import timezone

from records import evidence
from records.actor import Actor
from records.concealment import NAMELESS, is_concealed, oversee
from records.errors import NotAllowed
from records.excel import Column, Sheet, kinds
from records.models import Evidence, TrailEntry
from records.roles import AUDIT_ADMIN, COORDINATION

_TEXT = TextField()

TRAIL_SHEET = Sheet(
    title="留痕",
    columns=(
        Column("at", "时间", kinds.text(300), width=20),
        Column("actor", "操作人", kinds.text(300), width=12),
        Column("department", "部门", kinds.text(300), width=24),
        Column("label", "动作", kinds.text(300), width=24),
        Column("target", "对象", kinds.text(300), width=40),
        Column("opinion", "意见或理由", kinds.text(300), width=40),
        Column("outcome", "结果", kinds.text(300), width=14),
        Column("request", "请求编号", kinds.text(300), width=34),
    ),
)


def visible_trail(actor: Actor) -> QuerySet[TrailEntry]:
    """All entries for the audit administrator, those of its region for the coordination office.

    ``shown_target`` and ``shown_opinion`` are what a page shows and searches. The coordination
    office does not learn of what was done with confidential objects, nor of what other departments
    have not signed yet; the audit administrator
    sees that something was done, by whom and when, but neither what with nor what was said.
    Raises ``NotAllowed`` for everybody else.
    """
    if actor.has_role(AUDIT_ADMIN):
        hidden = is_concealed(actor)
        return TrailEntry.objects.annotate(
            shown_target=Case(
                When(hidden, then=Value(NAMELESS)), default=F("target_name"), output_field=_TEXT
            ),
            shown_opinion=Case(
                When(hidden, then=Value("")), default=F("opinion"), output_field=_TEXT
            ),
        )
    if actor.fills(COORDINATION):
        entries = TrailEntry.objects.filter(region_code__startswith=actor.region_code)
        return oversee(entries, actor).annotate(
            shown_target=F("target_name"), shown_opinion=F("opinion")
        )
    raise NotAllowed("只有审计管理员和综合协调组可以查看全部留痕。", verb="trail.view")


def trail_rows(entries: Iterable[Any]) -> Iterator[dict[str, Any]]:
    """Entries of ``visible_trail`` as rows of ``TRAIL_SHEET``."""
    for entry in entries:
        yield {
            "at": timezone.localtime(entry.at).strftime("%Y-%m-%d %H:%M:%S"),
            "actor": entry.actor_name,
            "department": entry.department_name,
            "label": entry.label,
            "target": entry.shown_target,
            "opinion": entry.shown_opinion,
            "outcome": entry.get_outcome_display(),
            "request": entry.request_id,
        }


@dataclass(frozen=True)
class NamedFile:
    """A file that a step brought, by its name."""

    name: str


@dataclass(frozen=True)
class TimelineEntry:
    """One line of a page's timeline: the trail in human words. ``since_previous`` is None where
    nobody waited: at the first step, and within a minute of the one before."""

    at: dt.datetime
    verb: str
    who: str
    department: str
    opinion: str
    since_previous: dt.timedelta | None
    attachments: tuple[NamedFile, ...] = ()
    tone: str = "neutral"


def timeline(
    *targets: models.Model,
    limit: int = 100,
    without: Iterable[str] = (),
    files_of: models.Model | None = None,
) -> list[TimelineEntry]:
    """What was done with the objects, newest first, in one query per kind of object.

    Acts whose verb is one of ``without`` are told elsewhere on the page. Files are named only of
    ``files_of``, the object whose files the page shows to everybody who sees it.
    """
    keys: dict[type[models.Model], list[int]] = {}
    for target in targets:
        keys.setdefault(type(target), []).append(target.pk)
    entries: list[TrailEntry] = []
    for kind, pks in keys.items():
        content_type = ContentType.objects.get_for_model(kind)
        entries.extend(
            TrailEntry.objects.filter(target_type=content_type, target_id__in=pks).exclude(
                verb__in=without
            )[:limit]
        )
    entries.sort(key=lambda entry: (entry.at, entry.pk))
    return lines_of(entries, files_of)[:limit]


def lines_of(
    entries: Iterable[TrailEntry], files_of: models.Model | None = None
) -> list[TimelineEntry]:
    """Entries of the trail, oldest first, as lines of a timeline, newest first."""
    lines: list[TimelineEntry] = []
    previous: dt.datetime | None = None
    for entry in entries:
        file, label = _file(entry, files_of)
        lines.append(
            TimelineEntry(
                at=entry.at,
                verb=f"上传{label}" if label else entry.label,
                who=entry.actor_name,
                department=entry.department_name,
                opinion=entry.opinion,
                since_previous=waited(entry.at, previous),
                attachments=(NamedFile(file),) if file else (),
                tone="bad" if entry.outcome == TrailEntry.Outcome.DENIED else "neutral",
            )
        )
        previous = entry.at
    return lines[::-1]


def waited(at: dt.datetime, previous: dt.datetime | None) -> dt.timedelta | None:
    """How long a step let wait after the one before; None when less than a minute."""
    passed = at - previous if previous else None
    return passed if passed and passed >= dt.timedelta(minutes=1) else None


def _file(entry: TrailEntry, shown: models.Model | None) -> tuple[str, str]:
    """Name and label of the file that the step brought, if files of the object are shown."""
    if shown is None or entry.verb != "evidence.keep" or entry.target_id != shown.pk:
        return "", ""
    if entry.target_type_id != ContentType.objects.get_for_model(shown).pk:
        return "", ""
    return entry.after.get("file", ""), entry.after.get("label", "")


def attachments(target: models.Model) -> list[Evidence]:
    """The files of an object."""
    return list(evidence.of(target))
