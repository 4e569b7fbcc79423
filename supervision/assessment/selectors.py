"""What pages, files and the workbench read of assessments (D3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet
from django.utils import timezone

from departments.actors import is_staff_member
from departments.roles import Role
from records import deadlines
from records.actor import Actor
from records.concealment import oversee
from records.excel import Column, Sheet, kinds
from records.worklist import WorkItem
from supervision.assessment.acts import assesses, signs
from supervision.assessment.models import (
    Appeal,
    Bonus,
    LineScore,
    Round,
    SchemeLine,
    Score,
    ScoreRow,
)
from supervision.assessment.models.rounds import coordinates
from supervision.assessment.scoring import Kind

ROW_ORDER = ("met", "due_at", "id")
_MOST_WORK = 20
_NOT_TOLD = "不可查看的对象"


def rounds_for(actor: Actor) -> QuerySet[Round]:
    """The rounds a person may know of, the latest period first."""
    return Round.objects.visible_to(actor).select_related("region", "scheme")


def results_of(actor: Actor, of: Round) -> list[Score]:
    """The results of all departments in the order of their rank; those without one last."""
    found = Score.objects.filter(round__in=Round.objects.visible_to(actor), round=of)
    return list(found.select_related("department"))


@dataclass(frozen=True)
class Cell:
    """What a department has in a line, for the matrix."""

    score: LineScore | None
    line: SchemeLine


@dataclass(frozen=True)
class MatrixRow:
    """A department with its cells; ``opens`` tells whether the person reads its lines."""

    score: Score
    cells: list[Cell]
    opens: bool


def matrix(actor: Actor, of: Round) -> tuple[list[SchemeLine], list[MatrixRow]]:
    """The lines of a round and every department's figures in them; a department reads its own
    figures and all totals. A fixed number of queries."""
    lines = list(of.scheme.lines.all())
    scores = results_of(actor, of)
    cells: dict[tuple[int, int], LineScore] = {
        (each.of_id, each.line_id): each
        for each in LineScore.objects.visible_to(actor).filter(of__round=of)
    }
    all_of_them = coordinates(actor)
    rows = [
        MatrixRow(
            score,
            [Cell(cells.get((score.pk, line.pk)), line) for line in lines],
            opens=all_of_them or score.department_id == actor.department_id,
        )
        for score in scores
    ]
    return lines, rows


def round_sheet(of: Round, lines: Iterable[SchemeLine]) -> Sheet:
    """The matrix as an Excel sheet, a column per line."""
    return Sheet(
        title="部门考核",
        columns=(
            Column("rank", "名次", kinds.integer(), width=8),
            Column("department", "部门", kinds.text(100), width=30),
            Column("total", "总分", kinds.decimal(2), width=10),
            Column("base", "基础得分", kinds.decimal(2), width=10),
            Column("deducted", "扣分", kinds.decimal(2), width=10),
            Column("extra", "加分", kinds.decimal(2), width=10),
            *(Column(f"line-{line.key}", line.title, kinds.text(40), width=18) for line in lines),
        ),
    )


def sheet_rows(rows: Iterable[MatrixRow]) -> Iterator[dict[str, Any]]:
    """The matrix as rows of ``round_sheet``."""
    for row in rows:
        score = row.score
        yield {
            "rank": score.rank,
            "department": score.department.name,
            "total": _points(score.total),
            "base": _points(score.base),
            "deducted": _points(score.deducted),
            "extra": _points(score.extra),
        } | {f"line-{cell.line.key}": _cell_words(cell) for cell in row.cells}


def _points(value: int | None) -> Decimal | None:
    return None if value is None else Decimal(value) / 100


def _cell_words(cell: Cell) -> str:
    found = cell.score
    if found is None:
        return ""
    if found.score is None:
        return "不计分"
    points = f"{found.score / 100:.2f}"
    return f"{points}（{found.met}/{found.rows}）" if cell.line.kind == Kind.SHARE else points


ROW_SHEET = Sheet(
    title="考核明细",
    columns=(
        Column("what", "事由", kinds.text(200), width=30),
        Column("about", "对象", kinds.text(300), width=50),
        Column("due", "到期或发生时间", kinds.text(20), width=20),
        Column("done", "完成时间", kinds.text(20), width=20),
        Column("met", "是否达标", kinds.text(10), width=12),
        Column("note", "说明", kinds.text(200), width=24),
        Column("left_out", "不计入的理由", kinds.text(500), width=40),
    ),
)


def rows_of(line: LineScore) -> QuerySet[ScoreRow]:
    """The rows behind a line."""
    return ScoreRow.objects.filter(line=line)


@dataclass(frozen=True)
class ShownRow:
    """A row as a page shows it; ``url`` leads to the object while the person may open it."""

    row: ScoreRow
    about: str
    url: str
    verdict: str
    tone: str


def shown(actor: Actor, rows: Iterable[ScoreRow], kind: str) -> list[ShownRow]:
    """Rows with what they lead to, in a fixed number of queries per kind of object.

    What became confidential after it was counted, or has not left another department, keeps its
    row, so that the figure stays explained, but not its words.
    """
    found = list(rows)
    all_of_them = ScoreRow.objects.filter(pk__in=[row.pk for row in found])
    known = set(oversee(all_of_them, actor).values_list("pk", flat=True))
    wanted: dict[int, set[int]] = {}
    for row in found:
        if row.pk in known:
            wanted.setdefault(row.target_type_id, set()).add(row.target_id)
    urls: dict[tuple[int, int], str] = {}
    for type_id, pks in wanted.items():
        model = ContentType.objects.get_for_id(type_id).model_class()
        if model is None or not hasattr(model._default_manager, "visible_to"):
            continue
        for each in model._default_manager.visible_to(actor).filter(pk__in=pks):
            urls[type_id, each.pk] = each.get_absolute_url()
    return [
        ShownRow(
            row,
            row.about if row.pk in known else _NOT_TOLD,
            urls.get((row.target_type_id, row.target_id), ""),
            *_verdict(row, kind),
        )
        for row in found
    ]


def _verdict(row: ScoreRow, kind: str) -> tuple[str, str]:
    if row.left_out:
        return "不计入", "neutral"
    if kind == Kind.EXTRA:
        return f"加 {row.points / 100:.2f} 分", "ok"
    if kind == Kind.DEDUCTION:
        return "扣分", "bad"
    return ("达标", "ok") if row.met else ("未达标", "bad")


def row_sheet_rows(rows: Iterable[ShownRow]) -> Iterator[dict[str, Any]]:
    """Shown rows as rows of ``ROW_SHEET``."""
    for each in rows:
        yield {
            "what": each.row.what,
            "about": each.about,
            "due": _moment(each.row.due_at),
            "done": _moment(each.row.done_at),
            "met": each.verdict,
            "note": each.row.note,
            "left_out": each.row.left_out,
        }


def _moment(at: dt.datetime | None) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at else ""


def appeals_for(actor: Actor) -> QuerySet[Appeal]:
    """The appeals a person may know of, with what lists show."""
    return Appeal.objects.visible_to(actor).select_related(
        "department", "row", "line__line", "line__of__round__region", "line__of__department"
    )


def bonuses_of(actor: Actor, score: Score) -> QuerySet[Bonus]:
    """The extra points of a department that the person may know of."""
    return Bonus.objects.visible_to(actor).filter(of=score)


def pending_assessment(actor: Actor) -> list[WorkItem]:
    """What waits for the coordination office: appeals to answer (clerks), to sign, and extra points
    to grant (its head). A fixed number of queries."""
    if not is_staff_member(actor) or not assesses(actor, actor.region_code):
        return []
    states = [Appeal.State.RAISED] if actor.has_role(Role.CLERK) else []
    if signs(actor, actor.region_code):
        states += [Appeal.State.ACCEPTING, Appeal.State.REJECTING]
    found = list(appeals_for(actor).filter(state__in=states).order_by("id")[:_MOST_WORK])
    chips = deadlines.chips_for(found)
    items = []
    for appeal in found:
        chip = chips.get(appeal.pk)
        items.append(
            WorkItem(
                what="答复考核申诉" if appeal.state == Appeal.State.RAISED else "签发考核申诉答复",
                about=str(appeal),
                url=appeal.get_absolute_url(),
                label="答复" if appeal.state == Appeal.State.RAISED else "签发",
                due_at=chip.deadline.due_at if chip else None,
                chip=chip,
            )
        )
    if signs(actor, actor.region_code):
        waiting = Bonus.objects.visible_to(actor).filter(
            Q(state=Bonus.State.PROPOSED) & ~Q(of__round__state=Round.State.FROZEN)
        )
        items += [
            WorkItem(
                what="批准考核加分", about=str(bonus), url=bonus.get_absolute_url(), label="审批"
            )
            for bonus in waiting.select_related("of__department").order_by("id")[:_MOST_WORK]
        ]
    return items
