"""What pages and the API read of letters; nothing here shows a letter that the person may not
know of, nor an answer before its head has signed it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from clues.acts.letters import INTERNAL_ACTS, LETTER_ACTS
from clues.models import Concealable, Referral, ReferralCopy
from clues.rules.kinds import DRAFT_DUE, FREE_KINDS, REVIEW_DUE, Kind
from clues.services.letters.answering import OUTSIDE_LABEL, SUPPLEMENT_LABEL
from clues.services.letters.checks import may_send
from clues.services.letters.printing import answer_labels
from departments.actors import is_clerk_of
from departments.profile import time_limit
from records import evidence, trail
from records.actor import Actor
from records.deadlines import Chip, chips_for
from records.excel import Column, Sheet, kinds
from records.models import Evidence
from records.selectors import TimelineEntry, timeline
from records.worklist import WorkItem

ORDER = ("-listed_at", "-id")
"""The order of every list of letters, for ``keyset_page``."""

LETTER_SHEET = Sheet(
    title="函件",
    columns=(
        Column("number", "文号", kinds.text(60), width=28),
        Column("kind", "类别", kinds.text(30), width=18),
        Column("title", "标题", kinds.text(100), width=48),
        Column("sender", "发函部门", kinds.text(100), width=24),
        Column("to", "收函单位", kinds.text(100), width=24),
        Column("state", "状态", kinds.text(30), width=14),
        Column("sent", "发出日期", kinds.date(), width=14),
        Column("received", "签收日期", kinds.date(), width=14),
        Column("answered", "答复日期", kinds.date(), width=14),
        Column("answer", "答复", kinds.text(30), width=16),
        Column("clock", "期限", kinds.text(30), width=20),
    ),
)

_INTERNAL_LABELS = frozenset(
    {
        *(LETTER_ACTS[code].label for code in INTERNAL_ACTS),
        *(f"起算期限：{clock.title}" for clock in (DRAFT_DUE, REVIEW_DUE)),
    }
)


def listed(actor: Actor) -> QuerySet[Referral]:
    """The letters of a list with what its rows show; ordered by ``ORDER``."""
    return (
        Referral.objects.listed_for(actor)
        .select_related("sender", "to", "subject")
        .defer("body", "answer_text")
    )


def in_full(actor: Actor) -> QuerySet[Referral]:
    """The letters a person sees, each with everything its page shows."""
    copies = ReferralCopy.objects.select_related("department__region").order_by("pk")
    return (
        Referral.objects.visible_to(actor)
        .select_related(
            "sender__region", "to__region", "subject", "clue", "drafted_by", "answers_to"
        )
        .prefetch_related(Prefetch("copies", copies))
    )


@dataclass(frozen=True)
class Row:
    """A row of the list: the letter and the clock that presses most."""

    letter: Referral
    chip: Chip | None


def rows_of(letters: Iterable[Referral]) -> list[Row]:
    """The rows of a page, with their chips in one query."""
    page = list(letters)
    chips = chips_for(page)
    return [Row(letter, chips.get(letter.pk)) for letter in page]


def excel_rows(letters: Iterable[Referral]) -> Iterator[dict[str, Any]]:
    """Letters as rows of ``LETTER_SHEET``."""
    for row in rows_of(letters):
        letter = row.letter
        yield {
            "number": letter.number,
            "kind": letter.spec.label,
            "title": letter.title,
            "sender": letter.sender.name,
            "to": letter.addressee,
            "state": letter.get_state_display(),
            "sent": timezone.localtime(letter.sent_at).date() if letter.sent_at else None,
            "received": timezone.localtime(letter.received_at).date()
            if letter.received_at
            else None,
            "answered": timezone.localtime(letter.answered_at).date()
            if letter.answered_at
            else None,
            "answer": letter.answer_label if letter.answered_at else "",
            "clock": row.chip.chip_text if row.chip else "",
        }


def shows_answer(actor: Actor, letter: Referral) -> bool:
    """Whether the person sees the answer: once it is signed, before only who drafts it."""
    return bool(letter.answer) and (
        letter.answered_at is not None or actor.department_id == letter.to_id
    )


@dataclass(frozen=True)
class Files:
    """The files of a letter by the step they came with."""

    sent: list[Evidence]
    supplements: list[Evidence]
    answer: list[Evidence]


def files_of(actor: Actor, letter: Referral) -> Files:
    """The files that the person sees."""
    files = list(evidence.of(letter))
    of_answer = answer_labels(letter)
    seen = shows_answer(actor, letter) or actor.department_id == letter.to_id
    return Files(
        sent=[f for f in files if f.label not in (*of_answer, SUPPLEMENT_LABEL)],
        supplements=[f for f in files if f.label == SUPPLEMENT_LABEL],
        answer=[f for f in files if f.label in of_answer and (seen or f.label == OUTSIDE_LABEL)],
    )


def history(actor: Actor, letter: Referral) -> list[TimelineEntry]:
    """The timeline of a letter without what the other side did inside its own house; clocks stand
    in the facts."""
    return [
        entry
        for entry in timeline(letter, without=("deadline.start",))
        if entry.verb not in _INTERNAL_LABELS or entry.department == actor.department_name
    ]


def cause_of(actor: Actor, letter: Referral) -> Concealable | None:
    """The procedure that the letter belongs to, if the person may see it."""
    cause = letter.cause
    if cause is None:
        return None
    visible = type(cause)._default_manager.visible_to(actor)
    return cause if visible.filter(pk=cause.pk).exists() else None


def asked_for(letter: Referral) -> str:
    """What the addressee asked the sender for, last."""
    found = trail.entries_of(letter).filter(verb="letter.ask").order_by("-id")
    return str(found.values_list("opinion", flat=True).first() or "")


def follow_ups(actor: Actor, letter: Referral) -> list[Referral]:
    """The letters that answer this one and that the person may see."""
    return list(listed(actor).filter(answers_to=letter).order_by("pk"))


def own_copy(actor: Actor, letter: Referral) -> ReferralCopy | None:
    """The copy of the person's department; wants the copies prefetched."""
    found = (copy for copy in letter.copies.all() if copy.department_id == actor.department_id)
    return next(found, None)


