"""What lists, hints and page parts read of clues; nothing here shows a clue that the person may
not know of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, cast

from django.db.models import QuerySet
from django.utils import timezone

from clues import likeness
from clues.models import Clue, Complainant, Dispute, Receipt
from clues.rules import intake as rules
from clues.services import complainants
from clues.services.intake import text_of
from departments.profile import number
from records import clock
from records.actor import Actor
from records.deadlines import Chip, chips_for
from records.excel import Column, Sheet, kinds
from records.masking import MASK
from records.periods import ahead

ORDER = ("-listed_at", "-id")
"""The order of every list of clues, for ``keyset_page``."""

_LONG = ("bands", "content", "answer", "talk_note")
"""What no row of a list shows."""

_MOST_COMPARED = 300
"""Newest candidates compared for one clue; more share a band only when a text is a form letter."""

_SHORTEST_NAME = 4
"""Shorter names (某店, 不详) are no reason to think two clues the same."""


def listed(actor: Actor) -> QuerySet[Clue]:
    """The clues of a list with what its rows show; ordered by ``ORDER``."""
    rows = Clue.objects.listed_for(actor).select_related("holder", "township")
    return cast("QuerySet[Clue]", rows.defer(*_LONG))


@dataclass(frozen=True)
class Row:
    """A row of the list: the clue, the clock that presses most, and what it waits for from whom."""

    clue: Clue
    chip: Chip | None
    waits: str


def rows_of(clues: Iterable[Clue]) -> list[Row]:
    """The rows of a page, with their clocks in one query and those of disputes in two more. While
    it is disputed who handles a clue, the clock is that of the dispute."""
    page = list(clues)
    own = chips_for(page)
    disputed = _clocks_of_disputes(clue for clue in page if clue.state == Clue.State.DISPUTED)
    return [_row(clue, disputed.get(clue.pk) or own.get(clue.pk)) for clue in page]


def _row(clue: Clue, chip: Chip | None) -> Row:
    if chip is None:
        return Row(clue, None, "")
    clock_of = chip.deadline.department
    at_holder = clock_of.pk == clue.holder_id
    return Row(clue, chip, chip.deadline.title if at_holder else f"{clock_of}{chip.deadline.title}")


def _clocks_of_disputes(clues: Iterable[Clue]) -> dict[int, Chip]:
    """The most pressing clock of the open dispute about each clue."""
    about = Dispute.objects.filter(clue__in=[clue.pk for clue in clues])
    # One that its head has not raised yet is its department's own affair.
    raised = about.exclude(state__in=(Dispute.State.DRAFT, *Dispute.FINAL))
    disputes = raised.only("pk", "clue_id")
    clue_of = {dispute.pk: dispute.clue_id for dispute in disputes}
    return {clue_of[pk]: chip for pk, chip in chips_for(disputes).items() if clue_of[pk]}


@dataclass(frozen=True)
class Similar:
    """A clue that may be the same, and why: ``likeness`` of the texts from 0 to 1, days between
    the receipts."""

    clue: Clue
    likeness: float
    same_subject: bool
    same_name: bool
    same_phone: bool
    days_apart: int

    @property
    def explanation(self) -> str:
        """Why it is thought the same: 同一监管对象，文字相似 83%，相隔 2 天，同一来电号码."""
        parts = [
            "同一监管对象" if self.same_subject else "被反映对象同名" if self.same_name else "",
            f"文字相似 {self.likeness:.0%}" if self.likeness else "",
            f"相隔 {self.days_apart} 天" if self.days_apart else "同一天受理",
            "同一来电号码" if self.same_phone else "",
        ]
        return "，".join(part for part in parts if part)

    @property
    def weight(self) -> float:
        """How strongly it is suggested: the words count most, subject and caller half as much."""
        return self.likeness + 0.5 * (self.same_subject or self.same_name) + 0.5 * self.same_phone


def similar(
    actor: Actor,
    *,
    title: str = "",
    content: str = "",
    subject_id: int | None = None,
    subject_name: str = "",
    phone: str = "",
    without: int | None = None,
    around: Any = None,
    limit: int = 5,
) -> list[Similar]:
    """The visible clues that may be the same as the described one, most likely first.

    Candidates were received within the window (``rules.DUPLICATE_WINDOW``) before or after
    ``around`` (now unless given) and name the same subject, the same caller, or share a band of
    the text; of the latter only those at least ``rules.DUPLICATE_LIKENESS`` alike are shown.
    At most seven queries, whatever the number of clues.
    """
    moment = around or clock.now()
    days = number(actor.region_code, rules.DUPLICATE_WINDOW)
    least = number(actor.region_code, rules.DUPLICATE_LIKENESS) / 100
    near = Clue.objects.visible_to(actor).filter(
        received_at__gte=ahead(moment, days=-days), received_at__lte=ahead(moment, days=days)
    )
    if without is not None:
        near = near.exclude(pk=without)
    text = text_of(title, content)
    by_text = _first(near.filter(bands__overlap=bands)) if (bands := likeness.bands(text)) else {}
    by_subject = _first(near.filter(subject_id=subject_id)) if subject_id else {}
    named = subject_name.strip()
    by_name = (
        _first(near.filter(subject_name__iexact=named))
        if len(named) >= _SHORTEST_NAME and MASK not in named
        else {}
    )
    by_phone = _first(near.filter(complainant__phone=phone)) if phone else {}
    own = likeness.pairs(text)
    found = []
    same = by_subject | by_name | by_phone
    for clue in (by_text | same).values():
        alike = likeness.overlap(own, likeness.pairs(text_of(clue.title, clue.content)))
        if alike < least and clue.pk not in same:
            continue
        found.append(
            Similar(
                clue=clue,
                likeness=alike,
                same_subject=clue.pk in by_subject,
                same_name=clue.pk in by_name,
                same_phone=clue.pk in by_phone,
                days_apart=abs((_day(clue.received_at) - _day(moment)).days),
            )
        )
    found.sort(key=lambda each: (-each.weight, each.days_apart, -each.clue.pk))
    return found[:limit]


def similar_to(actor: Actor, clue: Clue, *, limit: int = 5) -> list[Similar]:
    """The visible clues that may be the same as a registered one."""
    complainant = complainants.of(clue)
    return similar(
        actor,
        title=clue.title,
        content=clue.content,
        subject_id=clue.subject_id,
        subject_name=clue.subject_name,
        phone=complainant.phone if complainant else "",
        without=clue.pk,
        around=clue.received_at,
        limit=limit,
    )


def mergeable(actor: Actor, clue: Clue) -> list[Similar]:
    """Those of ``similar_to`` that the clue can be merged into."""
    return [
        each
        for each in similar_to(actor, clue, limit=20)
        if each.clue.is_open and each.clue.confidential == clue.confidential
    ]


def _first(clues: QuerySet[Clue]) -> dict[int, Clue]:
    # Without an order the database goes by the narrow index, not along the dates.
    rows = clues.order_by().defer("bands").select_related("holder")[:_MOST_COMPARED]
    return {clue.pk: clue for clue in rows}


def _day(moment: Any) -> Any:
    return timezone.localtime(moment).date()


@dataclass(frozen=True)
class ComplainantCard:
    """The complainant as ``clues/_complainant.html`` shows them: masked, and what they were told.

    ``full`` is set only right after unmasking.
    """

    clue: Clue
    masked: dict[str, str]
    wants_answer: bool
    obstacle: str
    told: list[Any]
    may_unmask: bool
    receipt: Receipt | None
    full: Complainant | None = None


def complainant_card(
    actor: Actor, clue: Clue, full: Complainant | None = None
) -> ComplainantCard | None:
    """The page part about a clue's complainant; None when nobody complained."""
    complainant = full or complainants.of(clue)
    if complainant is None:
        return None
    return ComplainantCard(
        clue=clue,
        masked=complainants.masked(complainant),
        wants_answer=complainant.wants_answer,
        obstacle=complainants.obstacle(complainant),
        told=list(clue.told.all()),
        may_unmask=complainants.may_unmask(actor, clue),
        receipt=Receipt.objects.filter(clue=clue).first(),
        full=full,
    )


