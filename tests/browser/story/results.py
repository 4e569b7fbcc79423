"""Results: entered by the inspecting department, approved by its head, published by the worker."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.stage import Stage
from tests.browser.story.acts import go, succeeded, take

PUBLISHED_SECONDS = 30
"""What the page promises: 通常在半分钟内完成."""


def enter_and_approve(stage: Stage, page: Page) -> str:
    """The lead department's clerk enters its result, the head approves; the subject's name."""
    stage.act_as(page, "mzj_clerk")
    stage.shot(page, "workbench-mzj_clerk")
    page.get_by_role("row", name="录入检查结果").get_by_role("link", name="录入").click()
    page.get_by_text("责令改正").first.click()
    page.get_by_label("说明").fill("当场清理，三日内复查。")
    stage.shot(page, "result-entry")
    page.get_by_role("button", name="提交负责人审核").click()
    succeeded(page)
    stage.act_as(page, "mzj_head")
    page.get_by_role("row", name="审核检查结果").get_by_role("link", name="审核").click()
    stage.shot(page, "result-approve")
    subject = page.get_by_role("heading", level=1).inner_text()
    take(page, "审核通过")
    # A worker publishes it without anyone's doing, and the page follows by itself.
    published = page.get_by_role("link", name="查看公示页")
    expect(published).to_be_visible(timeout=PUBLISHED_SECONDS * 1000)
    return subject


def read_in_public(stage: Stage, subject: str) -> None:
    """Anyone finds the result on the public site."""
    visitor = stage.desk()
    visitor.goto("/public/")
    stage.shot(visitor, "public-home")
    visitor.get_by_role("link", name="检查结果").first.click()
    stage.shot(visitor, "public-results")
    visitor.get_by_role("row", name=subject).get_by_role("link").first.click()
    expect(visitor.get_by_text("责令改正").first).to_be_visible()
    stage.shot(visitor, "public-result")


def look_back(stage: Stage, page: Page) -> None:
    """The coordination office sees where it stands, what was sent and who did what."""
    stage.act_as(page, "xzsp_head")
    stage.shot(page, "workbench-xzsp_head")
    for group, place, name in (
        ("统计", "", "coordination"),
        ("联合检查", "检查结果", "results"),
        ("联合检查", "随机抽取", "draws"),
        ("对象与信用", "", "subjects"),
        ("系统", "导入记录", "imports"),
        ("系统", "对外推送", "outbox"),
        ("系统", "留痕", "trail"),
    ):
        go(page, group, place)
        stage.shot(page, name)
