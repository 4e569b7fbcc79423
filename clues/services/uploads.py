"""Keeping the files that come with an act."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, BinaryIO, cast

from django.core.files.uploadedfile import UploadedFile
from django.db import models

from records import evidence
from records.actor import Actor

Files = Sequence["UploadedFile[Any]"]
"""Files as a form hands them over."""


def keep_files(
    actor: Actor, target: models.Model, files: Iterable[UploadedFile[Any]], label: str
) -> None:
    """Keep uploaded files as evidence of an object, where whoever sees it sees them. Raises
    ``Refused`` as ``records.evidence.keep``; call it inside the act."""
    for file in files:
        evidence.keep(actor, target, cast(BinaryIO, file), file.name or "", label=label)
