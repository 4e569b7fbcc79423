"""Nothing lies over anything else and nothing sticks out: twice the size, very long names."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.checks import look
from tests.browser.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

LONG_NAME = "周口市淮阳区新站镇沐苑岗社区居家养老服务与医养结合康复护理一体化综合示范中心第一分部"
PAGES = ("/", "/matters/", "/credit/subjects/", "/inspections/inspectors/")


@pytest.mark.usefixtures("county_at_work")
@pytest.mark.parametrize("address", PAGES)
def test_at_twice_the_size_everything_stays_readable(stage: Stage, address: str) -> None:
    page = stage.magnified("xzsp_head")
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert look(page, "overflowing") == []
    assert look(page, "overlapping") == []


@pytest.mark.usefixtures("county_at_work")
@pytest.mark.parametrize("address", (*PAGES, "/matters/1/", "/inspections/plans/"))
def test_desk_pages_are_accessible_on_a_phone_too(stage: Stage, address: str) -> None:
    page = stage.phone("xzsp_head")
    page.goto(address)
    stage.findings.inspect_access(page, "手机")


def test_a_name_of_forty_characters_fits_everywhere(stage: Stage) -> None:
    assert len(LONG_NAME) >= 40
    page = stage.desk("mzj_clerk")
    page.goto("/credit/subjects/?q=养老服务中心")
    page.get_by_role("table").get_by_role("rowheader").get_by_role("link").first.click()
    page.get_by_role("link", name="修改").first.click()
    page.get_by_label(re.compile("^名称")).fill(LONG_NAME)
    page.get_by_label("修改理由").fill("更名。")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(LONG_NAME)
    stage.shot(page, "long-name")
    # What was said lies over the page on purpose until it is put away.
    page.locator("#toasts [data-dismiss]").click()
    assert look(page, "overlapping") == []
    page.goto(f"/credit/subjects/?q={LONG_NAME}")
    expect(page.get_by_role("link", name=LONG_NAME)).to_be_visible()
    stage.shot(page, "long-name-list")
    assert look(page, "overlapping") == []
