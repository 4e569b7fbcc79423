"""Keeping the files that come with an act: the one way from a form or a REST call to evidence."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, BinaryIO, cast

from django.core.files.uploadedfile import UploadedFile
from django.db import models

from records import evidence
from records.actor import Actor
from records.errors import Refused
from records.evidence import MOST_FILES

Files = Collection["UploadedFile[Any]"]
"""Files as a form, or ``records.uploads.opened``, hands them over."""

LabelledFiles = Mapping[str, Files]
"""Files by what they are (their label)."""


def keep_files(
    actor: Actor, target: models.Model, files: Iterable[UploadedFile[Any]], label: str = ""
) -> None:
    """Keep uploaded files as evidence of an object, where whoever sees it sees them; call it
    inside the act. Raises ``Refused`` with the field ``files`` as ``records.evidence.keep``, and
    for more than ``MOST_FILES``."""
    given = list(files)
    if len(given) > MOST_FILES:
        raise Refused(f"一次最多上传 {MOST_FILES} 个文件。", field="files")
    for file in given:
        try:
            evidence.keep(actor, target, cast(BinaryIO, file), file.name or "", label=label)
        except Refused as refusal:
            raise Refused(refusal.message, field="files") from None


def keep_labelled(actor: Actor, target: models.Model, files: LabelledFiles) -> None:
    """Keep files each under its label; as ``keep_files``."""
    for label, uploads in files.items():
        keep_files(actor, target, uploads, label)
