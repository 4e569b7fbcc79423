"""Objections and repairs at different points, and the facts that they name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from django.core.files.uploadedfile import SimpleUploadedFile

from credit.models import CreditEvent, Petition, Subject
from credit.services import events, petitions
from credit.services.events import Told
from credit.services.petitions import Answer, PetitionInput
from records import clock
from records.actor import SYSTEM, Actor
from records.periods import months_before

Who = Callable[[str], Actor]
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def paper(name: str = "材料.pdf") -> SimpleUploadedFile:
    """A paper as a form hands it over."""
    return SimpleUploadedFile(name, PDF, content_type="application/pdf")


def fact(
    subject: Subject,
    key: str = "1",
    *,
    kind: str = "penalty",
    months: int = 6,
    amount: int = 20_000,
    source: str = "外部：市公共信用信息中心",
) -> CreditEvent:
    """A fact of so many months ago, told by another body."""
    told = Told(subject.pk, kind, ago(months), "罚款", source, key, amount)
    events.tell(SYSTEM, [told])
    return CreditEvent.objects.get(source=source, source_key=key)


def ago(months: int) -> dt.date:
    return months_before(clock.today(), months)


def said(kind: str, *items: str) -> PetitionInput:
    return PetitionInput(kind, "孙敬亭", "0394-2222222", "说明情况，附材料。", items)


def entered(who: Who, subject: Subject, kind: str, *items: str) -> Petition:
    """Taken in by civil affairs; its papers are there."""
    return petitions.enter(
        who("mzj_clerk"), subject.pk, said(kind, *items), [paper()], [paper("证明.pdf")]
    )


def objected(who: Who, subject: Subject, *facts: CreditEvent) -> Petition:
    """An objection about facts, taken up: the credit group verifies what others told."""
    made = entered(who, subject, "objection", *(f"event:{each.pk}" for each in facts))
    return petitions.accept(who("mzj_head"), made.pk)


def applied(who: Who, subject: Subject, *facts: CreditEvent) -> Petition:
    """A repair of facts, taken up."""
    made = entered(who, subject, "repair", *(f"event:{each.pk}" for each in facts))
    return petitions.accept(who("mzj_head"), made.pk)


def answered(who: Who, petition: Petition, *outcomes: str) -> Petition:
    """The credit group's answer, before its head: one outcome for all, or one for each."""
    items = list(petition.items.all())
    each: Sequence[str] = outcomes if len(outcomes) > 1 else outcomes * len(items)
    answers = {item.pk: Answer(outcome) for item, outcome in zip(items, each, strict=True)}
    return petitions.answer(who("fgw_clerk"), petition.pk, "已核查原始材料。", answers)


def decided(who: Who, petition: Petition, *outcomes: str) -> Petition:
    """Answered and signed."""
    answered(who, petition, *outcomes)
    return petitions.confirm(who("fgw_head"), petition.pk)
