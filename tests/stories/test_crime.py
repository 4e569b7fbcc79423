"""A clue turns out to be a crime and is handed over to the police, across Spring Festival.

The law counts these steps in days, so the festival does not stop them: three days from Friday,
2026-02-13 end on Monday the 16th, New Year's Eve; 24 hours end on the minute. The clocks of the
clue itself run in working days. By hand, from the State Council's calendar of 2026: Saturday the
14th of February is worked, the 15th to the 23rd are the festival, the 24th to the 28th (a
Saturday) are worked, in March 2 to 6 and 9 to 13.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.stage import Stage
from tests.browser.story.acts import go, take
from tests.stories.pages import due, fact, open_act, picture, press
from tests.stories.turns import take_up, turn, visit

pytestmark = pytest.mark.browser

TITLE = "鑫源卤味作坊使用工业原料加工熟食"
SUSPECT = "鑫源卤味作坊"
OFFENCE = "生产、销售有毒、有害食品罪"
DOCUMENTS = ("调查报告", "涉案物品清单", "检验报告或鉴定意见", "其他有关材料")
DEPARTMENT, POLICE = "区市场监督管理局", "区公安局"
REPORT = "负责人陈述使用工业松香脱毛，查获成品 320 公斤，货值 12 万元。"
UNCERTAIN = "检验报告未列明检验方法，现有证据不足以认定主观明知，暂不予立案。"
OBJECTION = "进货单据和负责人陈述已证明明知，检验方法见补充说明，请予复议。"
FILED = "〔2026〕18号立案决定书：有犯罪事实需要追究刑事责任，决定立案侦查。"
ANSWER = "经查属实，涉嫌犯罪，已移送公安机关立案侦查，库存已全部查封。"


def test_a_clue_becomes_a_criminal_case(stage: Stage, today: Callable[..., None]) -> None:
    today("2026-02-13", "09:30")
    page = stage.desk("scjg_clerk")
    clue = find_out(page)
    case = name_officers(stage, page)

    today("2026-02-13", "16:00")
    report(stage, page)
    today("2026-02-14", "10:00")
    approve(stage, page, today)
    today("2026-02-14", "15:00")
    sign(stage, page, case, today)
    read_copy(stage, page)

    today("2026-02-15", "09:40")
    receive(stage, page)
    today("2026-02-17", "11:00")
    do_not_file(stage, page)
    today("2026-02-20", "16:00")
    object_to_it(stage, page)
    today("2026-02-23", "10:00")
    file_after_all(stage, page)

    today("2026-02-24", "09:00")
    hand_over_goods(stage, page, today)
    today("2026-02-24", "17:30")
    confirm_goods(stage, page)
    today("2026-02-25", "09:00")
    close_clue(stage, page, clue)


def find_out(page: Page) -> str:
    """The department finds it itself and handles it; the clue's address."""
    go(page, "线索与协作", "线索")
    page.get_by_role("link", name="登记线索").first.click()
    page.get_by_role("combobox", name="来源").select_option(label="检查发现")
    page.get_by_label("标题").fill(TITLE)
    page.get_by_label("内容").fill(
        "检查中发现作坊内存放工业松香，卤锅旁有使用记录，成品已销往集市。"
    )
    page.get_by_label("被反映对象").fill(SUSPECT)
    page.get_by_label("照片和材料").set_input_files(picture("作坊现场.jpg"))
    press(page, "登记")
    # 14, 24, 25 February.
    assert due(page) == "2026-02-25"
    take(page, "由本部门办理")
    # 14, 24 to 28 February, 2 to 6 and 9 to 12 March.
    assert due(page) == "2026-03-12"
    return page.url


def name_officers(stage: Stage, page: Page) -> str:
    """On the clue's page the hand-over begins with two officers."""
    stage.shot(page, "crime-clue")
    page.get_by_role("link", name="移送涉嫌犯罪案件").click()
    for officer in ("彭俊凯", "吕思敏"):
        page.get_by_role("checkbox", name=officer).check()
    stage.shot(page, "crime-begin")
    press(page, "指定专案组")
    expect(fact(page, "专案组")).to_have_text("彭俊凯、吕思敏")
    # 14, 24 to 28 February, 2 to 5 March.
    assert turn(page, DEPARTMENT, "专案组核实并报告") == "2026-03-05 23:59"
    return page.url


def report(stage: Stage, page: Page) -> None:
    """An officer attaches what there is and reports."""
    take_up(stage, page, "scjg_inspector1", "核实涉嫌犯罪案件", TITLE)
    attach(page, *DOCUMENTS[:2])
    open_act(page, "提出移送报告")
    page.get_by_label("涉嫌罪名").fill(OFFENCE)
    page.get_by_label("核实报告").fill(REPORT)
    page.get_by_label("移送前已作出的行政处罚").fill("查封作坊和库存，责令停止生产。")
    stage.shot(page, "crime-report")
    press(page, "报负责人审批")
    assert turn(page, DEPARTMENT, "负责人审批移送") == "2026-02-16 23:59"


def approve(stage: Stage, page: Page, today: Callable[..., None]) -> None:
    """The head approves within three days; the letter cannot go while documents are missing."""
    take_up(stage, page, "scjg_head", "负责人审批移送", TITLE)
    today("2026-02-14", "10:20")
    take(page, "批准移送")
    assert turn(page, DEPARTMENT, "移送公安机关") == "2026-02-15 10:20"
    page.get_by_role("button", name="签发移送书", exact=True).click()
    page.get_by_role("dialog", name="签发移送书").get_by_role("button", name="确认").click()
    expect(page.get_by_text(f"移送材料不齐，缺少：{'、'.join(DOCUMENTS[2:])}")).to_be_visible()
    stage.shot(page, "crime-missing")


