"""The list of matters from Excel, in the published document's own six columns (M4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from departments.actors import fills_in
from departments.models import Department, DepartmentAlias, Region
from departments.roles import Function
from matters.models import Duty, Matter, MatterVersion, SubjectCategory
from matters.parsing import categories_in, matter_code, plain_name, split_names, suggest
from matters.services import CURRENT, Content, Part, content_of, open_version
from records.actor import Actor
from records.excel import Column, Parsed, Row, Sheet, kinds
from records.imports import ImportKind, register

FIRST_REASON = "首次导入"
AGAIN_REASON = "重新导入"

SHEET = Sheet(
    title="事项清单",
    columns=(
        Column("number", "序号", kinds.integer(1, 9999), True, True, "19", width=8),
        Column("name", "事项名称", kinds.text(100), True, True, "养老机构安全综合监管", width=30),
        Column(
            "subjects",
            "监管对象",
            kinds.text(2000, multiline=True),
            True,
            example="养老机构",
            help="系统按其中的关键词识别对象类别，导入后可以调整",
            width=36,
        ),
        Column(
            "content",
            "主要任务",
            kinds.text(2000, multiline=True),
            True,
            example="机构备案、建筑、消防、食品和服务安全",
            width=36,
        ),
        Column("lead", "牵头单位", kinds.text(100), True, example="区民政局", help="只填一个部门"),
        Column(
            "partners",
            "配合单位",
            kinds.text(2000, multiline=True),
            True,
            example="区财政局、住建局、消防救援大队",
            help="用顿号或逗号分隔；可用简称",
            width=56,
        ),
    ),
    instructions=(
        "栏目与印发的清单一致，清单标题可以留在表头上方。",
        "部门可写全称、简称或清单所印名称；认不出的部门会逐个列出，整个文件不导入。",
        "序号与已有事项相同的，作为该事项的新版本草稿导入。",
    ),
    max_rows=1000,
)


@dataclass(frozen=True)
class Names:
    """The names under which a region's departments are known, by their plain form."""

    departments: dict[str, Department]

    @classmethod
    def of(cls, region_code: str) -> Names:
        aliases = DepartmentAlias.objects.filter(region__code=region_code)
        known = {plain_name(a.alias): a.department for a in aliases.select_related("department")}
        for department in Department.objects.filter(region__code=region_code):
            known[plain_name(department.name)] = department
        return cls({name: each for name, each in known.items() if each.is_active})

    def find(self, printed: str) -> Department | None:
        return self.departments.get(plain_name(printed))

    def refusal(self, printed: str) -> str:
        """The words for a name nobody has, with the nearest ones."""
        near = "、".join(f"“{name}”" for name in suggest(printed, self.departments))
        hint = f"，是否为{near}？" if near else ""
        return f"没有部门“{printed}”{hint}"


@dataclass(frozen=True)
class _Read:
    """A row whose departments were all found."""

    row: Row
    content: Content
    categories: tuple[SubjectCategory, ...]


class _Reader:
    """Turns rows into contents of versions; holds what every row needs."""

    def __init__(self, region_code: str) -> None:
        self.names = Names.of(region_code)
        self.categories = {each.code: each for each in SubjectCategory.objects.all()}
        self.keywords = {code: each.keywords for code, each in self.categories.items()}

    def read(self, row: Row, refuse: Callable[[Row, str, str], None]) -> _Read | None:
        """The content of a row; every mistake goes to ``refuse`` (row, column key, words)."""
        lead = self._lead(row, refuse)
        partners = self._partners(row, lead, refuse)
        if lead is None or partners is None:
            return None
        found = tuple(
            self.categories[code] for code in categories_in(row.values["subjects"], self.keywords)
        )
        return _Read(
            row,
            Content(
                name=row.values["name"],
                subjects_text=row.values["subjects"],
                content=row.values["content"],
                lead_id=lead.pk,
                lead_printed=row.values["lead"],
                partners=partners,
                category_ids=[each.pk for each in found],
            ),
            found,
        )

    def _lead(self, row: Row, refuse: Callable[[Row, str, str], None]) -> Department | None:
        printed = split_names(row.values["lead"])
        if len(printed) != 1:
            refuse(row, "lead", f"应只填一个牵头单位，现有 {len(printed)} 个")
            return None
        lead = self.names.find(printed[0])
        if lead is None:
            refuse(row, "lead", self.names.refusal(printed[0]))
        return lead

    def _partners(
        self, row: Row, lead: Department | None, refuse: Callable[[Row, str, str], None]
    ) -> list[Part] | None:
        seen: dict[int, str] = {}
        parts: list[Part] = []
        mistakes: list[str] = []
        for printed in split_names(row.values["partners"]):
            department = self.names.find(printed)
            if department is None:
                mistakes.append(self.names.refusal(printed))
            elif lead is not None and department.pk == lead.pk:
                mistakes.append(f"“{printed}”已是牵头单位，不能同时列为配合单位")
            elif department.pk in seen:
                twice = f"“{seen[department.pk]}”和“{printed}”"
                mistakes.append(f"{twice}是同一个部门（{department.name}），只能列一次")
            else:
                seen[department.pk] = printed
                part = Duty.Part.ENFORCING if department.enforces else Duty.Part.ASSISTING
                parts.append(Part(department.pk, part, printed))
        if not parts and not mistakes:
            mistakes.append("没有填写任何部门")
        for words in mistakes:
            refuse(row, "partners", words)
        return None if mistakes else parts


def may_import(actor: Actor) -> bool:
    """The coordination office takes lists over."""
    return fills_in(actor, Function.COORDINATION, actor.region_code)


