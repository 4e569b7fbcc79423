"""Every page of the public site, as visitors see it: on a desk, on a phone, without script."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.stage import Stage

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.usefixtures("county_at_work"),
]

LISTS = ("matters", "departments", "plans", "results", "draws")
"""Those that lead on to single pages, of which the first is looked at."""

PAGES = ("", *LISTS, "verify", "white-list", "sanctions", "data", "complaints", "complaints/follow")


def every_page(page: Page) -> Iterator[str]:
    """Open all pages one after the other; gives the name of each."""
    for name in PAGES:
        address = f"/public/{name}/" if name else "/public/"
        answer = page.goto(address)
        assert answer is not None and answer.status == 200, address
        yield name or "home"
        if name not in LISTS:
            continue
        links = page.locator(f'main table a[href^="{address}"]')
        if links.count():
            address = links.first.get_attribute("href") or ""
            answer = page.goto(address)
            assert answer is not None and answer.status == 200, address
            yield f"{name}-one"


@pytest.mark.parametrize("width", ["desk", "phone"])
def test_every_public_page_is_accessible_and_fits(stage: Stage, width: str) -> None:
    page = stage.desk() if width == "desk" else stage.phone()
    seen = []
    for name in every_page(page):
        seen.append(name)
        stage.findings.inspect_access(page, f"{name} {width}")
        stage.findings.inspect(page, f"{name} {width}")
    assert {"departments-one", "matters-one"} <= set(seen)


def test_every_public_page_reads_without_script(stage: Stage) -> None:
    page = stage.without_script()
    for name in every_page(page):
        assert page.get_by_role("heading", level=1).is_visible(), name
        assert page.get_by_role("navigation", name="主导航").is_visible(), name
    page.goto("/public/results/")
    page.get_by_role("searchbox").or_(page.get_by_role("textbox")).first.fill("查无此名")
    page.get_by_role("button", name="查询").click()
    assert "没有找到" in page.content()
