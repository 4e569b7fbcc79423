"""What pages, files and the workbench read of assessments (D3)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone

from departments.actors import is_staff_member
from departments.notices import may_acknowledge
from departments.roles import Role
from matters.models import Matter, MatterVersion
from records import clock, deadlines
from records.actor import Actor
from records.concealment import oversee
from records.excel import Column, Sheet, kinds
from records.params import key_of
from records.worklist import WorkItem
from supervision.assessment.acts import assesses, signs
from supervision.assessment.models import (
    Appeal,
    Bonus,
    LineScore,
    Round,
    RoundNotice,
    Scheme,
    SchemeLine,
    Score,
    ScoreRow,
)
from supervision.assessment.models.rounds import coordinates
from supervision.assessment.scoring import FULL, Kind

ROW_ORDER = ("met", "due_at", "id")
_MOST_WORK = 20
_APPEALS = RoundNotice.Stage.PUBLISHED
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
        Column("matter", "监管事项", kinds.text(200), width=40),
        Column("due", "到期或发生时间", kinds.text(20), width=20),
        Column("done", "完成时间", kinds.text(20), width=20),
        Column("met", "是否达标", kinds.text(10), width=12),
        Column("note", "说明", kinds.text(200), width=24),
        Column("left_out", "不计入的理由", kinds.text(500), width=40),
    ),
)


def told_to(actor: Actor, rows: QuerySet[ScoreRow]) -> QuerySet[ScoreRow]:
    """The rows whose words and matter the person may read. What became confidential after it was
    counted, or has not left another department, keeps its row, so that the figure stays explained,
    but has no words and is of no matter: on pages, in filters, totals and files."""
    return oversee(rows, actor)


def rows_of(actor: Actor, line: LineScore, matter: str = "") -> QuerySet[ScoreRow]:
    """The rows behind a line; of one matter only (its id, or ``none``) where that is asked for."""
    found = ScoreRow.objects.filter(line=line)
    if matter == "none":
        of_some = told_to(actor, found.exclude(matter=None))
        return found.exclude(pk__in=of_some.values("pk"))
    key = key_of(matter)
    return found if key is None else told_to(actor, found.filter(matter=key))


@dataclass(frozen=True)
class ShownRow:
    """A row as a page shows it; ``url`` leads to the object while the person may open it."""

    row: ScoreRow
    about: str
    note: str
    left_out: str
    matter: str
    url: str
    verdict: str
    tone: str


def shown(actor: Actor, rows: Iterable[ScoreRow], kind: str) -> list[ShownRow]:
    """Rows with what they lead to, in a fixed number of queries per kind of object; what
    ``told_to`` keeps back has no words."""
    found = list(rows)
    all_of_them = ScoreRow.objects.filter(pk__in=[row.pk for row in found])
    known = set(told_to(actor, all_of_them).values_list("pk", flat=True))
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
    names = _matter_names({row.matter_id for row in found if row.matter_id is not None})
    return [
        ShownRow(
            row,
            row.about if row.pk in known else _NOT_TOLD,
            row.note if row.pk in known else "",
            row.left_out if row.pk in known else "",
            names[row.matter_id][1] if row.matter_id is not None and row.pk in known else "",
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
            "matter": each.matter,
            "due": _moment(each.row.due_at),
            "done": _moment(each.row.done_at),
            "met": each.verdict,
            "note": each.note,
            "left_out": each.left_out,
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


def progress(of: Round) -> dict[str, Any]:
    """A computation under way, for the component ``progress``."""
    done = of.state not in Round.UNDER_WAY
    text = "最后一次测算，完成后公布" if of.state == Round.State.PUBLISHING else "逐项测算"
    return {
        "state": "done" if done else "running",
        "text": "测算完成" if done else text,
        "done": of.reached,
        "total": of.scheme.lines.count(),
        "poll_url": reverse("assessment:round-progress", args=[of.pk]),
        "result_url": of.get_absolute_url(),
        "result_label": "查看结果",
    }


@dataclass(frozen=True)
class MatterShare:
    """What a department has in the rows of one matter (``matter_id`` None: of no matter).

    ``lost`` is what its unmet rows take from the base result, in hundredths: 100 less the base is
    the sum of all, up to rounding. ``deducted`` counts the rows of deductions.
    """

    score: Score
    matter_id: int | None
    name: str
    rows: int
    met: int
    deducted: int
    lost: int


def shares(actor: Actor, of: Round, department_id: int | None = None) -> list[MatterShare]:
    """Departments and matters of a round with what counted there, by the matter's number; a
    department reads its own. A fixed number of queries."""
    lines = LineScore.objects.visible_to(actor).filter(of__round=of)
    if department_id is not None:
        lines = lines.filter(of__department_id=department_id)
    scores = Score.objects.filter(round=of).select_related("department").in_bulk()
    by_key = {
        each.pk: each
        for each in lines.exclude(line__kind=Kind.EXTRA).select_related("line")
        if each.rows or each.line.kind != Kind.SHARE
    }
    weights: dict[int, int] = defaultdict(int)
    for each in by_key.values():
        if each.line.kind == Kind.SHARE:
            weights[each.of_id] += each.line.weight
    # By their keys: how many rows a round has, the planner learns long after it was computed.
    counted = _by_matter(actor, ScoreRow.objects.filter(line__in=list(by_key), left_out=""))
    found: dict[tuple[int, int | None], dict[str, Any]] = defaultdict(
        lambda: {"rows": 0, "met": 0, "deducted": 0, "lost": Decimal(0)}
    )
    for (line, matter), (rows, met) in counted.items():
        of_line = by_key[line]
        share = found[of_line.of_id, matter]
        if of_line.line.kind == Kind.DEDUCTION:
            share["deducted"] += rows
            continue
        share["rows"] += rows
        share["met"] += met
        share["lost"] += Decimal(FULL * of_line.line.weight * (rows - met)) / (
            of_line.rows * weights[of_line.of_id]
        )
    names = _matter_names({matter for _, matter in found if matter is not None})
    shares = [
        MatterShare(
            scores[score],
            matter,
            names[matter][1] if matter is not None else "不属于某一事项",
            share["rows"],
            share["met"],
            share["deducted"],
            int(share["lost"].to_integral_value(ROUND_HALF_UP)),
        )
        for (score, matter), share in found.items()
    ]
    far = max((number for number, _ in names.values()), default=0) + 1

    def place(each: MatterShare) -> tuple[int, int]:
        number = names[each.matter_id][0] if each.matter_id is not None else far
        return number, each.score.department_id

    return sorted(shares, key=place)


def _by_matter(
    actor: Actor, rows: QuerySet[ScoreRow]
) -> dict[tuple[int, int | None], tuple[int, int]]:
    """How many rows each line has of each matter, and how many of them are met."""
    numbers = {"found": Count("pk"), "kept": Count("pk", filter=Q(met=True))}
    counted: dict[tuple[int, int | None], tuple[int, int]] = {}
    of_none = {
        row["line"]: [row["found"], row["kept"]]
        for row in rows.values("line").annotate(**numbers).order_by()
    }
    of_some = told_to(actor, rows.exclude(matter=None)).values("line", "matter")
    for row in of_some.annotate(**numbers).order_by():
        counted[row["line"], row["matter"]] = row["found"], row["kept"]
        of_none[row["line"]][0] -= row["found"]
        of_none[row["line"]][1] -= row["kept"]
    rest = {(line, None): (rows, met) for line, (rows, met) in of_none.items() if rows}
    return counted | rest


def _matter_names(pks: Collection[int]) -> dict[int, tuple[int, str]]:
    """Number and name of matters, as they are or were last in force."""
    known = MatterVersion.objects.exclude(state__in=MatterVersion.PREPARING)
    name = known.filter(matter=OuterRef("pk")).order_by("-number").values("name")[:1]
    found = Matter.objects.filter(pk__in=pks).annotate(name=Subquery(name))
    return {
        pk: (number, name or code)
        for pk, number, code, name in found.values_list("pk", "number", "code", "name")
    }


SHARE_SHEET = Sheet(
    title="部门和事项",
    columns=(
        Column("matter", "监管事项", kinds.text(200), width=40),
        Column("department", "部门", kinds.text(100), width=30),
        Column("rows", "计入", kinds.integer(), width=10),
        Column("met", "达标", kinds.integer(), width=10),
        Column("lost", "基础失分", kinds.decimal(2), width=16),
        Column("deducted", "扣分情形", kinds.integer(), width=10),
    ),
)


def share_rows(found: Iterable[MatterShare]) -> Iterator[dict[str, Any]]:
    """Shares as rows of ``SHARE_SHEET``."""
    for each in found:
        yield {
            "matter": each.name,
            "department": each.score.department.name,
            "rows": each.rows,
            "met": each.met,
            "lost": _points(each.lost),
            "deducted": each.deducted,
        }


def unread_notice(actor: Actor, of: Round) -> RoundNotice | None:
    """What the person's department was told of a round and has not acknowledged yet."""
    if not may_acknowledge(actor):
        return None
    found = RoundNotice.objects.filter(round=of, department=actor.department_id, read_at=None)
    return found.first()


