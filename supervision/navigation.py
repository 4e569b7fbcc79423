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
    """One place of the navigation; ``prefixes`` are the addresses it stands for."""

    label: str
    url: str
    may: Callable[[Actor], bool]


@dataclass(frozen=True)
class Group:
    """A heading of the navigation with its places."""

    label: str
    short: str
    icon: str
    entries: tuple[Entry, ...] = field(default_factory=tuple)


MENU: tuple[Group, ...] = (
    Group("工作台", "工作台", "layout-dashboard", (Entry("工作台", "dashboard:workbench", _any),)),
    Group(
        "现场检查",
        "现场",
        "device-mobile",
        (Entry("我的检查", "inspections:my-visits", _inspects),),
    ),
    Group(
        "事项与职责",
        "事项",
        "list-details",
        (
            Entry("监管事项", "matters:list", _department),
            Entry("检查事项", "matters:check-items", _offices),
        ),
    ),
    Group(
        "对象与信用",
        "对象",
        "building-store",
        (Entry("监管对象", "credit:subject-list", _department),),
    ),
    Group(
        "联合检查",
        "检查",
        "clipboard-check",
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
        "协作",
        "arrows-exchange",
        (
            Entry("收件箱", "clues:inbox", works_here),
            Entry("发件箱", "clues:outbox", works_here),
            Entry("线索", "clues:clue-list", _clues),
            Entry("函件", "clues:letter-list", works_here),
            Entry("联合核查", "clues:joint-list", works_here),
            Entry("行刑衔接", "clues:crime-list", works_here),
            Entry("争议与推诿", "clues:dispute-list", works_here),
            Entry("预警", "clues:warning-list", works_here),
            Entry("信息共享", "clues:sharing", works_here),
            Entry("统筹督办看板", "clues:board", _oversees),
        ),
    ),
    Group("统计", "统计", "chart-bar", (Entry("统筹看板", "dashboard:coordination", _oversees),)),
    Group(
        "系统",
        "系统",
        "settings",
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
            Entry(
                "系统配置",
                "admin:index",
                lambda a: a.has_role(Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN),
            ),
        ),
    ),
)


def navigation(actor: Actor, path: str) -> list[dict[str, Any]]:
    """The groups a person sees, with the current place marked by the longest matching address."""
    groups = []
    for group in MENU:
        children = []
        for entry in group.entries:
            if not entry.may(actor):
                continue
            try:
                url = reverse(entry.url)
            except NoReverseMatch:
                continue
            children.append({"label": entry.label, "url": url, "active": False})
        if children:
            groups.append(
                {
                    "label": group.label,
                    "short": group.short,
                    "icon": group.icon,
                    "url": children[0]["url"],
                    "children": children if len(children) > 1 else [],
                    "places": children,
                    "active": False,
                }
            )
    places = [(group, place) for group in groups for place in group.pop("places")]
    current = max(
        (item for item in places if path.startswith(item[1]["url"])),
        key=lambda item: len(item[1]["url"]),
        default=None,
    )
    if current is not None:
        current[0]["active"] = True
        current[1]["active"] = True
    return groups
