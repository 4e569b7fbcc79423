"""The departments' own catalogues of check items: saving one, and the Excel file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from departments.actors import fills_in, is_clerk_of
from departments.models import Department
from departments.roles import Function, Role
from matters.importing import Names
from matters.models import CheckItem, SubjectCategory
from matters.parsing import plain_name, suggest
from records import trail
from records.actor import Actor
from records.errors import Conflict, NotAllowed, Refused
from records.excel import Column, Parsed, Row, Sheet, kinds
from records.imports import ImportKind, register

SHEET = Sheet(
    title="检查事项",
    columns=(
        Column("department", "部门", kinds.text(100), True, example="区民政局", width=26),
        Column(
            "code",
            "编号",
            kinds.text(30),
            True,
            True,
            "MZJ-001",
            help="已有编号的，按本行内容更新",
            width=14,
        ),
        Column("title", "检查事项", kinds.text(100), True, example="养老机构备案情况", width=30),
        Column("guidance", "检查要点", kinds.text(2000, multiline=True), width=44),
        Column("legal_basis", "检查依据", kinds.text(300), width=30),
        Column(
            "categories",
            "适用对象类别",
            kinds.list_of(kinds.text(60)),
            True,
            example="养老机构",
            width=30,
        ),
    ),
    instructions=("各部门只导入本部门的检查事项；综合协调组可以代各部门导入。",),
    max_rows=5000,
)


@dataclass(frozen=True, kw_only=True)
class ItemContent:
    """What a check item says; ``categories`` are codes of ``SubjectCategory``."""

    code: str
    title: str
    categories: Sequence[str]
    guidance: str = ""
    legal_basis: str = ""
    is_active: bool = True


FIELDS = ("code", "title", "categories", "guidance", "legal_basis", "is_active")


def may_keep(actor: Actor, department: Department) -> bool:
    """Clerks and heads of the department keep its catalogue."""
    return is_clerk_of(actor, department.pk)


def create(actor: Actor, department: Department, content: ItemContent) -> CheckItem:
    """Add a check item. Raises ``NotAllowed``, or ``Refused`` at the field."""
    _ensure_keeper(actor, department)
    with _code_once(content), transaction.atomic():
        _check(department, content, None)
        item = CheckItem.objects.create(department=department, **_values(content))
        _record(actor, item, "check_item.create", "新增检查事项", {}, _values(content))
    return item


def change(actor: Actor, pk: int, content: ItemContent) -> CheckItem:
    """Change a check item, or take it out of use. Raises as ``create``."""
    with _code_once(content), transaction.atomic():
        item = (
            CheckItem.objects.select_for_update(of=("self",))
            .select_related("department__region")
            .filter(pk=pk)
            .first()
        )
        if item is None:
            raise Refused("检查事项不存在。", code="not_found")
        _ensure_keeper(actor, item.department)
        _check(item.department, content, item)
        _overwrite(actor, item, content)
    return item


def may_import(actor: Actor) -> bool:
    """Clerks and heads of any department, each for its own catalogue."""
    return actor.department_id is not None and actor.has_role(Role.CLERK, Role.HEAD)


def check(actor: Actor, parsed: Parsed) -> dict[str, Any]:
    """Resolve departments and categories; the summary counts what is new and what changes."""
    reader = _Reader(actor)
    rows: list[list[Any]] = []
    counts = {"新增": 0, "修改": 0, "不变": 0}
    for row in list(parsed.rows):
        read = reader.read(row, parsed.add_error)
        if read is None:
            continue
        department, content = read
        existing = reader.existing.get((department.pk, content.code))
        verb = "新增" if existing is None else "修改" if _differs(existing, content) else "不变"
        counts[verb] += 1
        categories = "、".join(row.values["categories"])
        rows.append([verb, str(department), content.code, content.title, categories])
    return {
        "columns": ["处理", "部门", "编号", "检查事项", "适用对象类别"],
        "rows": rows,
        "facts": [[verb, f"{count} 项"] for verb, count in counts.items()],
    }


def apply(actor: Actor, rows: Sequence[Row], progress: Callable[[int], None]) -> str:
    """Create new items, update those whose number is there already."""
    reader = _Reader(actor)
    created = changed = 0
    for done, row in enumerate(rows, start=1):
        read = reader.read(row, _unexpected)
        if read is None:
            continue
        department, content = read
        existing = reader.existing.get((department.pk, content.code))
        if existing is None:
            item = CheckItem.objects.create(department=department, **_values(content))
            _record(actor, item, "check_item.create", "导入检查事项", {}, _values(content))
            created += 1
        elif _differs(existing, content):
            _overwrite(actor, existing, content)
            changed += 1
        progress(done)
    same = len(rows) - created - changed
    return f"检查事项已导入：新增 {created} 项，修改 {changed} 项，不变 {same} 项。"


class _Reader:
    """Turns rows into contents of check items."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.for_all = fills_in(actor, Function.COORDINATION, actor.region_code)
        self.names = Names.of(actor.region_code)
        self.categories = {
            plain_name(name): code
            for code, name in SubjectCategory.objects.values_list("code", "name")
        }
        items = CheckItem.objects.filter(department__region__code=actor.region_code)
        self.existing = {
            (item.department_id, item.code): item
            for item in items.select_related("department__region")
        }

    def read(
        self, row: Row, refuse: Callable[[Row, str, str], None]
    ) -> tuple[Department, ItemContent] | None:
        """The department and content of a row; every mistake goes to ``refuse``."""
        department = self.names.find(row.values["department"])
        if department is None:
            refuse(row, "department", self.names.refusal(row.values["department"]))
        elif not self.for_all and department.pk != self.actor.department_id:
            refuse(row, "department", "只能导入本部门的检查事项")
            department = None
        codes: list[str] = []
        unknown: list[str] = []
        for name in row.values["categories"]:
            code = self.categories.get(plain_name(name))
            if code is None:
                near = "、".join(f"“{each}”" for each in suggest(name, self.categories))
                unknown.append(f"没有对象类别“{name}”" + (f"，是否为{near}？" if near else ""))
            else:
                codes.append(code)
        for words in unknown:
            refuse(row, "categories", words)
        if department is None or unknown:
            return None
        existing = self.existing.get((department.pk, row.values["code"]))
        return department, ItemContent(
            code=row.values["code"],
            title=row.values["title"],
            guidance=row.values["guidance"] or "",
            legal_basis=row.values["legal_basis"] or "",
            categories=codes,
            is_active=existing is None or existing.is_active,
        )