def told(of: Round) -> list[RoundNotice]:
    """Which departments were told of a round, and who has read it."""
    return list(of.notices.select_related("department"))


def pending_round_notices(actor: Actor) -> list[WorkItem]:
    """What the person's department was told of a round and has not acknowledged."""
    if not may_acknowledge(actor):
        return []
    found = RoundNotice.objects.filter(department=actor.department_id, read_at=None)
    return [
        WorkItem(
            what=f"签收：{notice.get_stage_display()}",
            about=str(notice.round),
            url=notice.round.get_absolute_url(),
            label="查阅",
            due_at=notice.round.appeals_until if notice.stage == _APPEALS else None,
        )
        for notice in found.select_related("round__region")
    ]


def pending_assessment(actor: Actor) -> list[WorkItem]:
    """What waits for the coordination office: appeals to answer and a scheme in preparation
    (clerks), to sign, extra points to grant, and rounds to publish or freeze (its head). A fixed
    number of queries."""
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
        items += _rounds_to_end(actor)
    drafts = Scheme.objects.visible_to(actor).filter(
        state=Scheme.State.DRAFT, region__code=actor.region_code
    )
    head = signs(actor, actor.region_code)
    what, label = ("批准考核方案", "审批") if head else ("编制考核方案", "办理")
    items += [WorkItem(what, str(each), each.get_absolute_url(), label) for each in drafts]
    return items


def _rounds_to_end(actor: Actor) -> list[WorkItem]:
    """Rounds whose period is over and not published, and those whose appeals are all settled."""
    own = Round.objects.visible_to(actor).select_related("region")
    over = own.filter(state=Round.State.COMPUTED, ends__lte=clock.today())
    open_ones = Appeal.objects.filter(line__of__round=OuterRef("pk"), state__in=Appeal.OPEN)
    settled = own.filter(state=Round.State.PUBLISHED, appeals_until__lt=clock.now()).exclude(
        Exists(open_ones)
    )
    return [
        WorkItem(what=what, about=str(each), url=each.get_absolute_url(), label=label)
        for found, what, label in ((over, "公布考核结果", "公布"), (settled, "考核定稿", "定稿"))
        for each in found.order_by("ends", "pk")
    ]
