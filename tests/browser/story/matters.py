"""The list of 19 matters: from the published Excel file to being in force."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.stage import Stage
from tests.browser.story.acts import go, tick_all


def import_list(stage: Stage, page: Page, folder: Path) -> None:
    """The coordination clerk downloads the county's file and imports it."""
    stage.act_as(page, "xzsp_clerk")
    stage.shot(page, "first-workbench")
    go(page, "事项与职责")
    stage.shot(page, "no-matters")
    page.get_by_role("link", name="导入清单").first.click()
    with page.expect_download() as download:
        page.get_by_role("link", name="下载演示县的").click()
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    page.get_by_label("Excel 文件").set_input_files(file)
    stage.shot(page, "import-choose")
    page.get_by_role("button", name="上传并检查").click()
    confirm = page.get_by_role("button", name="确认导入 19 行")
    expect(confirm).to_be_visible()
    stage.shot(page, "import-checked")
    confirm.click()
    expect(page.get_by_text("已全部导入")).to_be_visible()
    stage.shot(page, "import-done")
    page.get_by_role("link", name="查看监管事项清单").click()
    expect(page.get_by_text("共 19 项")).to_be_visible()


def put_in_force(stage: Stage, page: Page) -> None:
    """Submitted, reviewed and put in force, all 19 at once."""
    stage.act_as(page, "xzsp_clerk")
    go(page, "事项与职责")
    stage.shot(page, "matters-draft")
    _bulk(stage, page, "送合法性审核")
    stage.act_as(page, "sfj_head")
    stage.shot(page, "workbench-legal")
    go(page, "事项与职责")
    _bulk(stage, page, "审核通过", "内容合法，程序完备。")
    stage.act_as(page, "xzsp_head")
    go(page, "事项与职责")
    _bulk(stage, page, "公布生效")
    stage.shot(page, "matters-in-force")
    page.get_by_role("link", name="养老机构安全综合监管").click()
    expect(page.get_by_role("heading", name="养老机构安全综合监管")).to_be_visible()
    stage.shot(page, "matter")


def _bulk(stage: Stage, page: Page, label: str, opinion: str = "") -> None:
    tick_all(page, label)
    stage.shot(page, f"bulk-{('submit', 'approve', 'force')['送审公'.index(label[0])]}")
    if opinion:
        page.get_by_label("意见").fill(opinion)
    page.get_by_role("button", name=label, exact=True).click()
    expect(page.get_by_text(f"已完成：{label} 19 项")).to_be_visible()
