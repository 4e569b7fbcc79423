"""The resources that other systems push, each by the services that people use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from clues.models import RiskWarning
from clues.rules.warnings import LEVELS
from clues.services.intake_facts import CONTENT_LENGTH, ENTERED_CHANNELS, TITLE_LENGTH, Facts
from clues.services.intake_many import register_each
from clues.services.warnings.many import FromAbove, enter_each
from credit.models import Subject
from credit.rules.events import KIND_CHOICES
from credit.selectors.directory import held, scope_of
from credit.services import outside
from credit.services.directory import faults as directory_faults
from credit.services.directory import upsert_subjects
from credit.validation import (
    ADDRESS_LENGTH,
    IDENTIFIER_LENGTH,
    NAME_LENGTH,
    SubjectInput,
    normalise_identifier,
)
from departments.models import Region
from departments.roles import Function
from matters import upstream
from matters.models import Matter, SubjectCategory
from records import clock
from records.actor import Actor
from records.became import CREATED, UNCHANGED, UPDATED
from records.errors import Refused
from supervision.gateway.api.push import Batch, Faults, Intake, Item, PushView
from supervision.gateway.api.schema import described_push
from supervision.gateway.models import Scope
from supervision.gateway.shapes import Field, Shape, Wrong

_CODE = "91411603MA7GBJK2X0"


def _text(words: str, most: int, example: str = "", **more: Any) -> Field:
    return Field(kind="text", help=words, most=most, example=example, **more)


def _choice(words: str, choices: Iterable[tuple[Any, Any]], example: str, **more: Any) -> Field:
    pairs = tuple((str(code), str(label)) for code, label in choices)
    return Field(kind="choice", help=words, choices=pairs, example=example, **more)


ORIGINS = [
    (each.value, each.label) for each in (RiskWarning.Origin.NATIONAL, RiskWarning.Origin.PROVINCE)
]
"""Who above a region warns it."""

_IDENTIFIER = IDENTIFIER_LENGTH + 20
"""As it is sent: wide characters and spaces are taken out before it is checked."""

SUBJECT = Shape(
    "PushedSubject",
    {
        "id_kind": _choice("标识类型", SubjectCategory.IdKind.choices, "uscc", required=True),
        "identifier": _text("统一社会信用代码或其他标识", _IDENTIFIER, _CODE, required=True),
        "name": _text("名称", NAME_LENGTH, "周口市淮阳区安泰养老院", required=True),
        "categories": Field(
            kind="texts",
            help="对象类别代码，主要类别在前",
            most=50,
            longest=40,
            example=["nursing-home"],
            required=True,
        ),
        "grade": _choice(
            "信用风险等级；已在名录中的可以不填，填写的须与现等级相同",
            Subject.Grade.choices,
            "B",
        ),
        "status": _choice(
            "状态，缺省为在业", Subject.ENTERED, "open", default=Subject.Status.OPEN.value
        ),
        "industry_class": _text("行业代码（GB/T 4754）", 6, "8514"),
        "address": _text("地址", ADDRESS_LENGTH, "新站镇健康路 1 号"),
        "township": _text("乡镇街道代码", 12, "411603101"),
    },
)


class _Subjects(Batch):
    def __init__(self, actor: Actor, source: str, items: Sequence[Item]) -> None:
        super().__init__(actor, source, items)
        rows = [
            SubjectInput(
                id_kind=item["id_kind"],
                identifier=normalise_identifier(item["identifier"]),
                name=item["name"],
                categories=item["categories"],
                grade=item["grade"],
                status=item["status"],
                industry_class=item["industry_class"],
                address=item["address"],
                township_code=item["township"],
            )
            for item in items
        ]
        self._held = held(scope_of(actor.region_code), rows)
        self._rows = [self._held.graded(row) for row in rows]

    def faults(self) -> Faults:
        found: dict[int, list[Wrong]] = defaultdict(list)
        for place, complaint in directory_faults(self.actor, self._rows, self._held):
            found[place].append(Wrong(complaint.field, f"{complaint.message}。"))
        return found

    def write(self, places: Sequence[int]) -> Sequence[str]:
        rows = [self._rows[place] for place in places]
        upsert_subjects(self.actor, rows, self.source, known=self._held)
        return [self._became(entry) for entry in self._held.reached(rows)[0]]

    def _became(self, entry: SubjectInput | None) -> str:
        before = self._held.stored.get(entry.key) if entry else None
        if entry and not before:
            return CREATED
        return UNCHANGED if not before or before.entry == entry else UPDATED


FACT = Shape(
    "PushedFact",
    {
        "identifier": _text("监管对象标识", _IDENTIFIER, _CODE, required=True),
        "kind": _choice("信用记录种类", KIND_CHOICES, "national_risk", required=True),
        "day": Field(kind="day", help="发生日期", example="2026-03-01", required=True),
        "value": _text("数值；评级填等级，如优、良、中、差或 A、B、C、D", 13, "A", default="1"),
        "title": _text("内容", 200, "企业信用风险分类 A 级", required=True),
        "key": _text("在来源系统中的编号，重复报送不重复计", 100, "FXFL-2026-1", required=True),
        "basis": _text("文号", 100),
        "until": Field(kind="day", help="效力止日", example="", default=None),
    },
)


class _Facts(Batch):
    def __init__(self, actor: Actor, source: str, items: Sequence[Item]) -> None:
        super().__init__(actor, source, items)
        self._told = [outside.OutsideFact(**item) for item in items]

    def faults(self) -> Faults:
        return _worded(outside.faults(self.actor.region_code, self._told, self.source))

    def write(self, places: Sequence[int]) -> Sequence[str]:
        return outside.take_in(self.actor, self.source, [self._told[place] for place in places])


def _worded(faults: Iterable[outside.Fault | upstream.Fault]) -> Faults:
    found: dict[int, list[Wrong]] = defaultdict(list)
    for fault in faults:
        found[fault.index].append(Wrong(fault.field, f"{fault.message}。"))
    return found


CLUE = Shape(
    "PushedClue",
    {
        "channel": _choice("线索来源", ENTERED_CHANNELS, "hotline", required=True),
        "external_number": _text("在来源系统中的编号", 60, "ZK20260301001", required=True),
        "title": _text("标题，缺省取内容的首句", TITLE_LENGTH),
        "content": _text(
            "内容：时间、地点、谁、做了什么",
            CONTENT_LENGTH,
            "某养老院厨房消防通道堆放杂物。",
            required=True,
        ),
        "received_at": Field(kind="moment", help="来源受理时间", example="", default=None),
        "occurred_on": Field(kind="day", help="发生日期", example="", default=None),
        "township": _text("乡镇街道代码", 12, "411603101"),
        "place": _text("地点", 200, "新站镇健康路 1 号"),
        "subject_identifier": _text("监管对象标识", _IDENTIFIER),
        "subject_name": _text("名录中没有的，填名称", NAME_LENGTH, "某养老院"),
        "matter_code": _text("监管事项编码", 30),
        "complainant_name": _text("反映人姓名", 60),
        "complainant_phone": _text("反映人电话", 30),
        "wants_answer": Field(
            kind="flag", help="是否要求答复，缺省为是", example=True, default=True
        ),
    },
)
WARNING = Shape(
    "PushedWarning",
    {
        "origin": _choice(
            "来源",
            ORIGINS,
            "province",
            required=True,
        ),
        "external_number": _text("来源编号", 60, "HN-YJ-2026-1", required=True),
        "level": _choice("等级", LEVELS, str(LEVELS[0][0]), required=True),
        "title": _text("标题", 150, "养老机构食品安全风险上升", required=True),
        "content": _text("内容", 5000, "近 30 天同类投诉集中。", required=True),
        "subject_identifier": _text("监管对象标识", _IDENTIFIER),
        "township": _text("乡镇街道代码", 12, "411603101"),
        "matter_code": _text("监管事项编码", 30),
    },
)


MATTER = Shape(
    "PushedMatter",
    {
        "issuer": _text("发布区划代码，应为本区划的上级", 12, "41", required=True),
        "code": _text("上级事项编码", 60, "41-ZHJG-007", required=True),
        "version": Field(
            kind="number",
            help="版本号，每次变化增大",
            most=10**9,
            example=1,
            required=True,
        ),
        "withdrawn": Field(
            kind="flag", help="是否取消；取消的内容可以不填", example=False, default=False
        ),
        "name": _text("事项名称", 100, "养老服务机构综合监管", required=True),
        "subjects": _text("监管对象；未取消的必填", 2000, "养老机构"),
        "content": _text("主要任务；未取消的必填", 2000, "机构备案、消防、食品和服务安全"),
        "lead": _text("牵头部门的名称或代码；未取消的必填", 100, "河南省民政厅"),
        "partners": Field(
            kind="texts",
            help="配合部门的名称或代码",
            most=60,
            longest=100,
            example=["河南省消防救援总队", "河南省市场监督管理局"],
            default=(),
        ),
        "legal_bases": Field(
            kind="texts",
            help="法律依据：法律名称 条款",
            most=50,
            longest=300,
            example=["《养老机构管理办法》 第三十四条"],
            default=(),
        ),
        "exercise_level": _text("行使层级", 30, "省、市、县"),
        "document": _text("文号", 100),
    },
)


class _Matters(Batch):
    def __init__(self, actor: Actor, source: str, items: Sequence[Item]) -> None:
        super().__init__(actor, source, items)
        plain = ("issuer", "code", "withdrawn", "name", "content", "lead", "exercise_level")
        self._told = [
            upstream.Told(
                number=item["version"],
                subjects_text=item["subjects"],
                legal_bases="\n".join(item["legal_bases"]),
                partners=tuple(item["partners"]),
                document=item["document"],
                **{name: item[name] for name in plain},
            )
            for item in items
        ]

    def faults(self) -> Faults:
        return _worded(upstream.faults(self.actor.region_code, self._told))

    def write(self, places: Sequence[int]) -> Sequence[str]:
        return upstream.receive(self.actor, self.source, [self._told[place] for place in places])


class _Known:
    """What items refer to by code, in three queries."""

    def __init__(self, actor: Actor, items: Sequence[Item]) -> None:
        region = actor.region_code
        self.townships = {
            unit.code: unit
            for unit in Region.objects.filter(
                code__in={item["township"] for item in items},
                code__startswith=region,
                level=Region.Level.TOWNSHIP,
            )
        }
        self.matters = {
            matter.code: matter
            for matter in Matter.objects.filter(
                region__code=region, code__in={item["matter_code"] for item in items}
            )
        }
        wanted = {normalise_identifier(item["subject_identifier"]) for item in items}
        self.subjects = {
            subject.identifier: subject
            for subject in Subject.objects.identified(wanted)
            .filter(region__code=region)
            .select_related("township")
        }

    def faults(self, item: Item) -> list[Wrong]:
        found = []
        if item["township"] and item["township"] not in self.townships:
            found.append(Wrong("township", "本区划没有这个乡镇街道代码。"))
        if item["matter_code"] and item["matter_code"] not in self.matters:
            found.append(Wrong("matter_code", "本区划没有这个监管事项编码。"))
        if item["subject_identifier"] and self.subject(item) is None:
            found.append(Wrong("subject_identifier", "本区划名录中没有这个监管对象标识。"))
        return found

    def subject(self, item: Item) -> Subject | None:
        return self.subjects.get(normalise_identifier(item["subject_identifier"]))

    def resolved(self, item: Item) -> Item:
        """The item with objects for codes."""
        values = dict(item)
        values["township"] = self.townships.get(values["township"])
        values["subject"] = self.subject(item)
        values["matter"] = self.matters.get(values.pop("matter_code"))
        del values["subject_identifier"]
        return values


def _twice(items: Sequence[Item], *names: str) -> dict[int, list[Wrong]]:
    """Items whose number in the source stands before in the same call."""
    first: dict[tuple[Any, ...], int] = {}
    found: dict[int, list[Wrong]] = defaultdict(list)
    for place, item in enumerate(items):
        key = tuple(item[name] for name in names)
        if first.setdefault(key, place) != place:
            found[place].append(Wrong(names[-1], "同一次报送中来源编号重复。"))
    return found


class _Clues(Batch):
    def __init__(self, actor: Actor, source: str, items: Sequence[Item]) -> None:
        super().__init__(actor, source, items)
        self._known = _Known(actor, items)
        self._told = [Facts(**self._known.resolved(item)) for item in items]

    def faults(self) -> Faults:
        found = _twice(self.items, "channel", "external_number")
        now, today = clock.now(), clock.today()
        for place, item in enumerate(self.items):
            wrong = self._known.faults(item)
            try:
                self._told[place].check(now=now, today=today)
            except Refused as refusal:
                wrong.append(Wrong(refusal.field or "", refusal.message))
            if wrong:
                found[place] += wrong
        return found

    def write(self, places: Sequence[int]) -> Sequence[str]:
        return _words(register_each(self.actor, [self._told[place] for place in places]))


class _Warnings(Batch):
    def __init__(self, actor: Actor, source: str, items: Sequence[Item]) -> None:
        super().__init__(actor, source, items)
        self._known = _Known(actor, items)

    def faults(self) -> Faults:
        found = _twice(self.items, "origin", "external_number")
        for place, item in enumerate(self.items):
            if wrong := self._known.faults(item):
                found[place] += wrong
        return found

    def write(self, places: Sequence[int]) -> Sequence[str]:
        told = [FromAbove(**self._known.resolved(self.items[place])) for place in places]
        return _words(enter_each(self.actor, told))


def _words(news: Sequence[bool]) -> list[str]:
    return [CREATED if new else UNCHANGED for new in news]


_NEW_OR_THERE = ((CREATED, "已登记"), (UNCHANGED, "此前已登记"))


@described_push
class SubjectsView(PushView):
    scopes = {"POST": Scope.SUBJECTS_WRITE}
    intake = Intake(
        SUBJECT,
        Function.COORDINATION,
        _Subjects,
        ((CREATED, "已新增"), (UPDATED, "已更新"), (UNCHANGED, "无变化")),
    )


@described_push
class MattersView(PushView):
    scopes = {"POST": Scope.MATTERS_WRITE}
    intake = Intake(
        MATTER,
        Function.COORDINATION,
        _Matters,
        ((CREATED, "已新增"), (UPDATED, "已形成新版本"), (UNCHANGED, "无变化")),
    )


@described_push
class FactsView(PushView):
    scopes = {"POST": Scope.CREDIT_WRITE}
    intake = Intake(
        FACT,
        Function.CREDIT,
        _Facts,
        ((CREATED, "已登记"), (UPDATED, "内容已更新"), (UNCHANGED, "无变化")),
    )


@described_push
class CluesView(PushView):
    scopes = {"POST": Scope.CLUES_WRITE}
    intake = Intake(CLUE, Function.COORDINATION, _Clues, _NEW_OR_THERE)


@described_push
class WarningsView(PushView):
    scopes = {"POST": Scope.WARNINGS_WRITE}
    intake = Intake(
        WARNING,
        Function.COORDINATION,
        _Warnings,
        _NEW_OR_THERE,
    )
