"""What every page must be: accessible, in Chinese, inside the screen, silent in the console."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page

MOST = 4
"""How many places of one kind are named per page."""

AXE = Axe()
AXE_OPTIONS = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]},
    "resultTypes": ["violations"],
}

FOREIGN_WORDS = """
() => {
  // Exact bytes, names of files and what a person typed are not the page's own words.
  const exact = "code, pre, kbd, samp, script, style, textarea, .mono, [lang=en]";
  const known = /\\b(Excel|xlsx|csv|JSON|PDF|PNG|JPG|JPEG|WebP|HEIC|MB|KB|SHA|HMAC|HTTP|API|Python|ID|GB)\\b/gi;
  const found = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!parent.checkVisibility() || parent.closest(exact)) continue;
    const text = node.textContent.replace(/[\\w.-]+\\.(xlsx|zip|py|json|png|txt|html)\\b/g, "").replace(known, "");
    if (/[A-Za-z]{4,}|\\b(None|True|False|null|NaN|Yes|No)\\b|\\{\\{|\\{%/.test(text)) found.add(node.textContent.trim());
    if (/[\\u4e00-\\u9fff][,;:?!]|[,;:?!()][\\u4e00-\\u9fff]/.test(text)) found.add("半角标点：" + text.trim());
  }
  return [...found].map((text) => text.slice(0, 80));
}
"""

OVERFLOWING = """
() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const scrolls = (element) => {
    for (let up = element.parentElement; up; up = up.parentElement) {
      if (["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(up).overflowX)) return true;
    }
    return false;
  };
  return [...document.body.querySelectorAll("*")]
    .filter((one) => one.checkVisibility() && one.getBoundingClientRect().right > width + 1)
    .filter((one) => !scrolls(one))
    .slice(0, 5)
    .map((one) => `${one.tagName.toLowerCase()}.${one.className}`);
}
"""

OVERLAPPING = """
() => {
  // Words that lie over other words: text that outgrew a box of fixed height or width.
  const boxes = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!node.textContent.trim() || !parent.checkVisibility({visibilityProperty: true})) continue;
    if (parent.closest(".visually-hidden, .skip, dialog:not([open]), .bottombar, .demo-bar, option")) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) boxes.push([box, node.textContent.trim().slice(0, 20), parent]);
  }
  const found = [];
  boxes.forEach(([a, text, owner], index) => boxes.slice(index + 1).forEach(([b, other, next]) => {
    if (owner === next) return;
    const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    if (across > 4 && down > Math.min(a.height, b.height) / 2) found.push(`${text} × ${other}`);
  }));
  return found.slice(0, 5);
}
"""


class Findings(list[str]):
    """What was wrong with the pages seen, in words that lead to the place."""

    def watch(self, page: Page) -> None:
        """Note every console error, refused resource and script that broke on the page."""

        def on_console(message: ConsoleMessage) -> None:
            if message.type == "error":
                self.append(f"{page.url} 控制台：{message.text}")

        page.on("console", on_console)
        page.on("pageerror", lambda error: self.append(f"{page.url} 脚本出错：{error}"))

    def inspect(self, page: Page, where: str) -> None:
        """Check the page as it stands now."""
        place = f"{where}（{page.url}）"
        language = page.locator("html").get_attribute("lang")
        if language != "zh-CN":
            self.append(f"{place} 语言标记：{language}")
        self.extend(f"{place} 文字：{text}" for text in page.evaluate(FOREIGN_WORDS)[:MOST])
        self.extend(f"{place} 超出屏幕：{what}" for what in page.evaluate(OVERFLOWING))
        self.extend(f"{place} 无障碍：{line}" for line in _axe(page))


def _axe(page: Page) -> list[str]:
    found: dict[str, Any] = AXE.run(page, options=AXE_OPTIONS).response
    return [
        f"{violation['id']} {node['target']}: {node['html'][:120]}"
        for violation in found["violations"]
        for node in violation["nodes"][:MOST]
    ]
