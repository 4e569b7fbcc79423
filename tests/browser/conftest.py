"""Fixtures of the browser tests: Chromium, the running platform, the stage."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.live import PROJECT, Live, platform
from tests.browser.stage import SCREENSHOTS, TIMEOUT_MS, Stage

# At the end of the path: one of its modules is named like one of Python's own.
sys.path.append(str(PROJECT / "script" / "lib"))

from chromium import find_chromium

# Package scope, not session: Playwright's event loop must be gone before Django's other tests
# use the database in the same process.


@pytest.fixture(scope="package")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The platform with its demo county, worker, beat and a listening counterpart."""
    with platform(tmp_path_factory.mktemp("platform")) as running:
        yield running


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium; without one these tests fail, script/test leaves them out and says so."""
    executable = find_chromium()
    if executable is None:
        pytest.fail("本机没有 Chromium：安装它，或用环境变量 CHROMIUM 指定路径")
    with sync_playwright() as playwright:
        expect.set_options(timeout=TIMEOUT_MS)
        chromium = playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox", "--lang=zh-CN"]
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def screenshots() -> Path:
    """The folder of pictures, emptied."""
    shutil.rmtree(SCREENSHOTS, ignore_errors=True)
    SCREENSHOTS.mkdir(parents=True)
    return SCREENSHOTS


@pytest.fixture
def stage(browser: Browser, live: Live, screenshots: Path) -> Iterator[Stage]:
    """Browsers on the platform; the test fails afterwards if a page was not as it must be."""
    stage = Stage(browser, live.url)
    try:
        yield stage
    finally:
        stage.close()
    assert not stage.findings, "\n".join(["页面有问题：", *dict.fromkeys(stage.findings)])
