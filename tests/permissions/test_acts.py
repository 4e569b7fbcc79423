"""Every role and every act of every table: who may is what ``acts.txt`` says, and who may not
changes nothing through the page that carries out the act."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction

from records import trail
from records.acts import REGISTRY
from tests.permissions.bodies import body
from tests.permissions.knock import FORBIDDEN, HIDDEN, LOGIN, address, knock, sign
from tests.permissions.people import PEOPLE
from tests.permissions.table import Line, grouped, read

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("permissions")]

YES, NO = "+", "-"
ACTS = read("acts.txt", YES + NO)
DOORS = {
    "matter": "matters:act",
    "upstream_matter": "matters:upstream-act",
    "inspector": "inspections:inspector-act",
    "plan-item": "inspections:plan-item-act",
    "plan-part": "inspections:plan-part-act",
    "draw": "inspections:draw-act",
    "task": "inspections:task-act",
    "task-part": "inspections:task-part-act",
    "result": "inspections:result-act",
    "rectification": "inspections:rectification-act",
    "clue": "clues:clue-act",
    "letter": "clues:letter-act",
    "joint": "clues:joint-act",
    "part": "clues:part-act",
    "visit": "clues:visit-act",
    "measure": "clues:measure-act",
    "penalty": "clues:penalty-act",
    "campaign": "clues:campaign-act",
    "crime": "clues:crime-act",
    "dispute": "clues:dispute-act",
    "refusal": "clues:refusal-act",
    "warning": "clues:warning-act",
    "warning_rule": "clues:warning-rule-act",
    "sharing_entry": "clues:sharing-entry-act",
    "shared_record": "clues:shared-record-act",
    "sharing_request": "clues:sharing-request-act",
    "duplicate": "credit:duplicate-act",
    "indicator_set": "credit:indicator-set-act",
    "label_rule": "credit:label-rule-act",
    "policy": "credit:policy-act",
    "sanction": "credit:sanction-act",
    "sanction_part": "credit:sanction-part-act",
    "white_list": "credit:white-list-act",
    "petition": "credit:petition-act",
    "gateway_client": "gateway:client-act",
    "gateway_key": "gateway:key-act",
    "outbound_link": "outbound:link-act",
    "reconciliation": "reconciling:act",
    "assessment_scheme": "assessment:scheme-act",
    "assessment_round": "assessment:round-act",
    "assessment_appeal": "assessment:appeal-act",
    "assessment_bonus": "assessment:bonus-act",
}
"""The door of each table's acts. The subject's only act without a form of its own has its own
door, and the year plan is addressed by its year, an emergency call has a page of its own; all
are rows of ``routes.txt``."""
TRYING = (
    "coordination clerk",
    "lead clerk",
    "partner head",
    "uninvolved clerk",
    "government head",
    "audit administrator",
)
"""Who tries the doors: one of each kind, as ``test_who_may`` has asked for everybody."""


def all_acts() -> set[tuple[str, str]]:
    """Table and code of every act, with every module of acts loaded."""
    for config in apps.get_app_configs():
        package = f"{config.name}.acts"
        if importlib.util.find_spec(package) is None:
            continue
        module = importlib.import_module(package)
        for found in pkgutil.iter_modules(getattr(module, "__path__", [])):
            importlib.import_module(f"{package}.{found.name}")
    return {
        (name, act.code)
        for name, table in REGISTRY.items()
        if not table.model.__module__.startswith("records.tests")
        for act in table.acts
    }


@pytest.fixture(scope="module", autouse=True)
def loaded() -> None:
    """Whichever of these tests runs alone or first finds every table."""
    all_acts()


def test_no_act_without_a_row() -> None:
    missing = sorted(all_acts() - {line.head for line in ACTS})
    assert not missing, f"add rows to acts.txt for: {missing}"


def test_no_row_without_an_act() -> None:
    gone = sorted({line.head for line in ACTS} - all_acts())
    assert not gone, f"acts.txt names acts that do not exist: {gone}"


@pytest.mark.parametrize("line", ACTS, ids=str)
def test_who_may(line: Line, world) -> None:  # type: ignore[no-untyped-def]
    table, code = line.head
    act = REGISTRY[table][code]
    instance = _fresh(line, world)
    assert REGISTRY[table].possible(act, instance), "the row's object cannot show this act"
    found = [YES if act.who(world.actors[person], instance) else NO for person in PEOPLE]
    assert grouped(found) == grouped(list(line.cells))


@pytest.mark.parametrize("line", [line for line in ACTS if line.head[0] in DOORS], ids=str)
def test_who_may_not_changes_nothing(line: Line, world) -> None:  # type: ignore[no-untyped-def]
    table, code = line.head
    url = address(world, DOORS[table], (*line.on, f"={code}"))
    before = trail.snapshot(_fresh(line, world))
    for person, expected in line.expected.items():
        if expected == YES or person not in TRYING:
            continue
        with transaction.atomic():
            answer = sign(knock(world.client(person), "POST", url, body(world, DOORS[table])))
            after = trail.snapshot(_fresh(line, world))
            transaction.set_rollback(True)
        assert answer in (FORBIDDEN, HIDDEN, LOGIN), person
        assert after == before, person


def _fresh(line: Line, world) -> Any:  # type: ignore[no-untyped-def]
    table = REGISTRY[line.head[0]]
    return table.model._default_manager.get(pk=world.value(line.on[0]))
