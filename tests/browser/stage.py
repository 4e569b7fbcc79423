"""The people of the story at their browsers, and the camera that sees what they see."""

from __future__ import annotations

import itertools
import os
from pathlib import Path
from typing import Self

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.checks import Findings

PICTURES = os.environ.get("SCREENSHOTS", "")
"""The folder for pictures of all pages seen; none are taken without."""
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
TIMEOUT_MS = 30_000
"""How long a page may take on a busy machine; what is there sooner is not waited for."""


class Stage:
    """Opens browsers on one platform and collects what is wrong with its pages."""

    _numbers = itertools.count(1)

    def __init__(self, browser: Browser, url: str) -> None:
        self.browser = browser
        self.url = url
        self.findings = Findings()
        self._contexts: list[BrowserContext] = []

    def desk(self, username: str = "") -> Page:
        """A browser of one's own at a desk, already switched to the account if one is given."""
        return self._open(username, viewport=DESK)

    def phone(self, username: str = "") -> Page:
        """A phone: narrow, with touch, and it knows where it is."""
        return self._open(
            username,
            viewport=PHONE,
            has_touch=True,
            is_mobile=True,
            permissions=["geolocation"],
            geolocation={"latitude": 33.7325, "longitude": 114.8866},
        )

    def without_script(self) -> Page:
        """A visitor's browser that runs no script."""
        return self._open("", viewport=DESK, java_script_enabled=False)

    def magnified(self, username: str) -> Page:
        """A desk at which everything is shown at twice its size."""
        half = {side: length // 2 for side, length in DESK.items()}
        return self._open(username, viewport=half, device_scale_factor=2)

    def _open(self, username: str, **device: object) -> Page:
        context = self.browser.new_context(
            base_url=self.url, locale="zh-CN", timezone_id="Asia/Shanghai", **device
        )
        context.set_default_timeout(TIMEOUT_MS)
        self._contexts.append(context)
        page = context.new_page()
        self.findings.watch(page)
        page.goto("/")
        if username:
            self.act_as(page, username)
        return page

    def act_as(self, page: Page, username: str) -> None:
        """Become another demo account, as a newcomer would: on the login page, then by the bar."""
        if "/login/" not in page.url:
            page.goto("/")
        if "/login/" in page.url:
            page.locator(f'button[name="username"][value="{username}"]').click()
        else:
            bar = page.get_by_label("当前身份")
            if bar.input_value() == username:
                return
            with page.expect_navigation():
                bar.select_option(username)
        expect(page.get_by_label("当前身份")).to_have_value(username)

    def shot(self, page: Page, name: str) -> None:
        """See the page at two widths, language and width checked in both, and its accessibility
        at the width at which it is used; a picture of each if asked for."""
        number = next(self._numbers)
        used = page.viewport_size
        assert used
        self.findings.inspect_access(page, name)
        for size in (DESK, PHONE):
            page.set_viewport_size(size)
            if PICTURES:
                file = Path(PICTURES) / f"{number:02}-{name}-{size['width']}.png"
                page.screenshot(path=file, full_page=True, animations="disabled")
            self.findings.inspect(page, f"{name} {size['width']}")
        page.set_viewport_size(used)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, failure: type[BaseException] | None, *_: object) -> None:
        self.close()
        if failure is None:
            assert not self.findings, "\n".join(["页面有问题：", *dict.fromkeys(self.findings)])

    def close(self) -> None:
        """Close all browsers that were opened."""
        for context in self._contexts:
            context.close()
        self._contexts.clear()
