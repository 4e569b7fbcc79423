"""Fields for files: the one way in which the forms of this floor take them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from records.evidence import DOCUMENT_TYPES, IMAGE_TYPES, MAX_BYTES, MOST_FILES

PHOTOS = ",".join(sorted(IMAGE_TYPES))
_FILES = ",".join(sorted(IMAGE_TYPES | DOCUMENT_TYPES))
_MOST = f"不超过 {MAX_BYTES // 1024 // 1024} MB。"
HELP = f"照片或 PDF，每个{_MOST}"
PHOTOS_HELP = f"每张{_MOST}"


class FilesInput(forms.FileInput):
    """Several files in one field."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files; an empty list without any."""

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files = [super(FilesField, self).clean(each, initial) for each in data or ()]
        if len(files) > MOST_FILES:
            raise forms.ValidationError(f"一次最多上传 {MOST_FILES} 个文件。")
        return files


def files_field(label: str, help_text: str = HELP) -> FilesField:
    """Photos and papers; where the law asks for some, the service says so."""
    return FilesField(
        label=label,
        required=False,
        widget=FilesInput(attrs={"accept": _FILES, "multiple": True}),
        help_text=help_text,
    )
