"""Without a mouse: signing in and an official act."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from supervision.demo.accounts import PASSWORD
from tests.browser.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

MATTER = "花卉苗木市场综合监管"
MOST_TABS = 120
FOCUS_SHOWS = """() => {
  const style = getComputedStyle(document.activeElement);
  return style.outlineStyle !== "none" || style.boxShadow !== "none";
}"""


@pytest.mark.usefixtures("county_at_work")
def test_signing_in_and_an_official_act_by_keyboard(stage: Stage) -> None:
    page = stage.desk()
    expect(page.get_by_label("用户名")).to_be_focused()
    page.keyboard.type("xzsp_head")
    _tab_to(page, page.get_by_label("密码"))
    page.keyboard.type(PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")

    _follow(page, page.get_by_role("link", name="事项与职责", exact=True))
    _follow(page, page.get_by_role("link", name=MATTER))
    _tab_to(page, page.get_by_role("button", name="废止", exact=True))
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="废止")
    expect(dialog).to_be_visible()
    _tab_to(page, dialog.get_by_role("textbox"))
    page.keyboard.type("并入自然资源领域的日常监管。")
    stage.shot(page, "keyboard-act")
    _tab_to(page, dialog.get_by_role("button", name="确认", exact=True))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(MATTER)
    expect(page.get_by_text("已废止").first).to_be_visible()


def _follow(page: Page, link: Locator) -> None:
    _tab_to(page, link)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def _tab_to(page: Page, wanted: Locator) -> None:
    """Press the tab key until the element has the focus, which must be seen to be there."""
    for _ in range(MOST_TABS):
        if wanted.evaluate("element => element === document.activeElement"):
            assert page.evaluate(FOCUS_SHOWS), f"看不出焦点在哪里：{wanted}"
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"用 Tab 键到不了：{wanted}")
