"""The yearly plan: an item of the lead department, confirmed, filed, merged, published."""

from __future__ import annotations

import datetime as dt
import re

from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.browser.stage import Stage
from tests.browser.story.acts import go, take

MATTER = "养老机构安全综合监管"
NOT_TAKING_PART = ("区财政局", "区自然资源局", "区住房和城乡建设局", "区城市管理局")
SCHEDULED = "养老机构到时自动抽取检查"
PARTNER_HEADS = ("wjw_head", "xfdd_head", "scjg_head")


def open_year(stage: Stage, page: Page) -> None:
    """The coordination clerk starts the collecting of the year's plan."""
    stage.act_as(page, "xzsp_clerk")
    go(page, "联合检查", "年度计划")
    stage.shot(page, "plan-none")
    page.get_by_role("button", name="年度计划编制").click()
    expect(page.get_by_text("已启动")).to_be_visible()
    stage.shot(page, "plan-open")


def write_item(stage: Stage, page: Page, title: str, scheduled: bool = False) -> str:
    """The lead department's clerk plans a joint inspection with three partners; its address.

    ``scheduled`` plans a draw that starts at its time by itself, with the system's number.
    """
    stage.act_as(page, "mzj_clerk")
    go(page, "联合检查", "年度计划")
    page.get_by_role("link", name="编制计划项目").first.click()
    expect(page.get_by_label("监管事项")).to_have_value(re.compile(r"\d+"))
    for name in NOT_TAKING_PART:
        page.get_by_role("checkbox", name=name).uncheck()
    _dates(page, timezone.localtime(), scheduled)
    page.get_by_label("计划名称").fill(title)
    if scheduled:
        page.get_by_label("到时自动启动").check()
        page.get_by_label("0 级：系统随机数").check()
    stage.shot(page, "plan-form")
    page.get_by_role("button", name="存为草稿").click()
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    take(page, "提请确认")
    stage.shot(page, "plan-item-confirming")
    return page.url


def confirm_and_publish(stage: Stage, page: Page, url: str, title: str) -> None:
    """The partners' heads confirm, the lead's head files, the coordination office publishes."""
    for head in PARTNER_HEADS:
        stage.act_as(page, head)
        stage.shot(page, f"workbench-{head}")
        page.get_by_role("row", name=title).get_by_role("link").first.click()
        take(page, "同意参加")
    stage.act_as(page, "mzj_head")
    page.goto(url)
    take(page, "报送备案")
    stage.act_as(page, "xzsp_head")
    go(page, "联合检查", "年度计划")
    take(page, "汇总已备案项目")
    take(page, "公布")
    expect(page.get_by_role("row", name=title)).to_contain_text("已公布")
    stage.shot(page, "plan-published")


def _dates(page: Page, now: dt.datetime, scheduled: bool) -> None:
    # What starts by itself must still lie ahead when the form is sent, the page having been looked
    # at; the field takes whole minutes.
    draw_at = now + dt.timedelta(minutes=3) if scheduled else now
    page.get_by_label("检查开始日期").fill(f"{now:%Y-%m-%d}")
    page.get_by_label("检查截止日期").fill(f"{now.year}-12-31")
    page.get_by_label("抽取时间").fill(f"{draw_at:%Y-%m-%dT%H:%M}")
