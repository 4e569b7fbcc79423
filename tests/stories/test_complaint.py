"""A 12345 complaint that ends with an answer, across National Day.

Dates by hand, from the State Council's calendar of 2026: 28 to 30 September are worked, 1 to 7
October is National Day, 8 and 9 October are worked, Saturday the 10th is worked in exchange, the
11th is Sunday; 12 to 16, 19 to 23 and 26 to 30 October are worked, 2 to 6 November too. Nothing
counts on the day on which a clock starts.

From 2026-09-28, 3 working days end on 2026-10-08, 5 on 10-10 and 20 on 10-30.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.stage import Stage
from tests.browser.story.acts import go, take
from tests.stories.pages import choose, due, fact, lane_row, open_act, picture, press, take_up

pytestmark = pytest.mark.browser

TITLE = "新站镇老街烧烤店占道经营、油烟扰民"
CONTENT = "新站镇老街张记烧烤店每晚在人行道摆桌经营，油烟直排居民楼，多次劝说无果，请尽快处理。"
SEEN = "新站镇老街张记烧烤店每晚在人行道摆桌经营，油烟直排居民楼，居民反映多次。"
ANSWER = "经查，该店占道经营属实，已责令当场改正，并处罚款二百元，油烟净化设施已安装。"


def test_a_complaint_ends_with_an_answer(stage: Stage, today: Callable[..., None]) -> None:
    today("2026-09-28", "09:10")
    page = stage.desk("scjg_clerk")
    clue = register(stage, page)

    today("2026-09-28", "11:00")
    report_again(stage, clue)
    today("2026-09-28", "15:00")
    merge(stage, page)

    today("2026-09-29", "10:00")
    stage.act_as(page, "scjg_clerk")
    talk(page, clue)
    today("2026-09-30", "09:00")
    transfer(stage, page, clue)

    today("2026-10-09", "09:00")
    tell_of_the_transfer(stage, page, clue)
    receive(stage, page, clue)
    ask_and_supplement(stage, page, clue, today)

    today("2026-10-20", "09:00")
    extend(stage, page, clue)
    today("2026-11-05", "09:00")
    answer(stage, page, clue)


def register(stage: Stage, page: Page) -> str:
    """The desk takes the complaint in; the complainant is told; its address."""
    go(page, "线索与协作", "线索")
    page.get_by_role("link", name="登记线索").first.click()
    page.get_by_role("combobox", name="来源").select_option(label="12345 热线")
    page.get_by_label("来源编号").fill("12345-20260928-0417")
    page.get_by_label("来源受理时间").fill("2026-09-28T08:40")
    page.get_by_label("标题").fill(TITLE)
    page.get_by_label("内容").fill(CONTENT)
    page.get_by_label("被反映对象").fill("张记烧烤店")
    choose(page.get_by_label("乡镇街道"), "新站镇")
    page.get_by_label("地点").fill("老街 18 号门前")
    page.get_by_label("照片和材料").set_input_files(picture("夜间占道.jpg"))
    page.get_by_label("姓名").fill("李桂芳")
    page.get_by_label("联系电话").fill("13839401286")
    expect(page.get_by_text("没有发现相似的线索")).to_be_visible()
    stage.shot(page, "clue-form")
    press(page, "登记")
    expect(page.get_by_text("受理告知已发给反映人")).to_be_visible()
    expect(page.locator("#complainant")).to_contain_text("138****1286")
    expect(page.locator("#complainant")).to_contain_text("于2026年9月28日受理")
    # 29, 30 September, 8 October.
    assert due(page) == "2026-10-08"
    stage.shot(page, "clue-registered")
    return page.url


def report_again(stage: Stage, clue: str) -> None:
    """The grid worker of the township meets the same thing and is told that it is there."""
    phone = stage.phone("xinzhan_grid")
    phone.goto("/clues/m/add/")
    phone.get_by_label("看到了什么").fill(SEEN)
    phone.get_by_label("照片").set_input_files(picture("巡查照片.jpg"))
    phone.get_by_label("被反映对象").fill("张记烧烤店")
    hint = phone.locator("#similar")
    expect(hint).to_contain_text("可能已经登记过")
    expect(hint).to_contain_text("被反映对象同名")
    assert hint.get_by_role("link", name=TITLE).get_attribute("href") in clue
    stage.shot(phone, "clue-phone-hint")
    phone.get_by_role("button", name="发送").click()
    expect(phone.get_by_text("由行政审批和政务信息管理局研判")).to_be_visible()


def merge(stage: Stage, page: Page) -> None:
    """The coordination office, which receives what townships report, merges the two."""
    stage.act_as(page, "xzsp_clerk")
    go(page, "线索与协作", "收件箱")
    stage.shot(page, "inbox")
    page.get_by_role("link", name="新站镇老街张记烧烤店").first.click()
    open_act(page, "并入其他线索")
    page.get_by_role("radio", name=TITLE).check()
    page.get_by_label("并案理由").fill("同一店铺同一问题。")
    stage.shot(page, "clue-merge")
    press(page, "并案")
    expect(fact(page, "并入本线索的")).to_contain_text("新站镇老街张记烧烤店")


def talk(page: Page, clue: str) -> None:
    """Judged: it is for the city management; the talk starts the limit to transfer."""
    page.goto(clue)
    open_act(page, "记录与对方沟通")
    choose(page.get_by_label("沟通部门"), "区城市管理局")
    page.get_by_label("沟通时间").fill("2026-09-29T09:30")
    page.get_by_label("沟通情况").fill("与城管局赖文昌电话沟通，对方认可属其职责，同意接收。")
    press(page, "记录沟通")
    # 30 September, 8, 9 October.
    assert due(page) == "2026-10-09"


def transfer(stage: Stage, page: Page, clue: str) -> None:
    """The clerk writes the letter, the head signs it."""
    stage.act_as(page, "scjg_clerk")
    page.goto(clue)
    open_act(page, "拟移送函")
    stage.shot(page, "clue-letter")
    press(page, "送负责人签发")
    take_up(stage, page, "scjg_head", "移送", TITLE)
    expect(page.locator(".clue-now")).to_contain_text("待负责人签发")
    take(page, "签发移送函")
    # 8, 9 October.
    assert due(page) == "2026-10-09"
    # 8, 9 October, and Saturday the 10th, worked in exchange.
    assert due(page, lane_row(page, "告知反映人")) == "2026-10-10"
    stage.shot(page, "clue-transferred")
    page.locator("#letters").get_by_role("link", name="关于移送").click()
    sheet = page.get_by_label("函件正文")
    expect(sheet).to_contain_text(CONTENT)
    assert sheet.inner_text().count("城市管理局：") == 1
    stage.shot(page, "letter-transfer")


def tell_of_the_transfer(stage: Stage, page: Page, clue: str) -> None:
    stage.act_as(page, "scjg_clerk")
    page.goto(clue)
    open_act(page, "告知反映人")
    expect(page.get_by_label("告知内容")).to_have_value(
        f"您好，您反映的“{TITLE}”（编号 XS411603-2026-000001）属于区城市管理局的职责，"
        "已于2026年9月30日移送该部门办理，由其答复您。"
    )
    press(page, "发送告知")


def receive(stage: Stage, page: Page, clue: str) -> None:
    take_up(stage, page, "cgj_clerk", "签收", TITLE)
    take(page, "签收")
    # 10; 12 to 16; 19 to 23; 26 to 29 October.
    assert due(page) == "2026-10-29"
    assert page.url == clue


def ask_and_supplement(stage: Stage, page: Page, clue: str, today: Callable[..., None]) -> None:
    """While the sender supplements, the clock of the handling department stands still."""
    today("2026-10-12", "09:00")
    stage.act_as(page, "cgj_clerk")
    page.goto(clue)
    take(page, "要求补充材料", "请补充夜间现场照片和反映人可以接听的时间。")
    expect(page.locator(".clue-now")).to_contain_text("已暂停")
    # 13, 14, 15 October.
    assert due(page, lane_row(page, "补充线索材料")) == "2026-10-15"
    stage.shot(page, "clue-paused")
    today("2026-10-14", "09:00")
    stage.act_as(page, "scjg_clerk")
    page.goto(clue)
    open_act(page, "提交补充材料")
    page.get_by_label("补充说明").fill("夜间照片见附件，反映人 18 时后可接听。")
    page.get_by_label("补充材料", exact=True).set_input_files(picture("夜间补拍.jpg"))
    press(page, "提交补充材料")
    # 12, 13, 14 October did not count: 30 October, 2 and 3 November follow the 29th.
    assert due(page) == "2026-11-03"


def extend(stage: Stage, page: Page, clue: str) -> None:
    stage.act_as(page, "cgj_head")
    page.goto(clue)
    open_act(page, "延长期限")
    page.get_by_label("延长（个工作日）").fill("3")
    page.get_by_label("延长理由").fill("油烟检测报告尚未出具。")
    press(page, "延长期限")
    # 4, 5, 6 November.
    assert due(page) == "2026-11-06"


def answer(stage: Stage, page: Page, clue: str) -> None:
    """Proposed by the clerk, signed by the head; the complainant reads it word for word."""
    stage.act_as(page, "cgj_clerk")
    page.goto(clue)
    open_act(page, "拟办理答复")
    page.get_by_label("办理结果").select_option(label="已行政处罚")
    page.get_by_label("答复内容").fill(ANSWER)
    page.get_by_label("办理材料").set_input_files(picture("整改后.jpg"))
    stage.shot(page, "clue-answer")
    press(page, "送负责人签发")
    stage.act_as(page, "cgj_head")
    page.goto(clue)
    take(page, "签发答复并办结")
    expect(page.locator(".clue-now")).to_have_count(0)
    expect(page.locator("#complainant")).to_contain_text(ANSWER)
    expect(lane_row(page, "办理并答复")).not_to_contain_text("逾期")
    stage.shot(page, "clue-closed")
    stage.act_as(page, "scjg_clerk")
    page.goto(clue)
    expect(page.locator("#letters")).to_contain_text("已答复")
