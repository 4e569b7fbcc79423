"""Lists, totals, searches and exports tell the uninvolved department nothing of what it may not
see, and the department concerned all of it."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import openpyxl
import pytest
from django.urls import reverse

from tests.permissions.knock import address

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("permissions")]

CONCERNED = "lead head"
STRANGER = "uninvolved clerk"


@dataclass(frozen=True)
class Listing:
    """A list page, a word of a hidden row, and the totals that each of the two may read."""

    name: str
    word: str
    concerned: int | None
    stranger: int | None
    on: tuple[str, ...] = ()
    exports: bool = True

    def __str__(self) -> str:
        return self.name


LISTINGS = (
    Listing("matters:list", "养老机构安全综合监管之2", 4, 1),
    Listing("inspections:inspector-list", "萧文远", 4, 0),
    Listing("inspections:recusal-list", "近亲属", None, 0, exports=False),
    Listing("inspections:draw-list", "养老机构联合检查之2", 6, 0),
    Listing("inspections:task-list", "T-0001", 8, 0),
    Listing("inspections:result-list", "淮阳区第1养老院", 4, 0),
    Listing("inspections:plan", "养老机构联合检查之4", None, None, on=("next_year",)),
)
RESOURCES = {
    "matter-list": ("matter_draft", "matter_in_review", "matter_reviewed"),
    "inspector-list": ("inspector", "inspector_off"),
    "plan-item-list": ("item_draft", "item_confirming", "item_filed"),
    "draw-list": ("draw_announced", "draw"),
    "task-list": ("task_sent", "task_checked"),
    "result-list": ("result_draft", "result"),
}
"""REST list → things that a stranger must not find in it."""


def get(world: Any, person: str, listing: Listing, **query: str) -> Any:
    return world.client(person).get(address(world, listing.name, listing.on), query)


def sheet_text(content: bytes) -> str:
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    return "\n".join(
        str(value) for sheet in book for row in sheet.iter_rows(values_only=True) for value in row
    )


@pytest.mark.parametrize("listing", LISTINGS, ids=str)
def test_page_and_total(listing: Listing, world) -> None:  # type: ignore[no-untyped-def]
    page = get(world, STRANGER, listing)
    assert listing.word not in page.content.decode()
    if listing.stranger is not None:
        assert page.context["total"].value == listing.stranger
    if listing.concerned is not None:
        seen = get(world, CONCERNED, listing)
        assert seen.context["total"].value == listing.concerned


@pytest.mark.parametrize("listing", LISTINGS, ids=str)
def test_search_finds_nothing_hidden(listing: Listing, world) -> None:  # type: ignore[no-untyped-def]
    page = get(world, STRANGER, listing, q=listing.word)
    assert page.status_code == 200
    if listing.stranger is not None:
        assert page.context["total"].value == 0


@pytest.mark.parametrize("listing", [each for each in LISTINGS if each.exports], ids=str)
def test_export_holds_what_the_page_shows(listing: Listing, world) -> None:  # type: ignore[no-untyped-def]
    stranger = get(world, STRANGER, listing, export="xlsx")
    assert stranger["Content-Type"].startswith("application/vnd.openxmlformats")
    assert listing.word not in sheet_text(b"".join(stranger))
    concerned = get(world, CONCERNED, listing, export="xlsx")
    assert listing.word in sheet_text(b"".join(concerned))


@pytest.mark.parametrize("name", RESOURCES)
def test_rest_list(name: str, world) -> None:  # type: ignore[no-untyped-def]
    hidden = {world.value(thing) for thing in RESOURCES[name]}

    def found(person: str) -> set[int]:
        answer = world.client(person).get(reverse(name), {"page_size": 200})
        return {row["id"] for row in answer.json()["results"]}

    assert not hidden & found(STRANGER)
    assert hidden <= found("coordination head")


def test_unknown_and_hidden_are_the_same_answer(world) -> None:  # type: ignore[no-untyped-def]
    client = world.client(STRANGER)
    hidden = client.get(reverse("matters:detail", args=[world.value("matter_draft")]))
    unknown = client.get(reverse("matters:detail", args=[10**9]))
    assert hidden.status_code == unknown.status_code == 404
    assert hidden.content == unknown.content
