"""Letters at every point of their way, brought there through the services."""

from __future__ import annotations

from typing import Any

from clues.acts.letters import LETTER_ACTS
from clues.models import Referral, Stop
from clues.rules.kinds import KINDS
from clues.services.letters import answering, drafts, sending
from clues.services.letters.drafts import Content
from clues.tests.samples import person, photo
from credit.models import Subject
from departments.models import Department


def office(username: str) -> Department:
    """The department of a demo account."""
    return Department.objects.select_related("region").get(pk=person(username).department_id)


def subject() -> Subject:
    """A subject of the demo county."""
    place = office("mzj_clerk").region
    found, _ = Subject.objects.get_or_create(
        region=place,
        id_kind="uscc",
        identifier="91411603MA4X00001T",
        defaults={
            "categories": ["elderly_care"],
            "grade": "B",
            "name": "淮阳区幸福养老院",
            "address": "城关回族镇文昌大道 12 号",
        },
    )
    return found


def content(to: Department | None, kind: str = "assistance", **over: Any) -> Content:
    """What somebody fills in, with everything that the kind demands."""
    spec = KINDS[kind]
    facts: dict[str, Any] = {
        "title": "关于协助核查幸福养老院消防设施情况的函",
        "body": "我局接到群众反映，该院疏散通道堵塞。\n请贵单位派员协助核查。",
        "to": to,
        "files": {label: [photo(f"{label}.jpg")] for label in spec.evidence},
    }
    if spec.needs_subject:
        facts["subject"] = subject()
    return Content(**(facts | over))


def drafted(
    kind: str = "assistance",
    clerk: str = "mzj_clerk",
    to: str | None = "xfdd_clerk",
    *,
    clue: Any = None,
    **over: Any,
) -> Referral:
    """A draft of the clerk's department."""
    addressee = office(to) if to else None
    return drafts.draft(person(clerk), kind, content(addressee, kind, **over), clue=clue)


def in_review(*args: Any, **kwargs: Any) -> Referral:
    """A draft before the head."""
    letter = drafted(*args, **kwargs)
    return drafts.submit(person(_clerk_of(letter)), letter.pk)


def sent(*args: Any, **kwargs: Any) -> Referral:
    """A letter signed and on its way."""
    letter = in_review(*args, **kwargs)
    return sending.sign(person(_clerk_of(letter).replace("clerk", "head")), letter.pk)


def received(*args: Any, **kwargs: Any) -> Referral:
    """A letter that its addressee has received."""
    letter = sent(*args, **kwargs)
    return sending.receive(
        person(kwargs.get("to", args[2] if len(args) > 2 else "xfdd_clerk")), letter.pk
    )


def proposed(answer: str, *args: Any, **kwargs: Any) -> Referral:
    """A letter whose answer is before the addressee's head."""
    letter = received(*args, **kwargs)
    clerk = kwargs.get("to", args[2] if len(args) > 2 else "xfdd_clerk")
    label = letter.spec.answer_evidence.get(answer)
    files = {label: [photo(f"{label}.jpg")]} if label else {}
    return answering.propose(person(clerk), letter.pk, answer, "已派员到场，情况属实。", files)


def _clerk_of(letter: Referral) -> str:
    assert letter.drafted_by is not None
    return letter.drafted_by.username


def main_stop(letter: Referral) -> Stop:
    """The stop at which the letter lies now."""
    return Stop.objects.open().of(letter).select_related("deadline").get(code="main")


def codes(username: str, letter: Referral) -> set[str]:
    """The acts that a person may do with the letter now."""
    letter = Referral.objects.get(pk=letter.pk)
    return {act.code for act in LETTER_ACTS.allowed(person(username), letter)}
