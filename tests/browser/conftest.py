"""Fixtures of the browser tests: Chromium, the running platform, the stage."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.live import PROJECT, Live, platform
from tests.browser.stage import TIMEOUT_MS, Stage
from tests.browser.story import matters, plan

# At the end of the path: one of its modules is named like one of Python's own.
sys.path.append(str(PROJECT / "script" / "lib"))

from chromium import find_chromium

# Package scope, not session: Playwright's event loop must be gone before Django's other tests
# use the database in the same process.


@pytest.fixture(scope="package")
def live() -> Iterator[Live]:
    """The platform with its demo county, worker, beat and a listening counterpart."""
    with TemporaryDirectory(prefix="platform-") as folder:
        # The database may run as another user than the tests do.
        data = Path(folder)
        data.chmod(0o755)
        with platform(data) as running:
            yield running


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium.

    Without a Chromium these tests fail; script/test leaves them out then and says so.
    """
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


@pytest.fixture
def stage(browser: Browser, live: Live) -> Iterator[Stage]:
    """Browsers on the platform; the test fails afterwards if a page was not as it must be."""
    with Stage(browser, live.url) as stage:
        yield stage


@pytest.fixture(scope="package")
def county_at_work(browser: Browser, live: Live, tmp_path_factory: pytest.TempPathFactory) -> None:
    """From the published Excel file to matters in force, a year open for planning, and a first
    inspection in it whose draw starts by itself within two minutes."""
    with Stage(browser, live.url) as stage:
        page = stage.desk()
        stage.shot(page, "login")
        matters.import_list(stage, page, tmp_path_factory.mktemp("files"))
        matters.put_in_force(stage, page)
        plan.open_year(stage, page)
        item = plan.write_item(stage, page, plan.SCHEDULED, scheduled=True)
        plan.confirm_and_publish(stage, page, item, plan.SCHEDULED)