def shows_answer(actor: Actor, clue: Clue) -> bool:
    """Whether the person sees result and answer: once they are signed, before only the people of
    the department that answers."""
    return clue.closed_at is not None or actor.department_id == clue.holder_id


LIST_SHEET = Sheet(
    title="线索",
    columns=(
        Column("number", "线索编号", kinds.text(40), width=24),
        Column("channel", "来源", kinds.text(20), width=14),
        Column("external_number", "来源编号", kinds.text(60), width=20),
        Column("title", "标题", kinds.text(100), width=40),
        Column("content", "内容", kinds.text(5000, multiline=True), width=60),
        Column("received_at", "受理时间", kinds.text(20), width=18),
        Column("township", "乡镇街道", kinds.text(60), width=14),
        Column("place", "地点", kinds.text(200), width=30),
        Column("subject", "被反映对象", kinds.text(120), width=30),
        Column("complainant", "反映人", kinds.text(60), width=10),
        Column("phone", "联系电话", kinds.text(20), width=14),
        Column("receiver", "首接部门", kinds.text(100), width=20),
        Column("holder", "当前责任部门", kinds.text(100), width=20),
        Column("state", "状态", kinds.text(20), width=14),
        Column("outcome", "办理结果", kinds.text(20), width=14),
        Column("closed_at", "办结时间", kinds.text(20), width=18),
    ),
)


def sheet_rows(clues: QuerySet[Clue]) -> Iterator[dict[str, Any]]:
    """Clues as rows of ``LIST_SHEET``, complainants masked."""
    whole = clues.defer(None).select_related("holder", "receiver", "township", "complainant")
    for clue in whole.defer("bands").iterator(chunk_size=2000):
        complainant: Complainant | None = getattr(clue, "complainant", None)
        hidden = complainants.masked(complainant) if complainant else {}
        yield {
            "number": clue.number,
            "channel": clue.get_channel_display(),
            "external_number": clue.external_number,
            "title": clue.title,
            "content": clue.content,
            "received_at": _minute(clue.received_at),
            "township": clue.township.name if clue.township else "",
            "place": clue.place,
            "subject": clue.subject_name,
            "complainant": hidden.get("name", ""),
            "phone": hidden.get("phone", ""),
            "receiver": clue.receiver.name,
            "holder": clue.holder.name,
            "state": clue.get_state_display(),
            "outcome": clue.get_outcome_display() if clue.closed_at else "",
            "closed_at": _minute(clue.closed_at) if clue.closed_at else "",
        }


def _minute(moment: Any) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")
