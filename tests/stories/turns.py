"""Whose turn it is in a procedure, as its page and the workbench say."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.stage import Stage
from tests.stories.pages import fact


def visit(stage: Stage, page: Page, username: str, url: str) -> None:
    """Open a page as somebody; who came in too long ago comes in anew."""
    stage.act_as(page, username)
    page.goto(url)


def take_up(stage: Stage, page: Page, username: str, waits: str, about: str) -> None:
    """Open from the workbench what waits for somebody."""
    stage.act_as(page, username)
    row = page.get_by_role("row", name=waits).filter(has_text=about)
    with page.expect_navigation():
        row.get_by_role("link").last.click()


def turn(page: Page, department: str, waits: str) -> str:
    """The department is waited for, not later than this minute, as the clock explains."""
    table = page.get_by_role("table", name="现在该谁办")
    row = table.get_by_role("row", name=department).filter(has_text=waits)
    row.locator("a[data-dialog=期限计算]").click()
    dialog = page.get_by_role("dialog", name="期限计算")
    until = fact(dialog, "到期").inner_text()
    dialog.get_by_role("button", name="关闭").click()
    expect(dialog).to_be_hidden()
    return until
