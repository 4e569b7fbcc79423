"""What visitors read: every public page and download, with nothing in them that is hidden.

A world holds something hidden of every kind, each with a word of its own. A visitor follows every
link of the public site. None of the words may appear anywhere, and the fields of each page and
dataset are those of the tables below: who shows a new one adds it here and says by that that
everybody may read it.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import resolve, reverse
from django.urls.exceptions import Resolver404

from departments.models import Department, Region
from inspections.models import JointTask
from inspections.tests.visit_samples import make_story
from supervision.publicity.datasets import DATASETS
from supervision.publicity.urls import urlpatterns
from tests.outsiders import hidden_words, hidden_world

pytestmark = pytest.mark.django_db

TABLE = (Path(__file__).parent / "public_fields.txt").read_text().splitlines()
PAGES = dict(line.split(": ", 1) for line in TABLE if not line.startswith("#"))
"""The headings of columns and the names of facts and fields on each page that links lead to."""

VISIT = "检查事项 检查内容和依据 检查日期 目前情况 依据 地址 执法人员和执法证号 牵头部门 部门"
"""Those behind the code on the notice of a visit, for who holds the notice."""

NOT_PAGES = {"download", "draw-bundle", "verifier"}

FIELDS = {
    "results": "id subject identifier matter department checked_on results draw published_at state "
    "ended_at end_reason corrects",
    "matters": "number name group lead hotline partners subjects content legal_bases source "
    "in_force_at",
    "departments": "department hotline matter_number matter part description legal_bases",
    "plans": "year number title matter lead partners period_start period_end draw_at",
    "draws": "number title lead level state frozen_at commit_hash finished_at certificate_hash "
    "void_reason",
    "white-list": "subject identifier department matter since until",
    "sanctions": "subject identifier department basis measures since until",
}
"""The columns of each download."""


@pytest.fixture
def world(county: Region, actor: Callable[..., Any]) -> Any:
    return hidden_world(county, actor)


_LINK = re.compile(r'(?:href|action)="(/public/[^"#]*)')


def read_all() -> Iterator[tuple[str, str, str]]:
    """Every page and download that a visitor reaches: address, name, text."""
    client = Client()
    waiting, seen = ["/public/"], {"/public/"}
    while waiting:
        address = waiting.pop()
        answer = client.get(address)
        assert answer.status_code == 200, address
        raw = b"".join(answer.streaming_content) if answer.streaming else answer.content
        text = _unpacked(raw) if raw[:2] == b"PK" else raw.decode()
        yield address, resolve(address.partition("?")[0]).url_name or "", text
        if not answer["Content-Type"].startswith("text/html"):
            continue
        for found in map(html.unescape, _LINK.findall(text)):
            if found not in seen and _is_address(found):
                seen.add(found)
                waiting.append(found)


def _unpacked(raw: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return "".join(archive.read(name).decode() for name in archive.namelist())


def _is_address(found: str) -> bool:
    try:
        resolve(found.partition("?")[0])
    except Resolver404:
        return False
    return True


_TAGS = re.compile(r"<[^>]+>")
_LABELS = re.compile(r"<(th(?=[^>]*scope=\"col\")|dt|label|legend)[^>]*>(.*?)</", re.S)


def labels(text: str) -> set[str]:
    """The headings of columns, names of facts and of fields; the teams of a draw are listed under
    the departments' names, which are none."""
    found = {_TAGS.sub("", each).strip() for _, each in _LABELS.findall(text)}
    return found - set(Department.objects.values_list("name", flat=True)) - {""}


def test_a_visitor_reads_the_fields_of_the_table_and_nothing_hidden(world) -> None:  # type: ignore[no-untyped-def]
    hidden = hidden_words()
    told: dict[str, list[str]] = {}
    shown: dict[str, set[str]] = {}
    for address, name, text in read_all():
        if words := [word for word in hidden if word in text]:
            told[address] = words
        shown.setdefault(name, set()).update(labels(text))
    assert told == {}
    # No link leads to a visit: its address is on the notice only.
    assert set(shown) == {pattern.name for pattern in urlpatterns} - {"visit"}
    found = {name: " ".join(sorted(each)) for name, each in shown.items() if name not in NOT_PAGES}
    assert found == {name: " ".join(sorted(words.split())) for name, words in PAGES.items()}


def test_the_code_of_a_visit_leads_to_its_notice_only(county) -> None:  # type: ignore[no-untyped-def]
    task = make_story(county, homes=1).on_site()
    text = Client().get(reverse("public:visit", args=[task.token])).content.decode()
    assert labels(text) == set(VISIT.split())
    JointTask.objects.filter(pk=task.pk).update(state=JointTask.State.CANCELLED)
    assert (
        labels(Client().get(reverse("public:visit", args=[task.token])).content.decode()) == set()
    )


def test_downloads_have_the_columns_of_the_table() -> None:
    columns = {key: [field.name for field in each.fields] for key, each in DATASETS.items()}
    assert columns == {key: words.split() for key, words in FIELDS.items()}


def test_no_rest_answer_without_a_login(world, client) -> None:  # type: ignore[no-untyped-def]
    for address in (
        "matters",
        "subjects",
        "results",
        "clues",
        "tasks",
        "draws",
        "department-scores",
    ):
        answer = client.get(f"/api/v1/{address}/")
        assert answer.status_code in (401, 403), address
        assert not set(answer.json()) & {"results", "count"}
