"""Two departments of 郯城县 dispute whose duty it is; the establishment office decides.

The county gave the penalty rights of its industry departments to one enforcement bureau (T), so
that who verifies and who punishes is often in question. Dates by hand, from the State Council's
calendar of 2026, in working days: 29 and 30 September, 8, 9 and Saturday 10 October, 12 to 16, 19
to 23 and 26 to 30 October, 2 to 6 November; 1 to 7 October is National Day.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.stage import Stage
from tests.browser.story.acts import go, take
from tests.stories.pages import choose, due, fact, open_act, picture, press
from tests.stories.turns import take_up, turn, visit

pytestmark = pytest.mark.browser

TITLE = "银杏花园小区物业占用公共绿地建停车位"
QUESTION = "小区公共绿地被占用的认定和查处职责"
INDUSTRY, BUREAU = "县住房和城乡建设局", "县综合行政执法局"
OFFICE = "县委机构编制委员会办公室"
RETURN = "是否属于擅自占用应当先由行业主管部门认定，不属于本部门先行处理的事项。"
TALKED = "双方对由谁先行认定未达成一致，同意提请协调。"
DECISION = "处罚权已经划转，由县综合行政执法局查处；县住房和城乡建设局三个工作日内出具认定意见。"


def test_the_establishment_office_decides_a_dispute(
    stage: Stage, today: Callable[..., None]
) -> None:
    today("2026-09-28", "09:20")
    page = stage.desk("tc_zjj_clerk")
    clue = take_in_and_talk(page)
    today("2026-09-29", "09:00")
    transfer(stage, page, clue)
    today("2026-09-29", "15:00")
    give_back(stage, page)

    today("2026-09-30", "10:00")
    dispute = raise_it(stage, page)
    today("2026-10-08", "11:00")
    act_together(stage, page, clue)
    today("2026-10-09", "16:00")
    talk(stage, page)
    today("2026-10-12", "10:00")
    submit(stage, page)

    today("2026-10-13", "09:30")
    hear_both(stage, page)
    today("2026-10-16", "15:00")
    decide(stage, page, dispute)
    end(stage, page, clue)


def take_in_and_talk(page: Page) -> str:
    """A complaint comes to the industry department, which talks to the bureau; its address."""
    go(page, "线索与协作", "线索")
    page.get_by_role("link", name="登记线索").first.click()
    page.get_by_role("combobox", name="来源").select_option(label="来访来电")
    page.get_by_label("标题").fill(TITLE)
    page.get_by_label("内容").fill("物业把东侧约 200 平方米公共绿地硬化，划成 14 个收费停车位。")
    page.get_by_label("被反映对象").fill("银杏花园物业服务中心")
    choose(page.get_by_label("乡镇街道"), "郯城街道")
    page.get_by_label("照片和材料").set_input_files(picture("绿地现状.jpg"))
    page.get_by_label("姓名").fill("葛春梅")
    page.get_by_label("联系电话").fill("13953900217")
    press(page, "登记")
    # 29, 30 September, 8 October.
    assert due(page) == "2026-10-08"
    open_act(page, "记录与对方沟通")
    choose(page.get_by_label("沟通部门"), BUREAU)
    page.get_by_label("沟通情况").fill("与执法局值班室联系，对方要求移送后再研究。")
    press(page, "记录沟通")
    # T (九): three working days after the talk.
    assert due(page) == "2026-10-08"
    return page.url


def transfer(stage: Stage, page: Page, clue: str) -> None:
    """The clue goes to the bureau by a letter that the head signs."""
    visit(stage, page, "tc_zjj_clerk", clue)
    open_act(page, "拟移送函")
    press(page, "送负责人签发")
    take_up(stage, page, "tc_zjj_head", "移送", TITLE)
    take(page, "签发移送函")
    # 30 September, 8 October.
    assert due(page) == "2026-10-08"


def give_back(stage: Stage, page: Page) -> None:
    """The head of the bureau returns it with a reason."""
    take_up(stage, page, "tc_zfj_head", "签收", TITLE)
    take(page, "退回", RETURN)


def raise_it(stage: Stage, page: Page) -> str:
    """From the returned clue the department raises a dispute; its address."""
    take_up(stage, page, "tc_zjj_clerk", "处理退回", TITLE)
    # 30 September, 8 October.
    assert due(page) == "2026-10-08"
    page.get_by_role("link", name="提出职责争议").click()
    expect(page.get_by_text(f"职责分工争议和新业态由{OFFICE}协调")).to_be_visible()
    page.get_by_role("radio", name="职责分工").check()
    page.get_by_label("争议事项").fill(QUESTION)
    page.get_by_role("checkbox", name=BUREAU).check()
    page.get_by_label("争议情况").fill(
        f"我局认为处罚权已划转，应由执法局查处；执法局认为：{RETURN}"
    )
    stage.shot(page, "dispute-begin")
    press(page, "送负责人提出")
    # 8, 9 October.
    assert turn(page, INDUSTRY, "负责人提出争议") == "2026-10-09 23:59"
    dispute = page.url
    take_up(stage, page, "tc_zjj_head", "负责人提出争议", QUESTION)
    take(page, "提出争议")
    # 8, 9, 10 October, for both of them.
    table = page.get_by_role("table", name="现在该谁办")
    for department in (INDUSTRY, BUREAU):
        expect(table.get_by_role("row", name=department)).to_contain_text("先行共同处置")
    stage.shot(page, "dispute-together")
    return dispute


def act_together(stage: Stage, page: Page, clue: str) -> None:
    """While the clue lies with the dispute both deal with what is before their eyes."""
    visit(stage, page, "tc_zjj_clerk", clue)
    expect(page.get_by_role("heading", level=1)).to_contain_text(TITLE)
    expect(page.get_by_text("争议处理中").first).to_be_visible()
    page.get_by_role("table", name="相关程序").get_by_role("link", name=QUESTION).click()
    assert turn(page, INDUSTRY, "先行共同处置") == "2026-10-10 23:59"
    record(page, "已书面要求物业停止收费和施工，保持现状。")
    assert turn(page, BUREAU, "先行共同处置") == "2026-10-10 23:59"
    take_up(stage, page, "tc_zfj_clerk", "先行共同处置", QUESTION)
    record(page, "已到场拍照、测量，固定证据。")
    # 9, 10, 12, 13, 14 October.
    assert turn(page, INDUSTRY, "协商") == "2026-10-14 23:59"


def record(page: Page, done: str) -> None:
    open_act(page, "记录共同处置")
    page.get_by_label("处置情况").fill(done)
    press(page, "记录处置情况")


def talk(stage: Stage, page: Page) -> None:
    """They talk and do not agree."""
    take_up(stage, page, "tc_zjj_clerk", "协商", QUESTION)
    open_act(page, "记录协商")
    page.get_by_label("参加人").fill("江文博、史建国；殷鲁川、毛守信")
    page.get_by_label("协商纪要").fill(TALKED)
    press(page, "保存协商记录")
    expect(page.get_by_role("table", name="协商记录")).to_contain_text("未达成一致")


def submit(stage: Stage, page: Page) -> None:
    """The head asks the establishment office, not the legal office, to decide."""
    take_up(stage, page, "tc_zjj_clerk", "协商", QUESTION)
    open_act(page, "拟协调申请")
    page.get_by_label("申请内容").fill("协商未能一致，请明确认定和查处的责任部门。")
    press(page, "送负责人签发")
    take_up(stage, page, "tc_zjj_head", "协商", QUESTION)
    take(page, "签发协调申请")
    # 13 to 16, 19 to 23, 26 October.
    assert turn(page, OFFICE, "作出协调决定") == "2026-10-26 23:59"


def hear_both(stage: Stage, page: Page) -> None:
    """The office asks both for a statement."""
    take_up(stage, page, "tc_bianb_clerk", "作出协调决定", QUESTION)
    take(page, "要求各方书面说明", "请说明依据的职责边界清单条款。")
    for head, said in (
        ("tc_zjj_head", "清单第 12 条：查处职责已划转。"),
        ("tc_zfj_head", "清单第 12 条：认定职责保留在行业主管部门。"),
    ):
        take_up(stage, page, head, "提交书面意见", QUESTION)
        if head == "tc_zjj_head":
            # 14, 15, 16 October.
            stage.shot(page, "dispute-statements")
            row = page.get_by_role("table", name="现在该谁办").get_by_role("row", name=INDUSTRY)
            assert due(page, row) == "2026-10-16"
        take(page, "提交书面意见", said)


def decide(stage: Stage, page: Page, dispute: str) -> None:
    """A clerk of the office proposes, its head signs; until then the parties do not see it."""
    take_up(stage, page, "tc_bianb_clerk", "作出协调决定", QUESTION)
    open_act(page, "拟协调决定")
    choose(page.get_by_label("责任部门"), BUREAU)
    page.get_by_label("决定内容").fill(DECISION)
    press(page, "送负责人签发")
    visit(stage, page, "tc_zfj_head", dispute)
    expect(page.get_by_text(DECISION)).to_have_count(0)
    take_up(stage, page, "tc_bianb_head", "作出协调决定", QUESTION)
    stage.shot(page, "dispute-proposed")
    take(page, "签发协调决定")
    stage.shot(page, "dispute-decided")


def end(stage: Stage, page: Page, clue: str) -> None:
    """The bureau handles the clue and cannot return it again."""
    take_up(stage, page, "tc_zfj_clerk", "办理并答复", TITLE)
    assert page.url == clue
    expect(fact(page, "当前责任部门")).to_contain_text("郯城综合执法局")
    # 19 to 23, 26 to 30 October, 2 to 6 November.
    assert due(page) == "2026-11-06"
    expect(page.get_by_role("complementary").last).to_contain_text(f"由{BUREAU}办理")
    stage.shot(page, "dispute-clue")
    visit(stage, page, "tc_zfj_head", clue)
    expect(page.get_by_role("button", name="退回", exact=True)).to_have_count(0)