def check(actor: Actor, parsed: Parsed) -> dict[str, Any]:
    """Resolve names and compare with what is there; the summary shows what would be written."""
    reader = _Reader(actor.region_code)
    existing = _existing(actor.region_code)
    names = {
        version.name: number
        for number, versions in existing.items()
        for version in versions
        if version.state in CURRENT
    }
    reads: list[_Read] = []
    unchanged: list[_Read] = []
    for row in list(parsed.rows):
        read = reader.read(row, parsed.add_error)
        number, name = row.values["number"], row.values["name"]
        versions = existing.get(number, [])
        if names.get(name, number) != number:
            parsed.add_error(row, "name", f"与现有事项 {names[name]} 名称相同")
        if preparing := _first(versions, MatterVersion.PREPARING):
            state = preparing.get_state_display()
            parsed.add_error(row, "number", f"事项 {number} 已有版本正在办理（{state}），请先办结")
        elif read is not None and _same(read, versions):
            unchanged.append(read)
        elif read is not None:
            reads.append(read)
    if not reads:
        for read in unchanged:
            words = f"与现有事项 {read.row.values['number']} 内容完全相同，无需重复导入"
            parsed.add_error(read.row, "number", words)
    departments = {each.pk: each for each in reader.names.departments.values()}
    return _summary(reads, unchanged, existing, departments)


def apply(actor: Actor, rows: Sequence[Row], progress: Callable[[int], None]) -> str:
    """Write every row as a draft: a new matter, or the next version of the one with its number."""
    region = Region.objects.get(code=actor.region_code)
    reader = _Reader(region.code)
    existing = _existing(region.code)
    created = renewed = 0
    for done, read in enumerate(_readable(reader, rows), start=1):
        number = read.row.values["number"]
        versions = existing.get(number, [])
        if not _same(read, versions):
            if versions:
                matter, reason = versions[0].matter, AGAIN_REASON
                renewed += 1
            else:
                code = matter_code(region.code, number)
                matter = Matter.objects.create(region=region, code=code, number=number)
                reason = FIRST_REASON
                created += 1
            open_version(actor, matter, read.content, reason, read.row.source[:200])
        progress(done)
    parts = [f"新增 {created} 项"] if created else []
    parts += [f"{renewed} 项形成新版本草稿"] if renewed else []
    same = len(rows) - created - renewed
    parts += [f"{same} 项内容相同未变"] if same else []
    return f"事项清单已导入：{'，'.join(parts)}。"


def _readable(reader: _Reader, rows: Sequence[Row]) -> Iterator[_Read]:
    for row in rows:
        if read := reader.read(row, _unexpected):
            yield read


def _unexpected(row: Row, key: str, words: str) -> None:
    raise ValueError(f"row {row.number}, {key}: {words}")


def _existing(region_code: str) -> dict[int, list[MatterVersion]]:
    """The versions of the region's matters by number, newest first."""
    found: dict[int, list[MatterVersion]] = {}
    versions = (
        MatterVersion.objects.filter(matter__region__code=region_code)
        .select_related("matter")
        .prefetch_related("duties", "categories")
        .order_by("matter__number", "-number")
    )
    for version in versions:
        found.setdefault(version.matter.number, []).append(version)
    return found


def _first(versions: Sequence[MatterVersion], states: frozenset[Any]) -> MatterVersion | None:
    return next((each for each in versions if each.state in states), None)


def _same(read: _Read, versions: Sequence[MatterVersion]) -> bool:
    """Whether the version in force already says what the row says in its six columns."""
    current = _first(versions, frozenset({MatterVersion.State.IN_FORCE}))
    return current is not None and _six_columns(read.content) == _six_columns(content_of(current))


def _six_columns(content: Content) -> tuple[Any, ...]:
    return (
        content.name,
        content.subjects_text,
        content.content,
        content.lead_id,
        [part.department_id for part in content.partners],
    )


def _summary(
    reads: Sequence[_Read],
    unchanged: Sequence[_Read],
    existing: dict[int, list[MatterVersion]],
    departments: dict[int, Department],
) -> dict[str, Any]:
    involved = {
        pk
        for read in reads
        for pk in (read.content.lead_id, *(part.department_id for part in read.content.partners))
    }
    duties = sum(1 + len(read.content.partners) for read in reads)
    unnamed = [str(read.row.values["number"]) for read in reads if not read.categories]
    facts = [
        ["事项", str(len(reads))],
        ["部门", str(len(involved))],
        ["职责", str(duties)],
    ]
    if renewed := [r for r in reads if r.row.values["number"] in existing]:
        facts.append(["形成新版本", f"{len(renewed)} 项"])
    if unchanged:
        facts.append(["内容相同，不导入", f"{len(unchanged)} 项"])
    if unnamed:
        facts.append(["未识别对象类别", f"序号 {'、'.join(unnamed)}，送审前需人工选择"])
    return {
        "written": len(reads),
        "columns": ["序号", "事项名称", "牵头部门", "配合部门数", "对象类别"],
        "rows": [
            [
                read.row.values["number"],
                read.content.name,
                str(departments[read.content.lead_id]),
                len(read.content.partners),
                "、".join(each.name for each in read.categories) or "未识别",
            ]
            for read in reads
        ],
        "facts": facts,
    }


register(
    ImportKind(
        code="matters",
        title="监管事项清单",
        sheet=SHEET,
        may=may_import,
        check=check,
        apply=apply,
        done_url="matters:list",
        help="请使用印发清单的六栏原表，标题行可以保留。导入后为草稿，经合法性审核后公布生效。",
    )
)
