"""What every page must be: accessible, in Chinese, inside the screen, silent in the console."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page

from supervision.demo.county import matters

MOST = 4
"""How many places of one kind are named per page."""

REFUSED = "status of 422"
"""What the console says of a form that was refused in words: no fault of the page."""

AXE = Axe()
AXE_OPTIONS = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]},
    "resultTypes": ["violations"],
}
HALF_WIDTH = "半角标点："
PRINTED = "\n".join(f"{row.name}\n{row.subjects}\n{row.content}" for row in matters())
IN_PAGE = (Path(__file__).parent / "checks.js").read_text()


class Findings(list[str]):
    """What was wrong with the pages seen, in words that lead to the place."""

    def watch(self, page: Page) -> None:
        """Note every console error (a refused script or style is one) and every broken script."""

        def on_console(message: ConsoleMessage) -> None:
            if message.type == "error" and REFUSED not in message.text:
                self.append(f"{page.url} 控制台：{message.text}")

        page.on("console", on_console)
        page.on("pageerror", lambda error: self.append(f"{page.url} 脚本出错：{error}"))

    def inspect(self, page: Page, where: str) -> None:
        """Check language and width of the page as it stands now."""
        place = f"{where}（{page.url}）"
        language = page.locator("html").get_attribute("lang")
        if language != "zh-CN":
            self.append(f"{place} 语言标记：{language}")
        words = [text for text in look(page, "foreignWords") if not _is_printed(text)]
        self._note(place, "文字", words)
        self._note(place, "超出屏幕", look(page, "overflowing"))

    def inspect_access(self, page: Page, where: str) -> None:
        """Check the page as it stands now with axe, which takes a while."""
        self._note(f"{where}（{page.url}）", "无障碍", _axe(page))

    def _note(self, place: str, what: str, found: list[str]) -> None:
        self.extend(f"{place} {what}：{text}" for text in found[:MOST])


def look(page: Page, name: str) -> list[str]:
    """What one of the functions of checks.js finds in the page."""
    found: list[str] = page.evaluate(f"{IN_PAGE}.{name}()")
    return found


def _is_printed(text: str) -> bool:
    """Whether the text stands so in the published list, whose punctuation is kept."""
    return text.removeprefix(HALF_WIDTH).rstrip(".…") in PRINTED


def _axe(page: Page) -> list[str]:
    found: dict[str, Any] = AXE.run(page, options=AXE_OPTIONS).response
    return [
        f"{violation['id']} {node['target']}: {node['html'][:120]}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
