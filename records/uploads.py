"""Files sent ahead over REST: uploaded first, named by their ids in the call that uses them.

A call that names an upload keeps a copy of it as evidence of its object (``records.evidence``),
with the checks and the trail entry of any other file. The upload itself stays for the rest of its
time, so that a call repeated after a lost answer finds it again.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from records import clock, evidence
from records.actor import Actor
from records.errors import Refused
from records.models import Upload

KEPT_FOR = dt.timedelta(hours=24)
"""How long an upload can be named."""

MOST_KEPT = 200
"""How many uploads of one person are kept at a time."""


def receive(actor: Actor, file: UploadedFile[Any]) -> Upload:
    """Take a file in for later calls of the same person (never the system).

    Raises ``Refused`` with the field ``file`` as ``evidence.store``, and when too many wait.
    """
    assert actor.user_id is not None
    if Upload.objects.filter(uploaded_by_id=actor.user_id).count() >= MOST_KEPT:
        hours = KEPT_FOR // dt.timedelta(hours=1)
        raise Refused(f"{hours} 小时内最多上传 {MOST_KEPT} 个文件，请稍后再试。", field="file")
    key, name = uuid.uuid4(), Path(file.name or "").name[:255] or "未命名"
    try:
        stored = evidence.store(cast(BinaryIO, file), name, lambda _: _path(key))
    except Refused as refusal:
        raise Refused(refusal.message, field="file") from None
    return Upload.objects.create(
        id=key,
        name=name,
        sha256=stored.sha256,
        size=stored.size,
        mime=stored.mime,
        uploaded_by_id=actor.user_id,
    )


@contextmanager
def opened(actor: Actor, ids: Sequence[uuid.UUID]) -> Iterator[list[UploadedFile[Any]]]:
    """The person's uploads with these ids in their order, as a form would hand them over.

    Raises ``Refused`` with the field ``files`` for an id that is not the person's own.
    """
    own = Upload.objects.filter(
        uploaded_by_id=actor.user_id, uploaded_at__gt=clock.now() - KEPT_FOR
    ).in_bulk(ids)
    with ExitStack() as stack:
        files = []
        for key in ids:
            upload = own.get(key)
            if upload is None or not _path(key).exists():
                raise Refused(f"没有找到文件 {key}，请重新上传。", field="files")
            content = stack.enter_context(_path(key).open("rb"))
            files.append(UploadedFile(content, upload.name, upload.mime, upload.size))
        yield files


def sweep() -> int:
    """Remove uploads whose time is over, and contents that lost their row; returns how many."""
    before = clock.now() - KEPT_FOR
    _, removed = Upload.objects.filter(uploaded_at__lte=before).delete()
    for path in _folder().glob("*"):
        if path.stat().st_mtime <= before.timestamp():
            path.unlink(missing_ok=True)
    return removed.get(Upload._meta.label, 0)


def _folder() -> Path:
    return Path(settings.EVIDENCE_ROOT) / "uploads"


def _path(key: uuid.UUID) -> Path:
    return _folder() / str(key)
