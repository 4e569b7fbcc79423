"""The main job of the platform, done once by all its people through the pages alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.live import Live
from tests.browser.stage import Stage
from tests.browser.story import draw, plan, results, tasks, visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

TITLE = "养老机构安全联合检查"
SCHEDULED_SECONDS = 240
"""The three minutes ahead that were planned, the schedule's half minute, and the work."""
DELIVERED_SECONDS = 60
"""A message that is not taken at once is tried again after half a minute."""


@pytest.mark.usefixtures("county_at_work")
def test_from_the_published_list_to_the_public_result(
    stage: Stage, live: Live, tmp_path: Path
) -> None:
    page = stage.desk()
    item = plan.write_item(stage, page, TITLE)
    plan.confirm_and_publish(stage, page, item, TITLE)

    draw.announce(stage, page, item)
    draw.hold(stage, page)
    draw.verify(stage, page, TITLE, tmp_path)

    tasks.dispatch(stage, page, TITLE)
    tasks.accept(stage, page)
    task = tasks.sign_notices(stage, page)
    visit.visit(stage, stage.phone("mzj_clerk"), task)

    subject = results.enter_and_approve(stage, page)
    results.read_in_public(stage, subject)
    assert live.counterpart.has_accepted(subject, DELIVERED_SECONDS)
    results.look_back(stage, page)


@pytest.mark.usefixtures("county_at_work")
def test_a_scheduled_draw_runs_with_nobody_there(stage: Stage) -> None:
    watcher = stage.desk()
    watcher.add_init_script("setTimeout(() => location.reload(), 2000)")
    watcher.goto("/public/draws/")
    row = watcher.get_by_role("row", name=plan.SCHEDULED)
    done = row.get_by_text("已完成，登记在案")
    expect(done).to_be_visible(timeout=SCHEDULED_SECONDS * 1000)
    watcher.close()

    visitor = stage.desk()
    visitor.goto("/public/draws/")
    row = visitor.get_by_role("row", name=plan.SCHEDULED)
    number = row.get_by_role("cell").first.inner_text()
    stage.act_as(visitor, "xzsp_head")
    visitor.goto("/trail/")
    for act in ("公告抽取", "冻结名单", "完成抽取"):
        visitor.get_by_label("操作人或部门").fill("系统")
        visitor.get_by_label("动作").fill(act)
        visitor.get_by_role("button", name="查询").click()
        expect(visitor.get_by_role("row", name=f"第 {number} 号抽取")).to_contain_text(act)
    stage.shot(visitor, "trail-of-the-scheduled-draw")
