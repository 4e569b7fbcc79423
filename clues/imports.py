"""The Excel file of clues, as a hotline or a platform hands them over (L1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from clues.models import Clue
from clues.models.clue import ClueQuerySet
from clues.services import intake
from clues.services.intake_facts import CONTENT_LENGTH, ENTERED_CHANNELS, TITLE_LENGTH
from credit.models import Subject
from credit.selectors.directory import townships_of
from credit.validation import closest, normalise_identifier
from departments.models import Region
from departments.roles import STAFF
from records.actor import Actor
from records.excel import Column, Parsed, Row, Sheet, kinds
from records.imports import ImportKind, register
from records.masking import masked_name, masked_phone

PREVIEW_ROWS = 20
_TOLD_APART = {label: code for code, label in Clue.Channel.choices if code != Clue.Channel.WARNING}
_YES_NO = {"是": True, "否": False}

CLUE_SHEET = Sheet(
    title="线索登记",
    columns=(
        Column(
            "channel",
            "来源",
            kinds.choice({label: code for code, label in ENTERED_CHANNELS}),
            required=True,
            example="12345 热线",
            width=14,
            aliases=("线索来源", "诉求来源"),
        ),
        Column(
            "external_number",
            "来源编号",
            kinds.text(60),
            example="20261009004512",
            help="如 12345 工单号；已登记过的编号不会重复登记",
            width=22,
            aliases=("工单号", "工单编号"),
        ),
        Column("title", "标题", kinds.text(TITLE_LENGTH), example="餐馆油烟扰民", width=34),
        Column(
            "content",
            "内容",
            kinds.text(CONTENT_LENGTH, multiline=True),
            required=True,
            example="反映新站镇某餐馆晚间油烟直排居民楼，已持续半个月。",
            width=60,
            aliases=("诉求内容", "反映内容"),
        ),
        Column("occurred_on", "发生日期", kinds.date(), example="2026-09-28", width=12),
        Column("township", "乡镇街道", kinds.text(60), example="新站镇", width=14),
        Column("place", "地点", kinds.text(200), width=30),
        Column("subject_name", "被反映对象", kinds.text(120), width=30),
        Column(
            "identifier",
            "对象标识",
            kinds.text(60),
            help="名录中的统一社会信用代码或编号；填了就与名录关联",
            width=22,
            aliases=("统一社会信用代码",),
        ),
        Column("complainant_name", "反映人", kinds.text(60), width=10, aliases=("姓名", "来电人")),
        Column("complainant_phone", "联系电话", kinds.phone(), width=14, aliases=("来电号码",)),
        Column("complainant_address", "联系地址", kinds.text(200), width=24),
        Column("wants_answer", "要求答复", kinds.choice(_YES_NO), example="是", width=10),
    ),
    instructions=(
        "每行一条线索，由导入人所在部门首接；有电话并要求答复的，登记时发送受理告知。",
        "来源和来源编号都相同的视为同一条：已登记的跳过，不会重复登记。",
        "保密线索不得用本表导入，请在“登记线索”页面逐条登记。",
    ),
    max_rows=2_000,
)


@dataclass(frozen=True)
class _Known:
    """What the words of a file refer to: townships by name, subjects by identifier."""

    townships: Mapping[str, Region]
    subjects: Mapping[str, Subject]

    @classmethod
    def of(cls, actor: Actor, rows: Sequence[Row]) -> _Known:
        wanted = {_identifier(row) for row in rows} - {""}
        visible = Subject.objects.visible_to(actor).select_related("merged_into")
        found = visible.filter(identifier__in=wanted)
        return cls(
            {unit.name: unit for unit in townships_of(actor.region_code)},
            {subject.identifier: subject.survivor for subject in found},
        )

    def report_unknown(self, row: Row, parsed: Parsed) -> None:
        township = row.values["township"]
        if township and township not in self.townships:
            hint = closest(township, self.townships)
            parsed.add_error(row, "township", f"“{township}”不是本区划的乡镇街道{hint}")
        if (identifier := _identifier(row)) and identifier not in self.subjects:
            parsed.add_error(row, "identifier", "名录中没有这个标识，请核对或留空")

    def facts(self, row: Row) -> dict[str, Any]:
        """A row as ``clues.services.intake.register`` takes it."""
        values = {key: value for key, value in row.values.items() if value is not None}
        township = values.pop("township", None)
        subject = self.subjects.get(_identifier(row))
        values.pop("identifier", None)
        return values | {"township": self.townships.get(township or ""), "subject": subject}


def check(actor: Actor, parsed: Parsed) -> dict[str, Any]:
    """Add what only the database knows: townships, subjects, numbers registered before."""
    known = _Known.of(actor, parsed.rows)
    same = _registered(actor, parsed.rows)
    visible = set(same.visible_to(actor).values_list("channel", "external_number"))
    taken = set(same.filter(confidential=False).values_list("channel", "external_number"))
    seen: dict[tuple[str, str], int] = {}
    repeated = 0
    channels: Counter[str] = Counter()
    for row in parsed.rows:
        known.report_unknown(row, parsed)
        channels[row.values["channel"]] += 1
        key = _key(row)
        if key is None:
            continue
        if key in seen:
            parsed.add_error(row, "external_number", f"与第 {seen[key]} 行重复")
        seen.setdefault(key, row.number)
        if key in visible:
            repeated += 1
        elif key in taken:
            parsed.add_error(row, "external_number", "这个来源编号已由其他部门登记，请删除本行")
    return {
        "columns": [column.heading for column in CLUE_SHEET.columns],
        "rows": [_preview(row) for row in parsed.rows[:PREVIEW_ROWS]],
        "facts": [
            ["将登记", f"新增 {len(parsed.rows) - repeated} 条，已登记过跳过 {repeated} 条"],
            [
                "来源",
                "，".join(f"{Clue.Channel(code).label} {n} 条" for code, n in channels.items()),
            ],
        ],
    }


def apply(actor: Actor, rows: Sequence[Row], progress: Callable[[int], None]) -> str:
    """Register the checked rows one by one and say what became of them."""
    known = _Known.of(actor, rows)
    before = set(_registered(actor, rows).visible_to(actor).values_list("pk", flat=True))
    registered: set[int] = set()
    for done, row in enumerate(rows, start=1):
        registered.add(intake.register(actor, **known.facts(row)).pk)
        progress(done)
    new = len(registered - before)
    return f"已登记线索 {new} 条，跳过已登记过的 {len(rows) - new} 条。"


def may_import(actor: Actor) -> bool:
    """Staff of a department; township officers report one by one on the phone."""
    return intake.may_register(actor) and actor.has_role(*STAFF)


def _registered(actor: Actor, rows: Sequence[Row]) -> ClueQuerySet:
    numbers = {row.values["external_number"] for row in rows} - {None}
    found: ClueQuerySet = Clue.objects.filter(
        region_code=actor.region_code, external_number__in=numbers
    )
    return found


def _key(row: Row) -> tuple[str, str] | None:
    number = row.values["external_number"]
    return (row.values["channel"], number) if number else None


def _identifier(row: Row) -> str:
    return normalise_identifier(row.values["identifier"] or "")


def _preview(row: Row) -> list[str]:
    masks = {"complainant_name": masked_name, "complainant_phone": masked_phone}
    shown = []
    for column in CLUE_SHEET.columns:
        value = row.values[column.key]
        text = "" if value is None else str(column.kind.format(value))
        shown.append(masks[column.key](text) if text and column.key in masks else text[:60])
    return shown


CLUES = register(
    ImportKind(
        code="clues",
        title="线索",
        sheet=CLUE_SHEET,
        may=may_import,
        check=check,
        apply=apply,
        done_url="clues:clue-list",
        help="一行一条线索。反映人的电话只用于受理告知和答复，页面上不完整显示。",
    )
)