@dataclass(frozen=True)
class KindChoice:
    """A kind of letter as the page offers it: whom it may go to, what it needs, how long."""

    kind: Kind
    whom: str
    needs: tuple[str, ...]
    due: str


def kind_choices(actor: Actor) -> list[KindChoice]:
    """The kinds that the person's department may write."""
    if actor.department_id is None or not is_clerk_of(actor, actor.department_id):
        return []
    return [
        kind_choice(actor.region_code, kind)
        for kind in FREE_KINDS.values()
        if may_send(actor.functions, kind)
    ]


def kind_choice(region_code: str, kind: Kind) -> KindChoice:
    """A kind with the limit that holds in a region."""
    needs = [*(["监管对象"] if kind.needs_subject else []), *kind.evidence]
    return KindChoice(kind, kind.reach.words, tuple(needs), _due_words(region_code, kind))


def _due_words(region_code: str, kind: Kind) -> str:
    if kind.answer_due is None:
        return f"签收即办结（{kind.source}）"
    due = time_limit(region_code, kind.answer_due)
    return f"签收后 {due.limit.amount} {due.limit.unit.chinese}内答复（{due.source}）"


def pending_copies(actor: Actor) -> list[WorkItem]:
    """The copies that nobody of the person's department has read yet, for the workbench."""
    if actor.department_id is None:
        return []
    unread = ReferralCopy.objects.filter(
        department_id=actor.department_id,
        read_at=None,
        referral__in=Referral.objects.visible_to(actor).exclude(state=Referral.State.WITHDRAWN),
    ).select_related("referral")
    return [
        WorkItem(
            what="阅知抄送函件",
            about=str(copy.referral),
            url=copy.referral.get_absolute_url(),
            label="查看",
        )
        for copy in unread.order_by("-pk")[:_MOST_COPIES]
    ]


_MOST_COPIES = 50
