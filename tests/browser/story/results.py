"""Results: entered by the inspecting department, approved by its head, published by the worker."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.stage import Stage
from tests.browser.story.acts import succeeded, take


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
    # Celery publishes it without anyone's doing.
    expect(page.get_by_role("link", name="查看公示页")).to_be_visible()
    return subject