def _unexpected(row: Row, key: str, words: str) -> None:
    raise ValueError(f"row {row.number}, {key}: {words}")


def _ensure_keeper(actor: Actor, department: Department) -> None:
    if not may_keep(actor, department):
        raise NotAllowed(
            f"只有{department.name}的经办人或负责人可以维护其检查事项。", verb="check_item.keep"
        )


def _check(department: Department, content: ItemContent, item: CheckItem | None) -> None:
    same = CheckItem.objects.filter(department=department, code=content.code).first()
    if same is not None and same != item:
        raise _code_taken(content)
    if not content.categories:
        raise Refused("请至少选择一个适用对象类别。", field="categories")
    known = SubjectCategory.objects.filter(code__in=content.categories).count()
    if known != len(set(content.categories)):
        raise Refused("对象类别不存在。", field="categories")


def _code_taken(content: ItemContent) -> Conflict:
    return Conflict(f"编号“{content.code}”已被使用。", field="code")


@contextmanager
def _code_once(content: ItemContent) -> Iterator[None]:
    """Say in words that somebody else gave the code to an item at the same moment."""
    try:
        yield
    except IntegrityError as error:
        raise _code_taken(content) from error


def _values(content: ItemContent) -> dict[str, Any]:
    return {name: getattr(content, name) for name in FIELDS} | {
        "categories": list(content.categories)
    }


def _differs(item: CheckItem, content: ItemContent) -> bool:
    return any(getattr(item, name) != value for name, value in _values(content).items())


def _overwrite(actor: Actor, item: CheckItem, content: ItemContent) -> None:
    changed = {
        name: value for name, value in _values(content).items() if getattr(item, name) != value
    }
    if not changed:
        return
    before = {name: getattr(item, name) for name in changed}
    for name, value in changed.items():
        setattr(item, name, value)
    item.save(update_fields=tuple(changed))
    _record(actor, item, "check_item.change", "修改检查事项", before, changed)


def _record(
    actor: Actor,
    item: CheckItem,
    verb: str,
    label: str,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    region_code = item.department.region.code
    trail.record(actor, verb, label, item, before=before, after=after, region_code=region_code)


register(
    ImportKind(
        code="check_items",
        title="检查事项",
        sheet=SHEET,
        may=may_import,
        check=check,
        apply=apply,
        done_url="matters:check-items",
        help="一行一个检查事项；编号已有的按本行内容更新，其余新增。",
    )
)
