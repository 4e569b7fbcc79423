"""The left navigation: one table, narrowed to what the person's roles and functions open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.urls import NoReverseMatch, reverse

from clues.selectors.stops import works_here
from departments.actors import is_staff_member, oversees
from departments.roles import STAFF, Function, Role
from records.actor import Actor


def _staff(actor: Actor) -> bool:
    return is_staff_member(actor) and actor.has_role(*STAFF, Role.WITNESS)


def _offices(actor: Actor) -> bool:
    return is_staff_member(actor) and actor.has_role(Role.CLERK, Role.HEAD)


def _inspects(actor: Actor) -> bool:
    return actor.has_role(Role.INSPECTOR)


def _oversees(actor: Actor) -> bool:
    return oversees(actor, actor.region_code)


def _clues(actor: Actor) -> bool:
    return is_staff_member(actor) and actor.has_role(*STAFF, Role.TOWNSHIP)


def _coordinates(actor: Actor) -> bool:
    return is_staff_member(actor) and actor.fills(Function.COORDINATION)


def _any(*_: Any) -> bool:
    return True


def _department(actor: Actor) -> bool:
    return is_staff_member(actor)


@dataclass(frozen=True)
class Entry:
    """One place of the navigation; ``also`` are further pages it stands for, by name or by the
    beginning of their address."""

    label: str
    url: str
    may: Callable[[Actor], bool]
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """A heading of the navigation with its places. ``phone`` ranks it for the bar at the foot of a
    phone, which has room for ``ON_PHONE``: the smaller, the sooner."""

    label: str
    short: str
    icon: str
    phone: int
    entries: tuple[Entry, ...] = field(default_factory=tuple)


ON_PHONE = 4


MENU: tuple[Group, ...] = (
    Group(
        "工作台", "工作台", "layout-dashboard", 1, (Entry("工作台", "dashboard:workbench", _any),)
    ),
    Group(
        "现场检查",
        "现场",
        "device-mobile",
        2,
        (Entry("我的检查", "inspections:my-visits", _inspects),),
    ),
    Group(
        "事项与职责",
        "事项",
        "list-details",
        6,
        (
            Entry("监管事项", "matters:list", _department),
            Entry("上级事项", "matters:upstream-list", _department),
            Entry("检查事项", "matters:check-items", _offices),
        ),
    ),
    Group(
        "对象与信用",
        "对象",
        "building-store",
        5,
        (
            Entry("监管对象", "credit:subject-list", _department, also=("credit:label-rules",)),
            Entry("疑似重复对象", "credit:duplicate-list", _staff),
            Entry("信用评价指标", "credit:indicator-set-list", _department),
            Entry("信用评价", "credit:evaluation-list", _department),
            Entry(
                "差异化监管方案",
                "credit:policy-list",
                _department,
                also=("/inspections/policies/",),
            ),
            Entry("白名单", "credit:white-list", _staff),
            Entry("失信惩戒", "credit:sanction-list", _staff),
            Entry("异议与修复", "credit:petition-list", _staff),
        ),
    ),
    Group(
        "联合检查",
        "检查",
        "clipboard-check",
        4,
        (
            Entry("年度计划", "inspections:plans", _staff),
            Entry("随机抽取", "inspections:draw-list", _staff),
            Entry("联合任务", "inspections:task-list", _department),
            Entry("检查结果", "inspections:result-list", _offices),
            Entry("执法人员名录", "inspections:inspector-list", _offices),
        ),
    ),
    Group(
        "线索与协作",
        "线索",
        "arrows-exchange",
        3,
        (
            Entry("收件箱", "clues:inbox", works_here),
            Entry("发件箱", "clues:outbox", works_here),
            Entry("线索", "clues:clue-list", _clues),
            Entry("函件", "clues:letter-list", works_here),
            Entry("联合核查", "clues:joint-list", works_here),
            Entry("行刑衔接", "clues:crime-list", works_here),
            Entry("争议与推诿", "clues:dispute-list", works_here, also=("clues:refusal-list",)),
            Entry("行政处罚", "clues:penalty-list", works_here),
            Entry("强制措施", "clues:measure-list", works_here),
            Entry(
                "预警",
                "clues:warning-list",
                works_here,
                also=("clues:warning-rule-list", "clues:warning-report-list"),
            ),
            Entry("规律与专项", "clues:pattern-list", works_here, also=("clues:campaign-list",)),
            Entry(
                "信息共享",
                "clues:shared-record-list",
                works_here,
                also=("clues:sharing-list", "clues:sharing-request-list"),
            ),
            Entry("统筹督办看板", "clues:board", _oversees),
        ),
    ),
    Group(
        "统计",
        "统计",
        "chart-bar",
        7,
        (
            Entry("统筹看板", "dashboard:coordination", _oversees),
            Entry("部门考核", "assessment:overview", _department),
        ),
    ),
    Group(
        "系统",
        "系统",
        "settings",
        8,
        (
            Entry("导入记录", "records:imports", _offices),
            Entry(
                "对外推送",
                "records:outbox",
                lambda a: _coordinates(a) or a.has_role(Role.SYSTEM_ADMIN),
            ),
            Entry(
                "留痕", "records:trail", lambda a: _coordinates(a) or a.has_role(Role.AUDIT_ADMIN)
            ),
            Entry("监管行为数据", "outbound:acts", _coordinates),
            Entry("对外对接", "outbound:links", lambda a: a.has_role(Role.SYSTEM_ADMIN)),
            Entry("核对结果", "reconciling:list", lambda a: a.has_role(Role.SYSTEM_ADMIN)),
            Entry("接口接入", "gateway:clients", lambda a: a.has_role(Role.SYSTEM_ADMIN)),
            Entry(
                "系统配置",
                "admin:index",
                lambda a: a.has_role(Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN),
            ),
        ),
    ),
)


def navigation(actor: Actor, path: str) -> list[dict[str, Any]]:
    """The groups a person sees, with the current place marked by the longest matching address, and
    those for the foot of a phone with ``on_phone``."""
    groups: list[dict[str, Any]] = []
    ranked: list[tuple[int, dict[str, Any]]] = []
    current: tuple[int, dict[str, Any], dict[str, Any]] | None = None
    for group in MENU:
        children: list[dict[str, Any]] = []
        shown: dict[str, Any] = {"label": group.label, "short": group.short, "icon": group.icon}
        for entry in group.entries:
            if not entry.may(actor):
                continue
            try:
                pages = (entry.url, *entry.also)
                urls = [page if page.startswith("/") else reverse(page) for page in pages]
            except NoReverseMatch:
                continue
            child = {"label": entry.label, "url": urls[0], "active": False}
            children.append(child)
            fit = max((len(url) for url in urls if path.startswith(url)), default=0)
            if fit and (current is None or fit > current[0]):
                current = (fit, shown, child)
        if children:
            shown |= {
                "url": children[0]["url"],
                "children": children if len(children) > 1 else [],
                "active": False,
            }
            groups.append(shown)
            ranked.append((group.phone, shown))
    if current is not None:
        current[1]["active"] = True
        current[2]["active"] = True
    for _, shown in sorted(ranked, key=lambda each: each[0])[:ON_PHONE]:
        shown["on_phone"] = True
    return groups
