"""A clue that concerns three departments: one verification, one visit, one conclusion, one fine.

Dates by hand, from the State Council's calendar of 2026: 28 to 30 September are worked, 1 to 7
October is National Day, 8 and 9 October are worked, Saturday the 10th is worked in exchange, 12
to 16, 19 to 23 and 26 to 30 October are worked. From 2026-09-28, 5 working days end on 2026-10-10
and 20 on 10-30.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from departments.models import Region
from inspections.models import JointTask
from inspections.tests.visit_samples import make_story
from tests.browser.stage import Stage
from tests.browser.story.acts import go, take
from tests.stories.pages import choose, due, fact, open_act, picture, press, take_up

pytestmark = pytest.mark.browser

TITLE = "养老院食堂使用过期食材、疏散通道堆物、护理人员不足"
CONTENT = (
    "家属反映：养老院食堂冻肉过期半年仍在使用；二楼疏散通道堆满杂物；"
    "夜间整层只有一名护理员。望有关部门一并查处。"
)
PURPOSE = "请按各自职责核实家属反映的三个问题，十月中旬前报送情况。"
PARTS = {
    "scjg": (
        "区市场监督管理局",
        "食堂食材的来源、保质期和贮存。",
        "发现过期冻肉 12 公斤，已封存。",
    ),
    "xfdd": ("区消防救援大队", "疏散通道和消防设施。", "二楼疏散通道堆物属实，已当场清理。"),
    "mzj": ("区民政局", "护理人员配备和排班。", "夜间护理人员少于规定，已责令补足。"),
}
CONCLUSION = "三个问题均属实：过期食材依法罚款，通道已清理，护理人员限期补足。"
ACT = "使用超过保质期的食品原料"
FINE = "淮市监罚〔2026〕31号"


@pytest.fixture
def task(county: Region, today: Callable[..., None], transactional_db: None) -> JointTask:
    """A joint inspection of a nursing home, drawn before the clue came in and led by civil
    affairs: the visit that takes place anyway."""
    today("2026-09-28", "08:30")
    story = make_story(county, codes=("MZJ", "WJW"))
    return story.dispatch(dt.date(2026, 10, 9))[0]


def test_three_departments_verify_together(
    stage: Stage, today: Callable[..., None], task: JointTask
) -> None:
    today("2026-09-28", "09:10")
    page = stage.desk("scjg_clerk")
    clue = register(page, task.subject.name)
    see_what_is_planned(stage, page, task)
    joint = plan(stage, page)
    accept(stage, page)
    join_the_visit(stage, page, clue, task)

    today("2026-10-10", "10:00")
    report(stage, page)
    today("2026-10-12", "09:30")
    conclude(stage, page, joint)

    today("2026-10-14", "09:00")
    fine(stage, page, clue)
    stop_the_second_fine(stage, page, task.subject.name)
    today("2026-10-16", "16:00")
    answer(stage, page, clue)


def register(page: Page, subject: str) -> str:
    """The desk links the clue to the nursing home on file and handles it itself."""
    go(page, "线索与协作", "线索")
    page.get_by_role("link", name="登记线索").first.click()
    page.get_by_role("combobox", name="来源").select_option(label="来访来电")
    page.get_by_label("标题").fill(TITLE)
    page.get_by_label("内容").fill(CONTENT)
    page.get_by_label("照片和材料").set_input_files(picture("家属拍摄.jpg"))
    page.get_by_label("被反映对象").press_sequentially(subject)
    page.get_by_role("radio", name=subject).check()
    page.get_by_label("姓名").fill("何秀兰")
    page.get_by_label("联系电话").fill("13800001234")
    press(page, "登记")
    take(page, "由本部门办理")
    # 29, 30 September; 8, 9, 10; 12 to 16; 19 to 23 October.
    assert due(page) == "2026-10-23"
    return page.url


def see_what_is_planned(stage: Stage, page: Page, task: JointTask) -> None:
    """Before anybody goes there, the page says that somebody goes there anyway."""
    planned = page.get_by_role("table", name="该对象未完成的联合检查")
    expect(planned).to_contain_text(task.code)
    expect(planned).to_contain_text("2026-10-09")
    expect(page.get_by_role("link", name="并入已有任务")).to_be_visible()
    stage.shot(page, "clue-before-visit")


def plan(stage: Stage, page: Page) -> str:
    """The lead department gives each its part; its head opens the verification."""
    page.get_by_role("link", name="发起联合核查").click()
    page.get_by_label("核查要求").fill(PURPOSE)
    for number, (department, task, _) in enumerate(PARTS.values()):
        choose(page.get_by_label("部门", exact=True).nth(number), department)
        page.get_by_label("期限（工作日）").nth(number).fill("5")
        page.get_by_label("核查内容").nth(number).fill(task)
    stage.shot(page, "joint-plan")
    press(page, "送负责人签发")
    take_up(stage, page, "scjg_head", "签发联合核查通知")
    take(page, "签发并发起核查")
    # 29, 30 September; 8, 9, 10; 12 to 16; 19 to 23; 26 to 30 October.
    assert standing(page, "组织完成联合核查") == "2026-10-30"
    stage.shot(page, "joint-opened")
    return page.url


def accept(stage: Stage, page: Page) -> None:
    """The other two take their parts; the lead has its own already."""
    for name in ("xfdd", "mzj"):
        department, task, _ = PARTS[name]
        take_up(stage, page, f"{name}_clerk", "接收核查分工")
        expect(page.get_by_text(task)).to_be_visible()
        take(page, "接收分工")
        part = page.locator("section", has=page.get_by_role("heading", name=department))
        # 29, 30 September; 8, 9, 10 October.
        assert due(page, part) == "2026-10-10"


def join_the_visit(stage: Stage, page: Page, clue: str, task: JointTask) -> None:
    """One visit instead of two: asked under the head's signature, agreed by the visit's lead."""
    stage.act_as(page, "scjg_clerk")
    page.goto(clue)
    page.get_by_role("link", name="并入已有任务").click()
    page.get_by_role("radio", name=task.code).check()
    page.get_by_label("希望一并核查的内容").fill("一并查看食堂冷库和食材台账。")
    press(page, "提出并入")
    take_up(stage, page, "scjg_head", "签发并入检查的请求")
    take(page, "签发请求")
    take_up(stage, page, "mzj_head", "答复并入检查的请求")
    # 29, 30 September.
    assert standing(page, "答复并入检查的请求") == "2026-09-30"
    take(page, "同意并入")
    stage.shot(page, "visit-agreed")
    stage.act_as(page, "scjg_clerk")
    page.goto(clue)
    expect(page.get_by_role("table", name="本线索的检查")).to_contain_text("已并入")
    expect(page.get_by_role("link", name="并入已有任务")).to_have_count(0)


def report(stage: Stage, page: Page) -> None:
    """Each department writes what it found; its head signs."""
    for name, (_, _, finding) in PARTS.items():
        take_up(stage, page, f"{name}_clerk", "核查并报送情况")
        page.get_by_role("link", name="报送核查情况").click()
        page.get_by_label("核查情况").fill(finding)
        page.get_by_label("核查材料").set_input_files(picture("核查照片.jpg"))
        press(page, "送负责人签发")
        take_up(stage, page, f"{name}_head", "签发核查情况")
        take(page, "签发核查情况")


def conclude(stage: Stage, page: Page, joint: str) -> None:
    """One conclusion of all findings, signed by the head of the lead department."""
    stage.act_as(page, "scjg_clerk")
    page.goto(joint)
    # The last finding came on Saturday the 10th: 12, 13, 14 October.
    assert standing(page, "拟定联合核查结论") == "2026-10-14"
    page.get_by_role("link", name="拟核查结论").click()
    for _, _, finding in PARTS.values():
        expect(page.get_by_text(finding)).to_be_visible()
    page.get_by_label("核查结论").fill(CONCLUSION)
    stage.shot(page, "joint-conclude")
    press(page, "送负责人签发")
    take_up(stage, page, "scjg_head", "签发联合核查结论")
    take(page, "签发结论")
    stage.shot(page, "joint-concluded")
    stage.act_as(page, "xfdd_clerk")
    page.goto(joint)
    expect(page.get_by_text(CONCLUSION)).to_be_visible()


def fine(stage: Stage, page: Page, clue: str) -> None:
    stage.act_as(page, "scjg_clerk")
    page.goto(clue)
    page.get_by_role("link", name="登记处罚").click()
    fill_fine(page, FINE)
    press(page, "送负责人签发")
    take_up(stage, page, "scjg_head", "签发处罚记录")
    take(page, "签发")
    stage.shot(page, "penalty")


def stop_the_second_fine(stage: Stage, page: Page, subject: str) -> None:
    """Civil affairs would fine the same act: it is told by whom and when it was fined."""
    stage.act_as(page, "mzj_clerk")
    go(page, "线索与协作", "行政处罚")
    page.get_by_role("link", name="登记处罚").first.click()
    page.get_by_label("当事人").press_sequentially(subject)
    page.get_by_role("radio", name=subject).check()
    fill_fine(page, "淮民罚〔2026〕2号")
    page.get_by_role("button", name="送负责人签发").click()
    told = page.get_by_text("不得再次罚款").first
    expect(told).to_contain_text("2026-10-13")
    expect(told).to_contain_text(f"区市场监督管理局以{FINE}罚款（5,000.00 元）")
    stage.shot(page, "penalty-second")


def standing(page: Page, waits: str) -> str:
    """When the clock of the procedure's present stop ends."""
    return due(page, page.locator("main .notice", has_text=waits))


def fill_fine(page: Page, number: str) -> None:
    page.get_by_label("违法行为（不在检查事项内的）").fill(ACT)
    page.get_by_label("违法行为开始日期").fill("2026-09-20")
    page.get_by_label("违法行为终了日期").fill("2026-10-09")
    page.get_by_label("决定书文号").fill(number)
    page.get_by_label("决定日期").fill("2026-10-13")
    page.get_by_label("处罚种类").select_option(label="罚款")
    page.get_by_label("罚款金额（元）").fill("5000")


def answer(stage: Stage, page: Page, clue: str) -> None:
    stage.act_as(page, "scjg_clerk")
    page.goto(clue)
    open_act(page, "拟办理答复")
    page.get_by_label("办理结果").select_option(label="已行政处罚")
    page.get_by_label("答复内容").fill(CONCLUSION)
    press(page, "送负责人签发")
    take_up(stage, page, "scjg_head", "办理并答复", TITLE)
    take(page, "签发答复并办结")
    expect(page.locator("#complainant")).to_contain_text(CONCLUSION)
    expect(fact(page, "办理结果")).to_have_text("已行政处罚")
    stage.shot(page, "clue-three-closed")
