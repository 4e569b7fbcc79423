"""The figures of the one screen, each declared once (D2): what it counts in words and in counters,
the same as rows, and what it is split by. Desk page, wall, export and drill-down read this.

A test holds that counters and rows say the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.urls import reverse
from django.utils.http import urlencode

from clues.models import Clue, Receipt
from clues.rules.warnings import LEVEL_TONES, LEVELS
from credit.models import Subject
from inspections.models import JointTask, PlanItem, Result, TaskPart
from inspections.result_codes import PROBLEM_CODES
from inspections.rules import PUBLICATION_DUE
from matters.models import MatterVersion
from records.models import Deadline
from supervision.dashboard import listings
from supervision.dashboard.listings import Listing
from supervision.dashboard.sources import DONE

Choice = tuple[str, str, str]
"""Code, words and tone."""


@dataclass(frozen=True, kw_only=True)
class Split:
    """What a figure is counted apart by: ``field`` of its rows, one counter for each choice."""

    field: str
    measure: str
    choices: tuple[Choice, ...]

    def measures(self, year: int, code: str = "") -> tuple[str, ...]:
        codes = (each for each, _, _ in self.choices) if not code else (code,)
        return tuple(self.measure.format(year=year, code=each) for each in codes)


@dataclass(frozen=True, kw_only=True)
class Group:
    """Something counted: the counters that add up to it, and the same as rows of the listing."""

    title: str
    measures: tuple[str, ...] = ()
    narrow: Callable[[QuerySet[Any], int], QuerySet[Any]]
    split: Split | None = None

    def counters(self, year: int, code: str = "") -> tuple[str, ...]:
        if self.split is not None:
            return self.split.measures(year, code)
        return tuple(measure.format(year=year) for measure in self.measures)


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One figure: the number of ``part``, or its share in ``whole`` in per cent."""

    key: str
    title: str
    unit: str
    definition: str
    source: str
    listing: Listing
    part: Group
    whole: Group | None = None
    bad: bool = False

    @property
    def is_share(self) -> bool:
        return self.whole is not None

    def url(self, **query: Any) -> str:
        """Where its rows are; ``township`` and ``department`` are keys, ``code`` a choice of the
        split, ``of="whole"`` what a share is a share of."""
        asked = {name: value for name, value in query.items() if value}
        path = reverse("dashboard:figure", args=[self.key])
        return f"{path}?{urlencode(asked)}" if asked else path


def _choices(
    names: Iterable[tuple[Any, Any]], tones: dict[Any, str], without: Iterable[str] = ()
) -> tuple[Choice, ...]:
    left_out = set(without)
    return tuple(
        (str(code), str(label), tones.get(code, "neutral"))
        for code, label in names
        if code not in left_out
    )


def _published(rows: QuerySet[Any], year: int) -> QuerySet[Any]:
    return rows.filter(state=Result.State.PUBLISHED, published_at__year=year)


def _clocks(year: int, **more: Any) -> QuerySet[Deadline]:
    return Deadline.objects.filter(
        rule=PUBLICATION_DUE.key, met_at__year=year, cancelled_at=None, **more
    )


_VISIT_STATES = Split(
    field="state",
    measure="visit:{year}:{code}",
    choices=_choices(
        JointTask.State.choices,
        JointTask.TONES,
        (*JointTask.UNSENT, JointTask.State.CANCELLED),
    ),
)
_VISITS = Group(
    title="已派发的联合任务",
    split=_VISIT_STATES,
    narrow=lambda rows, year: rows.filter(dispatched_at__year=year),
)
_PUBLISHED = Group(title="本年公示的结果", measures=("published:{year}",), narrow=_published)
_IN_BUSINESS = Group(
    title="在业对象",
    split=Split(
        field="grade",
        measure="grade:{code}",
        choices=_choices(Subject.Grade.choices, {"A": "ok", "B": "info", "C": "warn", "D": "bad"}),
    ),
    narrow=lambda rows, year: rows,
)
_RATED = Group(
    title="已评价的网上反映",
    split=Split(
        field="receipt__rating",
        measure="rating:{code}",
        choices=_choices(Receipt.Rating.choices, Receipt.TONES),
    ),
    narrow=lambda rows, year: rows.exclude(receipt__rating="").filter(receipt__isnull=False),
)
_SATISFIED = (Receipt.Rating.GOOD, Receipt.Rating.FAIR)

