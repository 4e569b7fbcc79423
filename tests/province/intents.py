"""What the province means to send in a day, and what goes wrong on the way: the same for a seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any, Literal

from supervision.demo.identifiers import unified_code

Manner = Literal[
    "plain", "repeated", "together", "rivals", "cut_sending", "left_early", "killed", "forged"
]
MANNERS: tuple[tuple[Manner, int], ...] = (
    ("plain", 8),
    ("repeated", 2),
    ("together", 2),
    ("rivals", 2),
    ("cut_sending", 2),
    ("left_early", 2),
    ("killed", 4),
    ("forged", 4),
)
"""How a push goes, and how often: answered at once; sent again under its key; three times at the
same moment; twice at the same moment under two keys; cut off while it is sent; left before the
answer; its server process killed; not the province's at all."""

FORGERIES = ("wrong_secret", "unknown_key", "altered_body", "too_old", "too_new", "replayed")
MOST_ITEMS = 12
LATEST_STATEMENT = 40
"""A killed call dies before one of so many statements."""

Item = dict[str, Any]


@dataclass(frozen=True)
class Intent:
    """One push: ``items`` of a resource under ``key``. ``forgery`` says how one that is not the
    province's was made, ``dies_before`` at which statement its server process dies."""

    manner: Manner
    resource: str
    items: tuple[Item, ...]
    key: str
    forgery: str = ""
    dies_before: int = 0


def plan(seed: int, size: int) -> list[Intent]:
    """The intents of a day of so many pushes, in their order."""
    random = Random(seed)
    author = _Author(random)
    intents = []
    for number in range(size):
        manner = random.choices([each for each, _ in MANNERS], [weight for _, weight in MANNERS])[0]
        if number == 0:
            resource = "subjects"
        else:
            resource = random.choice(("subjects", "clues", "warnings", "credit-facts", "matters"))
        # What is forged must leave no trace in what the author believes to be there.
        items = author.write(resource, believed=manner != "forged" or number == 0)
        if manner == "forged" and number == 0:
            manner = "plain"
        intents.append(
            Intent(
                manner,
                resource,
                tuple(items),
                key=f"day-{seed}-{number}",
                forgery=FORGERIES[number % len(FORGERIES)] if manner == "forged" else "",
                dies_before=random.randrange(LATEST_STATEMENT),
            )
        )
    return intents


class _Author:
    """Writes items: new ones, changed ones, the same again, and some at fault."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._numbers = 0
        self._there: dict[str, list[Item]] = {}
        self._believed = True

    def write(self, resource: str, *, believed: bool) -> list[Item]:
        """Items of one push, none of them twice."""
        make: Callable[[], Item] = getattr(self, f"_{resource.replace('-', '_')}")
        there = self._there.setdefault(resource, [])
        self._believed = believed
        items = []
        known = self._random.sample(there, min(len(there), self._random.randrange(4)))
        for item in known:
            if self._random.random() < 0.5:
                items.append(item)
            else:
                changed = self._changed(resource, item)
                items.append(changed)
                if believed:
                    there[there.index(item)] = changed
        for _ in range(self._random.randint(1, MOST_ITEMS)):
            item = make()
            if self._random.random() < 0.1:
                items.append(self._at_fault(resource, item))
            else:
                items.append(item)
                if believed:
                    there.append(item)
        self._random.shuffle(items)
        return items

    def _number(self) -> int:
        self._numbers += 1
        return self._numbers

    def _subjects(self) -> Item:
        number = self._number()
        return {
            "id_kind": "uscc",
            "identifier": unified_code(self._random, "91", "411603"),
            "name": f"周口市淮阳区第{number}养老院",
            "categories": ["nursing-home"],
            "grade": "B",
            "address": f"健康路 {number} 号",
        }

    def _clues(self) -> Item:
        number = self._number()
        item = {
            "channel": "hotline",
            "external_number": f"ZK-{number}",
            "content": f"第{number}号：某养老院消防通道堆放杂物。",
            "complainant_name": "王某某",
            "complainant_phone": "13800000000",
        }
        if subjects := self._there.get("subjects"):
            item["subject_identifier"] = self._random.choice(subjects)["identifier"]
        return item

    def _warnings(self) -> Item:
        number = self._number()
        return {
            "origin": "province",
            "external_number": f"YJ-{number}",
            "level": "minor",
            "title": f"第{number}号预警",
            "content": "近 30 天同类投诉集中。",
        }

    def _credit_facts(self) -> Item:
        number = self._number()
        return {
            "identifier": self._random.choice(self._there["subjects"])["identifier"],
            "kind": "national_risk",
            "day": "2026-03-01",
            "value": "A",
            "title": f"企业信用风险分类（{number}）",
            "key": f"FX-{number}",
        }

    def _matters(self) -> Item:
        number = self._number()
        return {
            "issuer": "41",
            "code": f"41-{number:05}",
            "version": 1,
            "name": f"养老机构综合监管（{number}）",
            "subjects": "养老机构",
            "content": "备案、消防、食品和服务安全",
            "lead": "河南省民政厅",
            "partners": ["河南省消防救援总队"],
        }

    def _changed(self, resource: str, item: Item) -> Item:
        number = self._number()
        if resource == "subjects":
            return item | {"address": f"健康路 {number} 号"}
        if resource == "credit-facts":
            return item | {"value": "B" if item["value"] == "A" else "A"}
        if resource == "matters":
            return item | {"version": item["version"] + 1, "content": f"第{number}次修改"}
        return item

    def _at_fault(self, resource: str, item: Item) -> Item:
        names = {"subjects": "name", "matters": "lead", "credit-facts": "title"}
        return item | {names.get(resource, "content"): ""}
