"""What pages and the API read about evaluations and their results (S4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import F, QuerySet
from django.urls import reverse

from credit.models import (
    Assessment,
    Evaluation,
    EvaluationNotice,
    IndicatorSet,
    Standing,
    Subject,
)
from credit.scoring import GRADES
from credit.services.outcomes import NEW, is_change
from departments.models import Department
from departments.notices import may_acknowledge
from departments.roles import STAFF
from records.actor import Actor
from records.excel import Column, Sheet, kinds
from records.worklist import WorkItem

ORDER = ("-id",)
RESULT_ORDER = ("subject_id",)
RESULT_SHEET = Sheet(
    title="信用评价结果",
    columns=(
        Column("identifier", "标识", kinds.text(40), width=24),
        Column("name", "名称", kinds.text(120), width=40),
        Column("categories", "类别", kinds.text(200), width=30),
        Column("township", "乡镇街道", kinds.text(60)),
        Column("before", "原等级", kinds.text(10), width=10),
        Column("grade", "本次等级", kinds.text(1), width=10),
        Column("score", "得分", kinds.decimal(2), width=10),
        Column("veto", "一票否决", kinds.text(60), width=24),
    ),
)


def evaluations_of(actor: Actor) -> QuerySet[Evaluation]:
    """The runs a person may know of, with what pages show of one."""
    return Evaluation.objects.visible_to(actor).select_related(
        "region", "by_set__region", "by_set__matter", "base"
    )


def results_of(actor: Actor, evaluation: Evaluation) -> QuerySet[Assessment]:
    """The results of a run that a person may see, with the grade ``before``."""
    found = evaluation.assessments.select_related("subject__township")
    if not actor.is_system and not actor.has_role(*STAFF):
        found = found.filter(subject__in=Subject.objects.visible_to(actor))
    return found


def veto_names(evaluation: Evaluation) -> dict[int, str]:
    """The indicators of a run by position."""
    return {position: line.name for position, line in enumerate(evaluation.indicators)}


def result_rows(
    results: Iterable[Any], vetoes: Mapping[int, str], categories: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    """Results as rows of ``RESULT_SHEET``."""
    for result in results:
        subject = result.subject
        yield {
            "identifier": subject.shown_identifier,
            "name": subject.shown_name,
            "categories": "、".join(categories.get(code, code) for code in subject.categories),
            "township": subject.township.name if subject.township else "全区",
            "before": "未评价" if result.before == NEW else result.before,
            "grade": result.grade,
            "score": result.score / 100,
            "veto": vetoes.get(result.veto, "") if result.veto is not None else "",
        }


@dataclass(frozen=True)
class GradeRow:
    """One grade: subjects before and after, from where they come (``cells`` by grade before)."""

    grade: str
    before: int
    after: int
    cells: list[tuple[str, int]]

    @property
    def change(self) -> int:
        return self.after - self.before


def grade_rows(evaluation: Evaluation) -> list[GradeRow]:
    """The distribution before and after with all moves, from what the finished run kept."""
    moves = evaluation.moves
    froms = (*GRADES, NEW)
    return [
        GradeRow(
            grade,
            sum(number for move, number in moves.items() if move[0] == grade),
            evaluation.counts.get(grade, 0),
            [(before, moves.get(before + grade, 0)) for before in froms],
        )
        for grade in GRADES
    ]


def changed(evaluation: Evaluation) -> int:
    """How many subjects have another grade than in the run it is compared with."""
    return sum(number for move, number in evaluation.moves.items() if is_change(move))


def worsened(evaluation: Evaluation) -> int:
    """How many of them have a worse one."""
    return sum(
        number for move, number in evaluation.moves.items() if is_change(move) and move[1] > move[0]
    )


def shares(evaluation: Evaluation, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Changed subjects by category, for the component ``bars``."""
    url = reverse("credit:evaluation-results", args=[evaluation.pk])
    return [
        {
            "label": names.get(code, code),
            "value": number,
            "url": f"{url}?changed=on&category={code}",
        }
        for code, number in evaluation.shares.get("categories", {}).items()
    ]


