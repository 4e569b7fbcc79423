"""A letter as a paper (``clues.paper``): what stands on it, printed or on the screen."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import PurePath

from django.utils import timezone

from clues.models import Referral
from clues.paper import DOCX, PDF, Paper, to_docx, to_pdf
from clues.services.letters.answering import ANSWER_FILES, OUTSIDE_LABEL, SUPPLEMENT_LABEL
from clues.services.letters.checks import OTHER_FILES
from departments.models import Department
from inspections.services.notices import full_name
from records import evidence
from records.actor import Actor
from records.errors import Refused

SECRECY = "内部保密"
UNSIGNED = "（未签发）"


@dataclass(frozen=True)
class File:
    """A printed letter for download."""

    name: str
    mime: str
    content: bytes


def paper_of(letter: Referral) -> Paper:
    """The letter as it is sent; before the signature its number says that it is a draft.

    The caller has checked that the reader may see the letter.
    """
    issuer = signature_of(letter.sender)
    return Paper(
        issuer=issuer,
        number=letter.number or UNSIGNED,
        secrecy=SECRECY if letter.confidential else "",
        title=letter.title,
        addressees=(signature_of(letter.to) if letter.to else letter.outside,),
        body=(letter.body,),
        attachments=attachments_of(letter),
        signers=(issuer,),
        date=timezone.localtime(letter.sent_at).date() if letter.sent_at else None,
        copies=tuple(signature_of(copy.department) for copy in letter.copies.all()),
    )


def attachments_of(letter: Referral) -> tuple[str, ...]:
    """What the note on attachments lists: the files that were there when the letter was sent,
    by what they are; several of one kind with their number."""
    files = evidence.of(letter).exclude(label__in=(*answer_labels(letter), SUPPLEMENT_LABEL))
    if letter.sent_at is not None:
        files = files.filter(uploaded_at__lte=letter.sent_at)
    counts = Counter(
        file.label if file.label not in ("", OTHER_FILES) else PurePath(file.name).stem
        for file in files
    )
    return tuple(f"{name}（{n}份）" if n > 1 else name for name, n in counts.items())


def answer_labels(letter: Referral) -> frozenset[str]:
    """The labels of files that belong to the answer, not to the letter."""
    return frozenset({*letter.spec.answer_evidence.values(), ANSWER_FILES, OUTSIDE_LABEL})


def print_letter(actor: Actor, pk: int, form: str) -> File:
    """The letter as ``pdf`` or ``docx``, for whoever may see it.

    Raises ``Refused`` with code ``not_found`` for everybody else.
    """
    letter = (
        Referral.objects.visible_to(actor)
        .select_related("sender__region", "to__region")
        .prefetch_related("copies__department__region")
        .filter(pk=pk)
        .first()
    )
    if letter is None:
        raise Refused("函件不存在。", code="not_found")
    paper = paper_of(letter)
    name = f"{letter.number or letter.spec.label}.{form}"
    if form == "pdf":
        return File(name, PDF, to_pdf(paper))
    return File(name, DOCX, to_docx(paper))


def signature_of(department: Department) -> str:
    """The full name a department signs with and is addressed by."""
    return full_name(department, department.region)
