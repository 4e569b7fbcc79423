"""A department of 郯城县 does not do its duty, and the county government criticises it.

Dates by hand, from the State Council's calendar of 2026, in working days: 23, 24, 28, 29 and 30
September (the 25th is Mid-Autumn), 8, 9 and Saturday 10 October, 12 to 16, 19 to 23 and 26 to 30
October, 2 to 6 November; 1 to 7 October is National Day.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.stage import Stage
from tests.browser.story.acts import go, take
from tests.stories.pages import choose, fact, open_act, picture, press
from tests.stories.turns import take_up, turn, visit

pytestmark = pytest.mark.browser

TITLE = "未出具公共绿地占用认定意见"
ADVISER, ADDRESSEE, GOVERNMENT = "县综合行政执法局", "县住房和城乡建设局", "县人民政府办公室"
FACTS = "协调决定要求三个工作日内出具认定意见，两次催告仍未出具，案件无法继续办理。"
REASON = "现有人员不足，认定标准尚在研究，暂不能出具。"
ORDER = "责令十个工作日内出具认定意见，并书面说明未履行协调决定的原因。"
LATE = "期限届满未收到认定意见，也未说明原因。"
CORRECTED = "已于11月3日出具认定意见，执法局已收到。"


def test_the_government_criticises_who_refuses_its_duty(
    stage: Stage, today: Callable[..., None]
) -> None:
    today("2026-09-23", "10:00")
    page = stage.desk("tc_zfj_clerk")
    refusal = advise(stage, page)
    today("2026-09-30", "15:00")
    turn_down(stage, page)
    today("2026-10-09", "09:30")
    report(stage, page)
    today("2026-10-13", "14:00")
    order(stage, page)
    today("2026-10-28", "09:00")
    let_it_pass(stage, page, refusal)
    today("2026-10-30", "10:00")
    criticise(stage, page)
    today("2026-11-04", "10:00")
    settle(stage, page, refusal)


def advise(stage: Stage, page: Page) -> str:
    """A clerk writes the advice, the head signs it; its address."""
    go(page, "线索与协作", "争议与推诿")
    page.get_by_role("link", name="履职推诿").first.click()
    stage.shot(page, "refusals-none")
    page.get_by_role("link", name="拟履职建议书").first.click()
    page.get_by_label("事项", exact=False).first.fill(TITLE)
    choose(page.get_by_label("被建议部门"), ADDRESSEE)
    page.get_by_label("未履职的情况").fill(FACTS)
    page.get_by_label("履职依据").fill("《山东省城市绿化管理办法》和县委编办协调决定")
    page.get_by_role("textbox", name="履职建议").fill("请在五个工作日内出具认定意见并函复。")
    page.get_by_label("有关材料").set_input_files(picture("催告函.jpg"))
    stage.shot(page, "refusal-begin")
    press(page, "送负责人签发")
    # 24, 28 September.
    assert turn(page, ADVISER, "签发履职建议书") == "2026-09-28 23:59"
    refusal = page.url
    take_up(stage, page, "tc_zfj_head", "签发履职建议书", TITLE)
    take(page, "签发履职建议书")
    # 24, 28, 29, 30 September, 8 October.
    assert turn(page, ADDRESSEE, "答复履职建议") == "2026-10-08 23:59"
    return refusal


def turn_down(stage: Stage, page: Page) -> None:
    """The head of the other department does not take the advice."""
    take_up(stage, page, "tc_zjj_head", "答复履职建议", TITLE)
    take(page, "不采纳", REASON)
    # 8, 9, 10, 12, 13 October.
    assert turn(page, ADVISER, "报告本级人民政府") == "2026-10-13 23:59"


def report(stage: Stage, page: Page) -> None:
    """The department reports to the county government; the draft says what was answered."""
    take_up(stage, page, "tc_zfj_clerk", "报告本级人民政府", TITLE)
    open_act(page, "拟情况报告")
    draft = page.get_by_label("正文").input_value()
    assert f"{REASON}\n报请本级人民政府处理。" in draft
    stage.shot(page, "refusal-report")
    press(page, "送负责人签发")
    take_up(stage, page, "tc_zfj_head", "报告本级人民政府", TITLE)
    take(page, "签发情况报告")
    # 10, 12 to 16, 19 to 22 October.
    assert turn(page, GOVERNMENT, "审查不履职情况报告") == "2026-10-22 23:59"


def order(stage: Stage, page: Page) -> None:
    """The government orders it to be put right."""
    take_up(stage, page, "tc_zfb_head", "审查不履职情况报告", TITLE)
    stage.shot(page, "refusal-at-government")
    take(page, "责令改正", ORDER)
    # 14, 15, 16, 19 to 23, 26, 27 October.
    assert turn(page, ADDRESSEE, "按责令改正") == "2026-10-27 23:59"


def let_it_pass(stage: Stage, page: Page, refusal: str) -> None:
    """The time is over and nothing was put right; a clerk of the government says so."""
    visit(stage, page, "tc_zfb_clerk", refusal)
    expect(page.get_by_role("table", name="现在该谁办")).to_contain_text("逾期")
    take(page, "逾期未改正", LATE)
    # 29, 30 October, 2, 3, 4 November.
    assert turn(page, GOVERNMENT, "通报批评") == "2026-11-04 23:59"
    open_act(page, "拟通报")
    assert f"（{ORDER[:-1]}）" in page.get_by_label("正文").input_value()
    press(page, "送负责人签发")


def criticise(stage: Stage, page: Page) -> None:
    """The head signs the notice; who advised and the coordination office get copies."""
    take_up(stage, page, "tc_zfb_head", "通报批评", TITLE)
    take(page, "签发通报批评")
    # 2 to 6 November.
    assert turn(page, GOVERNMENT, "决定是否移送追责") == "2026-11-06 23:59"
    stage.shot(page, "refusal-criticised")
    for reader in ("tc_zfj_clerk", "tc_xzsp_clerk"):
        take_up(stage, page, reader, "阅知", TITLE)
        take(page, "阅知")
    stage.shot(page, "refusal-notice")


def settle(stage: Stage, page: Page, refusal: str) -> None:
    """After the notice it was put right after all."""
    visit(stage, page, "tc_zfb_head", refusal)
    take(page, "通报后已改正", CORRECTED)
    expect(page.get_by_role("table", name="现在该谁办")).to_have_count(0)
    expect(fact(page, "对方答复")).to_contain_text(REASON)
    stage.shot(page, "refusal-settled")
