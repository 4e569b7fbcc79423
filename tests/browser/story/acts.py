"""What a person does on many pages."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect


def take(page: Page, label: str, opinion: str = "", within: Locator | None = None) -> None:
    """Press an act's button; an official one is confirmed in its dialog."""
    button = (within or page).get_by_role("button", name=label, exact=True).first
    if button.get_attribute("aria-haspopup") != "dialog":
        with page.expect_navigation():
            button.click()
        return succeeded(page)
    button.click()
    dialog = page.get_by_role("dialog", name=label, exact=True)
    if opinion:
        dialog.get_by_role("textbox").fill(opinion)
    with page.expect_navigation():
        dialog.get_by_role("button", name="确认", exact=True).click()
    succeeded(page)


def succeeded(page: Page) -> None:
    """The page says that what was done is done."""
    expect(page.get_by_role("img", name="成功").first).to_be_visible()


def tick_all(page: Page, label: str, heading: str = "") -> None:
    """Tick every row of the page and press a bulk act; leads to its preview."""
    page.get_by_role("checkbox", name="选中本页全部").check()
    page.get_by_role("button", name=label, exact=True).click()
    expect(page.get_by_role("heading", name=heading or label)).to_be_visible()


def go(page: Page, group: str, place: str = "") -> None:
    """Follow the left navigation."""
    menu = page.get_by_role("navigation", name="主导航")
    for name in filter(None, (group, place)):
        # The next step may look at the page at once: not at the one that is about to go.
        with page.expect_navigation():
            menu.get_by_role("link", name=name, exact=True).click()
