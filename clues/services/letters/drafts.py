"""Writing a letter and putting it before the head (L8)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from clues.acts.common import knows
from clues.acts.letters import LETTER_ACTS, LETTER_STAGES
from clues.models import Clue, Concealable, Referral
from clues.rules.kinds import Kind
from clues.services.letters.checks import check_addressee, check_ready, free_kind, may_send
from clues.services.letters.led import copy_to
from clues.services.turns import wait_turn
from clues.services.uploads import LabelledFiles, keep_labelled
from clues.stages import hold_clue
from credit.models import Subject
from departments.actors import is_clerk_of
from departments.models import Department
from departments.roles import Function
from records import trail
from records.actor import Actor
from records.errors import NotAllowed, Refused

TITLE_MOST, BODY_MOST = 100, 10_000


@dataclass(frozen=True, kw_only=True)
class Content:
    """What the person who drafts a letter fills in; ``to`` or ``outside`` names the addressee."""

    title: str
    body: str
    to: Department | None = None
    outside: str = ""
    subject: Subject | None = None
    copies: tuple[Department, ...] = ()
    files: LabelledFiles = field(default_factory=dict)


@transaction.atomic
def draft(
    actor: Actor,
    kind: str,
    content: Content,
    *,
    clue: Clue | None = None,
    cause: Concealable | None = None,
    answers_to: Referral | None = None,
) -> Referral:
    """Draft a letter in the name of the actor's department; the same draft sent twice is one.

    Belongs to ``clue`` and was caused by ``cause`` where given; it is confidential with them.
    Raises ``NotAllowed`` unless the actor prepares for a department that may send the kind, and
    ``Refused`` with the field for what the rules of the kind do not allow.
    """
    spec = free_kind(kind)
    sender = _sender(actor, spec)
    wait_turn(actor)
    if clue is not None:
        hold_clue(clue.pk)
        clue.refresh_from_db(fields=("confidential",))
    origin = clue or cause
    if origin is not None and not knows(actor, origin):
        raise Refused("线索不存在。", field="clue", code="not_found")
    _check(sender, spec, content)
    same: Referral | None = Referral.objects.filter(
        drafted_by_id=actor.user_id,
        state=Referral.State.DRAFT,
        kind=kind,
        sender=sender,
        to=content.to,
        outside=content.outside.strip(),
        title=content.title.strip(),
        body=content.body.strip(),
        clue=clue,
    ).first()
    if same is not None:
        return same
    letter = Referral.objects.create(
        region_code=sender.region.code,
        confidential=origin is not None and origin.confidential,
        kind=kind,
        title=content.title.strip(),
        body=content.body.strip(),
        clue=clue,
        subject=content.subject,
        cause_type=ContentType.objects.get_for_model(cause) if cause else None,
        cause_id=cause.pk if cause else None,
        answers_to=answers_to,
        sender=sender,
        to=content.to,
        outside=content.outside.strip(),
        drafted_by_id=actor.user_id,
    )
    trail.record(actor, "letter.draft", f"拟{spec.label}", letter)
    keep_labelled(actor, letter, content.files)
    choose_copies(letter, content.copies)
    LETTER_STAGES.enter(actor, letter)
    return letter


def edit(actor: Actor, pk: int, content: Content) -> Referral:
    """Change a draft, or a letter that the addressee returned."""
    with LETTER_ACTS.take(actor, "edit", pk) as letter:
        _check(letter.sender, letter.spec, content)
        letter.title, letter.body = content.title.strip(), content.body.strip()
        letter.to, letter.outside = content.to, content.outside.strip()
        letter.subject = content.subject
        keep_labelled(actor, letter, content.files)
        choose_copies(letter, content.copies)
    return letter


def submit(actor: Actor, pk: int, opinion: str = "") -> Referral:
    """Put a letter before the head of the department. Raises ``Refused`` for what is missing."""
    with LETTER_ACTS.take(actor, "submit", pk, opinion=opinion) as letter:
        check_ready(letter)
    return letter


def reject(actor: Actor, pk: int, opinion: str) -> Referral:
    """The head gives the draft back to be changed."""
    with LETTER_ACTS.take(actor, "reject", pk, opinion=opinion) as letter:
        return letter


def discard(actor: Actor, pk: int, opinion: str = "") -> Referral:
    """Give up a draft that was never sent."""
    with LETTER_ACTS.take(actor, "discard", pk, opinion=opinion) as letter:
        return letter


def choose_copies(letter: Referral, departments: Iterable[Department]) -> None:
    """The departments chosen to get a copy; those by rule are added at the signature."""
    parties = (letter.sender_id, letter.to_id)
    chosen = {department.pk for department in departments if department.pk not in parties}
    letter.copies.filter(read_at=None).exclude(department_id__in=chosen).delete()
    copy_to(letter, chosen)


def _sender(actor: Actor, spec: Kind) -> Department:
    if actor.department_id is None or not is_clerk_of(actor, actor.department_id):
        raise NotAllowed("只有部门经办人或负责人可以拟函。", verb="letter.draft")
    if not may_send(actor.functions, spec):
        names = "、".join(str(Function(each).label) for each in sorted(spec.senders))
        raise NotAllowed(f"{spec.label}只能由{names}发出。", verb="letter.draft")
    return Department.objects.select_related("region").get(pk=actor.department_id)


def _check(sender: Department, spec: Kind, content: Content) -> None:
    for name, label, text, most in (
        ("title", "标题", content.title, TITLE_MOST),
        ("body", "正文", content.body, BODY_MOST),
    ):
        if not text.strip():
            raise Refused(f"请填写{label}。", field=name)
        if len(text.strip()) > most:
            raise Refused(f"{label}不能超过 {most} 字。", field=name)
    check_addressee(sender, spec, content.to, content.outside.strip())
    if spec.needs_subject and content.subject is None:
        raise Refused(f"{spec.label}必须写明监管对象。", field="subject")
