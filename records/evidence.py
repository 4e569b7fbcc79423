"""Keeping and handing out evidence files (R3)."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import filetype
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models

from records import trail
from records.actor import Actor
from records.errors import Refused
from records.models import Evidence

IMAGE_TYPES = frozenset({"image/jpeg", "image/png", "image/webp", "image/heic"})
DOCUMENT_TYPES = frozenset({"application/pdf"})
MAX_BYTES = 20 * 1024 * 1024
MOST_FILES = 20
"""How many files one act takes at most."""

_CHUNK = 1024 * 1024


@dataclass(frozen=True)
class Stored:
    """What was found out about a content while it was written to disk."""

    sha256: str
    size: int
    mime: str


def store(
    content: BinaryIO,
    name: str,
    place: Callable[[Stored], Path],
    *,
    allowed: frozenset[str] = IMAGE_TYPES | DOCUMENT_TYPES,
    max_bytes: int = MAX_BYTES,
) -> Stored:
    """Write a content to the path that ``place`` gives, whole or not at all.

    The type is read from the content, not from the name. Raises ``Refused`` for an empty,
    oversized or unsuitable file.
    """
    digest = hashlib.sha256()
    size = 0
    root = Path(settings.EVIDENCE_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    head = b""
    with tempfile.NamedTemporaryFile(dir=root, delete=False) as spool:
        try:
            while chunk := content.read(_CHUNK):
                size += len(chunk)
                if size > max_bytes:
                    raise Refused(f"文件“{name}”超过 {max_bytes // 1024 // 1024} MB，未保存。")
                head = head or chunk[:8192]
                digest.update(chunk)
                spool.write(chunk)
            if size == 0:
                raise Refused(f"文件“{name}”是空的，未保存。")
            mime = filetype.guess_mime(head) or ""
            if mime not in allowed:
                raise Refused(f"文件“{name}”的类型不在允许范围内（照片或 PDF），未保存。")
            spool.flush()
            os.fsync(spool.fileno())
            stored = Stored(sha256=digest.hexdigest(), size=size, mime=mime)
            path = place(stored)
            path.parent.mkdir(parents=True, exist_ok=True)
            os.replace(spool.name, path)
        except BaseException:
            Path(spool.name).unlink(missing_ok=True)
            raise
    return stored


def keep(
    actor: Actor,
    target: models.Model,
    content: BinaryIO,
    name: str,
    *,
    label: str = "",
    allowed: frozenset[str] = IMAGE_TYPES | DOCUMENT_TYPES,
    max_bytes: int = MAX_BYTES,
) -> Evidence:
    """Store a file for an object, with a trail entry; call it inside the act's transaction.

    Raises ``Refused`` as ``store``. The content is on disk before the row exists, so a row never
    points at nothing; the same content is stored once.
    """
    stored = store(
        content, name, lambda each: path_of(each.sha256), allowed=allowed, max_bytes=max_bytes
    )
    evidence = Evidence.objects.create(
        sha256=stored.sha256,
        size=stored.size,
        mime=stored.mime,
        name=Path(name).name[:255] or "未命名",
        label=label,
        target_type=ContentType.objects.get_for_model(target),
        target_id=target.pk,
        uploaded_by_id=actor.user_id,
    )
    trail.record(
        actor,
        "evidence.keep",
        "上传文件",
        target,
        after={
            "file": evidence.name,
            "sha256": evidence.sha256,
            "size": evidence.size,
            "label": label,
        },
    )
    return evidence


def path_of(sha256: str) -> Path:
    """Where a content lies under the evidence root."""
    return Path(settings.EVIDENCE_ROOT) / sha256[:2] / sha256[2:4] / sha256


def of(target: models.Model) -> models.QuerySet[Evidence]:
    """The files of one object, oldest first."""
    return Evidence.objects.filter(
        target_type=ContentType.objects.get_for_model(target), target_id=target.pk
    )


def may_see(actor: Actor, evidence: Evidence) -> bool:
    """A file is seen by whoever sees its object, by the object's own visibility rule."""
    model = evidence.target_type.model_class()
    if model is None:
        return False
    visible = model._default_manager.visible_to(actor)  # type: ignore[attr-defined]
    return bool(visible.filter(pk=evidence.target_id).exists())