def department_shares(evaluation: Evaluation) -> list[tuple[Department, int]]:
    """Changed subjects of the matters that each department leads, the most first."""
    found = {int(pk): number for pk, number in evaluation.shares.get("departments", {}).items()}
    departments = Department.objects.in_bulk(list(found))
    rows = [(departments[pk], number) for pk, number in found.items() if pk in departments]
    return sorted(rows, key=lambda row: (-row[1], row[0].pk))


def notices_of(evaluation: Evaluation) -> QuerySet[EvaluationNotice]:
    return evaluation.notices.select_related("department").order_by("-changed", "department_id")


def pending_evaluation_notices(actor: Actor) -> list[WorkItem]:
    """Finished runs that the actor's department was told of and has not read."""
    if not may_acknowledge(actor):
        return []
    found = EvaluationNotice.objects.filter(
        department=actor.department_id, read_at=None
    ).select_related("evaluation")
    return [
        WorkItem(
            what="查阅信用评价结果",
            about=f"{notice.evaluation}：{notice.words}",
            url=notice.evaluation.get_absolute_url(),
            label="查阅",
        )
        for notice in found
    ]


REASONS = {
    "same": "与本次评价一致",
    "adjusted": "联合信用监管组人工调整，调整期内以调整为准",
    "later": "本次评价之后又有评价",
    "manual": "评价之后等级被直接修改",
    "unjudged": "不在本次评价范围（注销、吊销或评价后列入名录）",
    "merged": "本次评价之后并入其他对象，名录不再单列",
}

_RECONCILE = """
SELECT s.grade, a.grade,
       CASE WHEN s.status = 'merged' THEN 'merged'
            WHEN a.id IS NULL THEN 'unjudged'
            WHEN s.grade = a.grade THEN 'same'
            WHEN s.grade IS DISTINCT FROM t.grade THEN 'manual'
            WHEN t.assessment_id <> a.id AND t.grade = b.grade THEN 'later'
            ELSE 'adjusted' END AS reason,
       count(*)
FROM credit_subject s
JOIN departments_region r ON r.id = s.region_id
LEFT JOIN credit_assessment a ON a.subject_id = s.id AND a.evaluation_id = %s
LEFT JOIN credit_standing t ON t.subject_id = s.id AND t.matter_id IS NULL
LEFT JOIN credit_assessment b ON b.id = t.assessment_id
WHERE r.code LIKE %s AND (s.status <> 'merged' OR a.id IS NOT NULL)
GROUP BY 1, 2, 3
"""


@dataclass(frozen=True)
class Reconciled:
    """The grades of a run against those in the directory: per grade both figures and why they
    differ; ``reasons`` counts subjects by reason."""

    rows: list[tuple[str, int, int]]
    reasons: list[tuple[str, int]]
    total: int


def reconcile(evaluation: Evaluation) -> Reconciled:
    """Hold a finished run of the general set against the directory; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_RECONCILE, [evaluation.pk, f"{evaluation.region.code}%"])
        found = cursor.fetchall()
    judged = dict.fromkeys(GRADES, 0)
    listed = dict.fromkeys(GRADES, 0)
    reasons = dict.fromkeys(REASONS, 0)
    for now, then, reason, number in found:
        if reason != "merged":
            listed[now] += number
        if then is not None:
            judged[then] += number
        reasons[reason] += number
    return Reconciled(
        [(grade, judged[grade], listed[grade]) for grade in GRADES],
        [(REASONS[reason], number) for reason, number in reasons.items() if number],
        sum(listed.values()),
    )


def general_standings() -> QuerySet[Standing]:
    """The grades that hold in general, of everybody who was ever judged."""
    return Standing.objects.filter(matter=None)


def grades_apart() -> QuerySet[Standing]:
    """Those of them that the directory does not repeat, as it should."""
    return general_standings().exclude(grade=F("subject__grade"))


def latest_of(found: IndicatorSet, limit: int = 10) -> QuerySet[Evaluation]:
    """The last runs of a set, newest first; those after single records are left out."""
    runs = found.evaluations.exclude(kind=Evaluation.Kind.EVENT)
    return runs.select_related("by_set__region").order_by("-id")[:limit]