FIGURES: tuple[Figure, ...] = (
    Figure(
        key="matters",
        title="生效事项",
        unit="项",
        definition="当前生效的综合监管事项。",
        source="监管事项清单",
        listing=listings.MATTERS,
        part=Group(
            title="生效事项",
            measures=("matter:in_force",),
            narrow=lambda rows, year: rows.filter(state=MatterVersion.State.IN_FORCE),
        ),
    ),
    Figure(
        key="plan",
        title="计划公布率",
        unit="%",
        definition="本年度计划项目中已经公布的占比，已撤回的不计。",
        source="年度联合检查计划",
        listing=listings.ITEMS,
        part=Group(
            title="已公布的计划项目",
            measures=("item:{year}:published",),
            narrow=lambda rows, year: rows.filter(plan__year=year, state=PlanItem.State.PUBLISHED),
        ),
        whole=Group(
            title="本年度计划项目",
            split=Split(
                field="state",
                measure="item:{year}:{code}",
                choices=_choices(
                    PlanItem.State.choices, PlanItem.TONES, (PlanItem.State.WITHDRAWN,)
                ),
            ),
            narrow=lambda rows, year: rows.filter(plan__year=year).exclude(
                state=PlanItem.State.WITHDRAWN
            ),
        ),
    ),
    Figure(
        key="visits",
        title="联合任务",
        unit="户次",
        definition="本年派发的上门任务，未批准和已取消的不计。",
        source="联合检查任务",
        listing=listings.VISITS,
        part=_VISITS,
    ),
    Figure(
        key="joint",
        title="联合率",
        unit="%",
        definition="本年派发的任务中，两个以上部门一起上门的占比。",
        source="联合检查任务",
        listing=listings.VISITS,
        part=Group(
            title="两个以上部门一起上门的任务",
            measures=("joint:{year}",),
            narrow=lambda rows, year: (
                rows.filter(dispatched_at__year=year)
                .annotate(departments=Count("parts"))
                .filter(departments__gte=2)
            ),
        ),
        whole=_VISITS,
    ),
    Figure(
        key="coverage",
        title="对象覆盖率",
        unit="%",
        definition="在业的监管对象中，本年至少完成一次现场检查的占比。",
        source="监管对象名录、联合检查任务",
        listing=listings.SUBJECTS,
        part=Group(
            title="本年已检查的对象",
            measures=("covered:{year}",),
            narrow=lambda rows, year: rows.filter(
                pk__in=JointTask.objects.filter(state__in=DONE, visit_on__year=year).values(
                    "subject_id"
                )
            ),
        ),
        whole=_IN_BUSINESS,
    ),
    Figure(
        key="problems",
        title="问题发现率",
        unit="%",
        definition="本年公示的结果中，发现问题（应公示未公示、弄虚作假、责令改正、待后续处理）的占比。",
        source="检查结果",
        listing=listings.RESULTS,
        part=Group(
            title="发现问题的结果",
            measures=("problem:{year}",),
            narrow=lambda rows, year: _published(rows, year).filter(
                codes__overlap=sorted(PROBLEM_CODES)
            ),
        ),
        whole=_PUBLISHED,
    ),
    Figure(
        key="in-time",
        title="公示按期率",
        unit="%",
        definition="本年完成公示的结果中，在公示期限内完成的占比。",
        source="检查结果的公示期限",
        listing=listings.RESULTS,
        part=Group(
            title="按期公示的结果",
            measures=("in_time:{year}",),
            narrow=lambda rows, year: rows.filter(
                pk__in=_clocks(year, met_at__lte=F("due_at")).values("target_id")
            ),
        ),
        whole=Group(
            title="已完成公示期限的结果",
            measures=("clock:{year}",),
            narrow=lambda rows, year: rows.filter(pk__in=_clocks(year).values("target_id")),
        ),
    ),
    Figure(
        key="to-accept",
        title="任务待接收",
        unit="份",
        definition="已经派发给部门、部门还没有接收的检查任务。",
        source="部门检查任务",
        listing=listings.PARTS,
        part=Group(
            title="待接收的任务",
            measures=("part:sent",),
            narrow=lambda rows, year: rows.filter(state=TaskPart.State.SENT),
        ),
    ),
    Figure(
        key="on-site",
        title="任务待检查",
        unit="份",
        definition="部门已经接收、还没有提交现场结果的检查任务。",
        source="部门检查任务",
        listing=listings.PARTS,
        part=Group(
            title="待检查的任务",
            measures=("part:accepted",),
            narrow=lambda rows, year: rows.filter(state=TaskPart.State.ACCEPTED),
        ),
    ),
    Figure(
        key="published",
        title="公示结果",
        unit="条",
        definition="本年公示、现在仍在公示的部门检查结果。",
        source="检查结果",
        listing=listings.RESULTS,
        part=_PUBLISHED,
    ),
    Figure(
        key="unpublished",
        title="结果待公示",
        unit="条",
        definition="现场检查已经提交、还没有公示的部门检查结果。",
        source="检查结果",
        listing=listings.RESULTS,
        part=Group(
            title="待公示的结果",
            split=Split(
                field="state",
                measure="result:{code}",
                choices=_choices(
                    [
                        (each, each.label)
                        for each in (
                            Result.State.DRAFT,
                            Result.State.SUBMITTED,
                            Result.State.APPROVED,
                        )
                    ],
                    Result.TONES,
                ),
            ),
            narrow=lambda rows, year: rows.filter(
                state__in=(Result.State.DRAFT, Result.State.SUBMITTED, Result.State.APPROVED)
            ),
        ),
    ),
    Figure(
        key="clues",
        title="在办线索",
        unit="件",
        definition="还没有办结的线索，不含保密线索。",
        source="线索",
        listing=listings.CLUES,
        part=Group(
            title="在办线索",
            split=Split(
                field="state",
                measure="clue:{code}",
                choices=_choices([(each, each.label) for each in Clue.OPEN_STATES], Clue.TONES),
            ),
            narrow=lambda rows, year: rows.filter(state__in=Clue.OPEN_STATES),
        ),
    ),
    Figure(
        key="warnings",
        title="未办结预警",
        unit="条",
        definition="还没有办结的预警，不含保密线索的预警。",
        source="预警",
        listing=listings.WARNINGS,
        part=Group(
            title="未办结预警",
            split=Split(
                field="level", measure="warning:{code}", choices=_choices(LEVELS, LEVEL_TONES)
            ),
            narrow=lambda rows, year: rows,
        ),
    ),
    Figure(
        key="subjects",
        title="在业对象",
        unit="户",
        definition="名录中在业的监管对象，按现行信用风险等级。",
        source="监管对象名录、信用评价",
        listing=listings.SUBJECTS,
        part=_IN_BUSINESS,
    ),
    Figure(
        key="satisfaction",
        title="反映满意率",
        unit="%",
        definition="公众网站的反映办结后收到的评价中，满意和基本满意的占比，不含保密线索。",
        source="网上反映的评价",
        listing=listings.CLUES,
        part=Group(
            title="满意和基本满意",
            measures=tuple(f"rating:{each}" for each in _SATISFIED),
            narrow=lambda rows, year: rows.filter(receipt__rating__in=_SATISFIED),
        ),
        whole=_RATED,
    ),
    Figure(
        key="overdue",
        title="逾期未办",
        unit="件",
        definition="已经到期、没有完成的期限，不含其他部门尚未签发的文书。",
        source="期限",
        listing=listings.OVERDUE,
        part=Group(title="逾期未办的期限", narrow=lambda rows, year: rows),
        bad=True,
    ),
)
BY_KEY = {figure.key: figure for figure in FIGURES}

