"""What people do and read on the pages of clues and letters in more than one story."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.browser.stage import Stage
from tests.browser.story.acts import succeeded


def due(page: Page, within: Locator | None = None) -> str:
    """The day on which a clock ends, read where its chip explains it: that of the clue's present
    stop, or the one in a part of the page."""
    (within or page.locator(".clue-now")).locator("a[data-dialog=期限计算]").first.click()
    dialog = page.get_by_role("dialog", name="期限计算")
    shown = fact(dialog, "到期").inner_text()
    dialog.get_by_role("button", name="关闭").click()
    expect(dialog).to_be_hidden()
    return shown[:10]


def fact(within: Page | Locator, label: str) -> Locator:
    """What stands beside a label in a list of facts."""
    return within.locator(f"dt:text-is('{label}') + dd").first


def lane_row(page: Page, waits: str) -> Locator:
    """The last stop of the clue's course at which this was waited for."""
    return page.get_by_role("table", name="各部门的流转环节").get_by_role("row", name=waits).last


def picture(name: str, words: str = "2026") -> FilePayload:
    """A photo as a phone hands it over."""
    image = Image.new("RGB", (640, 480), "#8899aa")
    ImageDraw.Draw(image).text((40, 220), words, fill="white")
    content = io.BytesIO()
    image.save(content, "JPEG")
    return {"name": name, "mimeType": "image/jpeg", "buffer": content.getvalue()}


def press(page: Page, button: str) -> None:
    """Send the form of the page; it says that it is done."""
    with page.expect_navigation():
        page.get_by_role("button", name=button, exact=True).click()
    succeeded(page)


def choose(field: Locator, option: str) -> None:
    """Choose from a list: a long one is searched by typing, once the page's script is there."""
    field.wait_for(state="attached")
    field.page.wait_for_load_state("load")
    if field.get_attribute("role") != "combobox":
        field.select_option(label=option)
        return
    field.fill(option)
    field.press("Enter")
    expect(field).to_have_value(option)


def open_act(page: Page, label: str) -> None:
    """Follow an act's link to the page of its own."""
    page.get_by_role("link", name=label, exact=True).first.click()
    expect(page.get_by_role("heading", level=1, name=label)).to_be_visible()


def take_up(stage: Stage, page: Page, username: str, waits: str, about: str = "") -> None:
    """Become somebody and open from the workbench what waits for them."""
    stage.act_as(page, username)
    rows = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=waits, exact=True))
    # The clock is a link as well; what leads to the work comes last.
    rows.filter(has_text=about).get_by_role("link").last.click()
    expect(page.get_by_role("heading", level=1, name="工作台")).to_have_count(0)