def sign(stage: Stage, page: Page, case: str, today: Callable[..., None]) -> None:
    """The clerk adds what is missing, the head signs within 24 hours."""
    visit(stage, page, "scjg_clerk", case)
    attach(page, *DOCUMENTS[2:])
    listed = page.get_by_role("table", name="移送材料")
    for label in DOCUMENTS:
        expect(listed.get_by_role("row", name=label)).to_contain_text("已提交")
    take_up(stage, page, "scjg_head", "移送公安机关", TITLE)
    today("2026-02-14", "15:05")
    take(page, "签发移送书")
    assert turn(page, POLICE, "在回执上签字") == "2026-02-15 15:05"
    stage.shot(page, "crime-transferred")


def attach(page: Page, *labels: str) -> None:
    for label in labels:
        open_act(page, "上传移送材料")
        page.get_by_label("材料类别").select_option(label=label)
        page.get_by_label("文件").set_input_files(picture(f"{label}.jpg", label[:1]))
        press(page, "上传")


def read_copy(stage: Stage, page: Page) -> None:
    """The procuratorate got its copy: it reads the letter and sees the case."""
    take_up(stage, page, "jcy_clerk", "阅知", OFFENCE)
    sheet = page.get_by_role("heading", level=1)
    expect(sheet).to_contain_text(f"{SUSPECT}涉嫌{OFFENCE}案移送书")
    stage.shot(page, "crime-letter")
    take(page, "阅知")
    go(page, "线索与协作", "行刑衔接")
    page.get_by_role("link", name=TITLE).click()
    expect(page.get_by_role("row", name="移送书")).to_contain_text("邓海霞")
    expect(page.get_by_role("button")).not_to_contain_text(["决定立案"])


def receive(stage: Stage, page: Page) -> None:
    """The police sign the receipt; three days for their decision."""
    take_up(stage, page, "gaj_clerk", "在回执上签字", TITLE)
    take(page, "签收回执")
    assert turn(page, POLICE, "决定是否立案") == "2026-02-18 23:59"


def do_not_file(stage: Stage, page: Page) -> None:
    """The police do not file; the department has three days to object."""
    take_up(stage, page, "gaj_head", "决定是否立案", TITLE)
    stage.shot(page, "crime-at-police")
    take(page, "不予立案", UNCERTAIN)
    assert turn(page, DEPARTMENT, "提出异议或行政处理") == "2026-02-20 23:59"
    expect(fact(page, "公安机关决定")).to_contain_text(UNCERTAIN)


def object_to_it(stage: Stage, page: Page) -> None:
    """On the last day the department asks for a review."""
    take_up(stage, page, "scjg_head", "提出异议", TITLE)
    stage.shot(page, "crime-not-filed")
    take(page, "提请复议", OBJECTION)
    assert turn(page, POLICE, "作出复议决定") == "2026-02-23 23:59"


def file_after_all(stage: Stage, page: Page) -> None:
    """On review the police file; three days to hand over the goods."""
    take_up(stage, page, "gaj_head", "作出复议决定", TITLE)
    take(page, "决定立案", FILED)
    assert turn(page, DEPARTMENT, "移交涉案物品和材料") == "2026-02-26 23:59"


def hand_over_goods(stage: Stage, page: Page, today: Callable[..., None]) -> None:
    """The department hands goods and material over with a list."""
    take_up(stage, page, "scjg_clerk", "移交涉案物品", TITLE)
    open_act(page, "移交涉案物品")
    page.get_by_label("移交情况").fill("工业松香 15 公斤、卤制品 320 公斤、账册 2 本，交蒋永刚。")
    page.get_by_label("涉案物品移交清单").set_input_files(picture("移交清单.jpg"))
    today("2026-02-24", "09:10")
    press(page, "移交公安机关")
    assert turn(page, POLICE, "办结交接手续") == "2026-02-25 09:10"


def confirm_goods(stage: Stage, page: Page) -> None:
    """The police confirm: the hand-over is complete."""
    take_up(stage, page, "gaj_clerk", "办结交接手续", TITLE)
    take(page, "确认交接")
    expect(page.get_by_role("table", name="现在该谁办")).to_have_count(0)
    stage.shot(page, "crime-complete")


def close_clue(stage: Stage, page: Page, clue: str) -> None:
    """The outcome is seen on the clue, which ends with it."""
    visit(stage, page, "scjg_clerk", clue)
    expect(page.get_by_role("table", name="相关程序")).to_contain_text("已结束")
    course = page.get_by_role("complementary").last
    for told in ("移送公安局", "公安机关不予立案", "公安机关决定立案", "确认交接"):
        expect(course).to_contain_text(told)
    open_act(page, "拟办理答复")
    page.get_by_label("办理结果").select_option(label="已移送司法机关")
    page.get_by_label("答复内容").fill(ANSWER)
    press(page, "送负责人签发")
    visit(stage, page, "scjg_head", clue)
    take(page, "签发答复并办结")
    expect(fact(page, "办理结果")).to_contain_text("已移送司法机关")
    stage.shot(page, "crime-clue-closed")