LIVE = frozenset({"overdue"})
"""Figures that change by the passing of time alone: asked of the table, whose index knows the
running deadlines in order of time."""


_UNSHOWN: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "matter": ("监管事项", dict(MatterVersion.State.choices)),
    "item": ("计划项目", dict(PlanItem.State.choices)),
    "visit": ("联合任务", dict(JointTask.State.choices)),
    "part": ("部门检查任务", dict(TaskPart.State.choices)),
    "result": ("检查结果", dict(Result.State.choices)),
    "clue": ("线索", dict(Clue.State.choices)),
    "waiting": ("在办线索，按收到日期", {}),
}
"""Words for the counters that no figure reads."""


def words_of(measure: str) -> str:
    """What a counter counts, for people: the group that reads it, its choice and its year."""
    for figure in FIGURES:
        for group in filter(None, (figure.part, figure.whole)):
            split = group.split
            for template in (split.measure,) if split else group.measures:
                pattern = re.escape(template)
                pattern = pattern.replace(r"\{year\}", r"(?P<year>\d{4})")
                found = re.fullmatch(pattern.replace(r"\{code\}", "(?P<code>.+)"), measure)
                if found:
                    parts = found.groupdict()
                    labels = {code: label for code, label, _ in split.choices} if split else {}
                    code, year = parts.get("code", ""), parts.get("year", "")
                    told = (group.title, labels.get(code, code), year and f"{year} 年")
                    return "，".join(filter(None, told))
    kind, *more = measure.split(":")
    title, labels = _UNSHOWN.get(kind, (kind, {}))
    return "，".join((title, *(labels.get(each, each) for each in more)))


def rows_of(group: Group, rows: QuerySet[Any], year: int, code: str = "") -> QuerySet[Any]:
    """The rows that a group counts, or those of one choice of its split."""
    found = group.narrow(rows, year)
    if code and group.split is not None:
        found = found.filter(Q(**{group.split.field: code}))
    return found
