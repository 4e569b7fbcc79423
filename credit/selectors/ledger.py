"""How a subject's score came about: which indicator, what was measured, from which facts (S4)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from credit.models import (
    Adjustment,
    Assessment,
    CreditEvent,
    Evaluation,
    Indicator,
    Standing,
    Subject,
)
from credit.selectors.petitions import mark_of, marked
from credit.services.evaluations import indicators_of
from credit.services.origins import ORIGINS
from matters.models import Matter
from records import clock
from records.actor import Actor
from records.periods import day_after, last_day_within

COURSE = 24
"""How many assessments the course of the score looks back."""
OTHERS = 50
"""How many facts that do not count are listed."""


@dataclass
class LedgerFact:
    """A fact with where it is told in full, the last day on which it counts (None: until it is
    lifted), and its mark with a tone (异议中)."""

    event: CreditEvent
    origin: str
    url: str = ""
    counts_until: dt.date | None = None

    @property
    def mark(self) -> tuple[str, str]:
        return mark_of(self.event)


@dataclass
class LedgerLine:
    """One indicator that had something to measure; ``points`` in hundredths."""

    indicator: Indicator
    measured: int
    points: int
    vetoes: bool
    facts: list[LedgerFact] = field(default_factory=list)

    @property
    def measured_words(self) -> str:
        """What was measured, as people read it."""
        line = self.indicator
        scaled = CreditEvent(kind=line.event, amount=self.measured)
        if line.measure == Indicator.Measure.COUNT:
            return f"{self.measured} 次"
        return scaled.amount_words


@dataclass
class Ledger:
    """All that a grade follows from. ``standing`` is None for a subject not judged yet; ``quiet``
    counts the indicators that found nothing; ``others`` are facts that do not count."""

    subject: Subject
    standing: Standing | None
    assessment: Assessment | None = None
    evaluation: Evaluation | None = None
    adjustment: Adjustment | None = None
    lines: list[LedgerLine] = field(default_factory=list)
    quiet: int = 0
    others: list[LedgerFact] = field(default_factory=list)
    course: list[Assessment] = field(default_factory=list)

    @property
    def grade_tone(self) -> str:
        """The tone of the chip of the grade that holds."""
        return Subject(grade=self.standing.grade).grade_tone if self.standing else "neutral"

    @property
    def chart(self) -> dict[str, Any] | None:
        """The course of the score over time for the component ``chart``; None for one point."""
        if len(self.course) < 2:
            return None
        days = [f"{each.evaluation.as_of:%Y-%m-%d}" for each in self.course]
        points = [
            {
                "value": each.score / 100,
                "name": f"{each.evaluation}：{each.score / 100:.2f} 分，{each.grade} 级",
                "url": each.evaluation.get_absolute_url(),
            }
            for each in self.course
        ]
        return {
            "xAxis": {"type": "category", "data": days},
            "yAxis": {"type": "value", "min": 0, "max": 100},
            "tooltip": {"trigger": "item", "formatter": "{b}"},
            "series": [{"type": "line", "step": "end", "data": points, "symbolSize": 8}],
        }

    @property
    def chart_table(self) -> list[tuple[str, ...]]:
        """The same course in words."""
        rows = [
            (f"{each.evaluation.as_of:%Y-%m-%d}", f"{each.score / 100:.2f}", each.grade)
            for each in self.course
        ]
        return [("评价日期", "得分", "等级"), *rows]


def ledger(actor: Actor, subject: Subject, matter: Matter | None = None) -> Ledger:
    """The account of a subject's general grade, or of that for one matter.

    Who sees the subject sees it (the caller looks the subject up by ``visible_to``); a fact leads
    to its origin only where ``actor`` may see that. A constant number of queries, and one for each
    origin that told of the subject.
    """
    standing = (
        Standing.objects.filter(subject=subject, matter=matter)
        .select_related("assessment__evaluation__by_set__region")
        .first()
    )
    facts = _facts(actor, subject)
    if standing is None:
        return Ledger(
            subject,
            None,
            adjustment=_adjustment(subject, matter),
            others=list(facts.values())[:OTHERS],
        )
    assessment = standing.assessment
    evaluation = assessment.evaluation
    lines = _lines(evaluation, assessment, facts.values())
    found = Ledger(
        subject,
        standing,
        assessment,
        evaluation,
        adjustment=_adjustment(subject, matter),
        lines=lines,
        quiet=len(evaluation.indicators) - len(lines),
        course=_course(subject, matter),
    )
    counted = {fact.event.pk for line in found.lines for fact in line.facts}
    found.others = [fact for pk, fact in facts.items() if pk not in counted][:OTHERS]
    return found


def _lines(
    evaluation: Evaluation,
    assessment: Assessment,
    facts: Iterable[LedgerFact],
) -> list[LedgerLine]:
    by_kind: dict[str, list[LedgerFact]] = defaultdict(list)
    for fact in facts:
        if _held(fact.event, evaluation):
            by_kind[fact.event.kind].append(fact)
    matter = evaluation.by_set.matter_id
    rules = indicators_of(evaluation)
    found = []
    for line in assessment.lines:
        indicator, rule = evaluation.indicators[line.position], rules[line.position]
        counted = [
            LedgerFact(
                fact.event, fact.origin, fact.url, _counts_until(fact.event, indicator.months)
            )
            for fact in by_kind[indicator.event]
            if (rule.since is None or fact.event.happened_on >= rule.since)
            and (not rule.own_matter or fact.event.matter_id == matter)
        ]
        vetoes = indicator.veto and line.measured >= indicator.full_at
        found.append(LedgerLine(indicator, line.measured, line.points, vetoes, counted))
    return found


def _held(event: CreditEvent, evaluation: Evaluation) -> bool:
    """Whether the fact held on the day of the evaluation."""
    day = evaluation.as_of
    return (
        event.pk <= evaluation.horizon
        and event.happened_on <= day
        and (event.until is None or event.until > day)
    )


def _counts_until(event: CreditEvent, months: int | None) -> dt.date | None:
    ends = [] if months is None else [last_day_within(event.happened_on, months)]
    if event.until is not None:
        ends.append(day_after(event.until, -1))
    return min(ends, default=None)


def _facts(actor: Actor, subject: Subject) -> dict[int, LedgerFact]:
    """Everything known of the subject, the latest first, with where it comes from."""
    found: dict[int, LedgerFact] = {}
    for event in marked(CreditEvent.objects.filter(subject=subject)):
        event.subject = subject
        found[event.pk] = LedgerFact(event, event.source)
    for model, origin in ORIGINS.items():
        told: dict[str, list[LedgerFact]] = defaultdict(list)
        for fact in found.values():
            if fact.event.source == origin.source:
                fact.origin = origin.label
                told[fact.event.source_key.partition(":")[0]].append(fact)
        if told and hasattr(model, "get_absolute_url"):
            manager: Any = model._default_manager
            for instance in manager.visible_to(actor).filter(pk__in=list(told)):
                for fact in told[str(instance.pk)]:
                    fact.url = instance.get_absolute_url()
    return found


def _adjustment(subject: Subject, matter: Matter | None) -> Adjustment | None:
    """The grade set by hand that holds today."""
    return Adjustment.objects.filter(
        subject=subject, matter=matter, ended_at=None, until__gte=clock.today()
    ).first()


def _course(subject: Subject, matter: Matter | None) -> list[Assessment]:
    """The last assessments that held, the earliest first; the last one of each day."""
    found = (
        Assessment.objects.filter(subject=subject, evaluation__by_set__matter=matter)
        .exclude(evaluation__kind=Evaluation.Kind.TRIAL)
        .filter(evaluation__state=Evaluation.State.DONE)
        .select_related("evaluation")
        .order_by("-evaluation_id")[:COURSE]
    )
    return list({each.evaluation.as_of: each for each in reversed(found)}.values())
