"""Dispatch: tasks for the drawn subjects, accepted by the partners, notices signed."""

from __future__ import annotations

import re

from django.utils import timezone
from playwright.sync_api import Page

from tests.browser.stage import Stage
from tests.browser.story.acts import go, succeeded, tick_all

PARTNER_CLERKS = ("wjw_clerk", "xfdd_clerk", "scjg_clerk")


def dispatch(stage: Stage, page: Page, title: str) -> None:
    """The lead's clerk dispatches all visits for today."""
    stage.act_as(page, "mzj_clerk")
    row = page.get_by_role("row", name="派发联合检查任务").filter(has_text=title)
    row.get_by_role("link", name="派发").click()
    page.get_by_label("统一检查日期").fill(f"{timezone.localdate():%Y-%m-%d}")
    page.get_by_label("理由").fill("各部门约定今天一起上门。")
    stage.shot(page, "dispatch")
    page.get_by_role("button", name="派发任务").click()
    succeeded(page)
    stage.shot(page, "tasks-dispatched")


def accept(stage: Stage, page: Page) -> None:
    """The partners' clerks accept, and with it the date."""
    for clerk in PARTNER_CLERKS:
        stage.act_as(page, clerk)
        page.get_by_role("row", name="接收联合检查任务").get_by_role("link").click()
        page.get_by_role("button", name="接收全部").click()
        page.get_by_role("button", name="接收任务").click()
        succeeded(page)


def sign_notices(stage: Stage, page: Page) -> str:
    """The lead's head signs all notices; the address of the first task."""
    stage.act_as(page, "mzj_head")
    stage.shot(page, "workbench-mzj_head")
    page.get_by_role("row", name="签发行政检查通知书").get_by_role("link").click()
    tick_all(page, "签发通知书", "签发检查通知书")
    stage.shot(page, "bulk-sign")
    page.get_by_role("button", name="签发检查通知书").click()
    succeeded(page)
    go(page, "联合检查", "联合任务")
    stage.shot(page, "tasks-notified")
    page.get_by_role("table").get_by_role("rowheader").get_by_role("link").first.click()
    url = page.url
    stage.shot(page, "task")
    page.get_by_role("link", name=re.compile("〔.+〕")).first.click()
    stage.shot(page, "notice")
    return url
