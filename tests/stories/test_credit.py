"""The credit group changes an indicator, tries it, has it put in force, and the next draw visits
other subjects: problems found at checks count for more, so that who has them is drawn at 30 %
instead of 3 %.

By hand: two problems found are two of the two at which the line is used up, all its 40 points;
60 points are grade C (50 to under 70). Twelve subjects at 30 % are 3.6, so four are drawn.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from credit.models import Stale, Subject
from credit.rules import default_set
from credit.services import evaluations, events, indicators
from credit.services.events import Told
from credit.tasks import evaluate_unfinished
from departments.actors import actor_for
from departments.models import Region, User
from inspections.models import PlanItem
from inspections.tests.draw_world import department, fill_directories, plan_item
from records import clock
from records.actor import SYSTEM
from records.periods import day_after
from tests.browser.stage import Stage
from tests.browser.story.acts import go, take
from tests.stories.pages import press, take_up

pytestmark = pytest.mark.browser

FOUND_AT = 12
WEIGHTS = {
    "行政处罚金额": ("1.00", None),
    "行政处罚次数": ("1.00", None),
    "责令停产停业等较重处罚": ("3.00", None),
    "检查发现问题": ("40.00", "2"),
}
"""What is typed: weights that still sum to a hundred points, and where the line is used up."""


@pytest.fixture
def item(county: Region, transactional_db: None) -> Iterator[PlanItem]:
    """A published plan item that leaves the ratios to the grades; everyone is judged by the first
    set and is A, though twelve had two problems each found at checks."""
    fill_directories(county, 200)
    Subject.objects.exclude(status="open").delete()
    filed_with = department("MZJ")
    found = plan_item(county, ratios={}, draw_level=PlanItem.Level.SYSTEM, filed_with=filed_with)
    found.parties.all().delete()
    day = day_after(clock.today(), -30)
    pks = Subject.objects.order_by("pk").values_list("pk", flat=True)
    facts = [
        Told(pk, "finding", day, "发现问题已责令改正", "检查台账", f"{pk}-{n}")
        for pk in pks[:FOUND_AT]
        for n in (1, 2)
    ]
    events.tell(SYSTEM, facts)
    clerk, head = (actor_for(User.objects.get(username=f"fgw_{who}")) for who in ("clerk", "head"))
    made = indicators.draft(clerk, None, default_set.NAME, "首次编制", proposal=True)
    indicators.submit(clerk, made.pk)
    indicators.enforce(head, made.pk)
    evaluations.go_on(made.evaluations.get().pk)
    Stale.objects.all().delete()
    return found


def test_a_changed_indicator_changes_who_is_drawn(stage: Stage, item: PlanItem) -> None:
    page = stage.desk("mzj_clerk")
    assert simulated(page, item) == {"A": ("3%", FOUND_AT + others())}
    change(stage, page)
    try_out(stage, page)
    put_in_force(stage, page)
    read_the_subject(stage, page)
    stage.act_as(page, "mzj_clerk")
    assert simulated(page, item) == {"A": ("3%", others()), "C": ("30%", FOUND_AT)}
    stage.shot(page, "credit-plan-item-simulated")
    draw(stage, page)


def others() -> int:
    """Those about whom nothing is known."""
    return Subject.objects.count() - FOUND_AT


def simulated(page: Page, item: PlanItem) -> dict[str, tuple[str, int]]:
    """What the page of the plan item says of each grade in the directory: its ratio and number."""
    page.goto(item.get_absolute_url())
    table = page.get_by_role("table", name="按等级试算")
    expect(table).to_be_visible()
    said = {}
    for row in table.get_by_role("row").all()[1:]:
        cells = [cell.inner_text() for cell in row.get_by_role("cell").all()]
        if int(cells[0]):
            said[row.get_by_role("rowheader").inner_text()[0]] = cells[4], int(cells[0])
    return said


def change(stage: Stage, page: Page) -> None:
    """The clerk of the credit group writes a new version."""
    stage.act_as(page, "fgw_clerk")
    go(page, "对象与信用", "信用评价指标")
    page.get_by_role("link", name="编制指标").click()
    page.get_by_label("编制或修订理由").fill("检查发现的问题应当更多地影响等级")
    press(page, "建立草稿")
    for name, (weight, full_at) in WEIGHTS.items():
        row = page.locator("tr[data-line]").filter(has=page.locator(f"input[value='{name}']"))
        row.get_by_label("权重（分）").fill(weight)
        if full_at:
            row.get_by_label("扣完（加满）的数值").fill(full_at)
    expect(page.get_by_role("status").filter(has_text="权重之和")).to_contain_text("100.00")
    press(page, "保存草稿")
    expect(page.get_by_text("与上一版相比 5 处不同")).to_be_visible()


def try_out(stage: Stage, page: Page) -> None:
    """What the new version would do to everyone, before anybody is touched."""
    take(page, "试算")
    expect(page.get_by_text("这是试算")).to_be_visible()
    worker(page)
    moved = grade_row(page, "C 级")
    expect(moved.get_by_role("link", name=str(FOUND_AT), exact=True)).to_have_count(2)
    stage.shot(page, "credit-trial")
    assert not Subject.objects.exclude(grade="A").exists()
    go(page, "对象与信用", "信用评价指标")
    page.get_by_role("link", name="编制中").click()
    page.get_by_role("rowheader").get_by_role("link").click()
    take(page, "送负责人签发")


def put_in_force(stage: Stage, page: Page) -> None:
    """The head of the credit group puts it in force; everyone is judged anew."""
    take_up(stage, page, "fgw_head", "批准信用评价指标生效")
    take(page, "批准生效")
    page.get_by_role("table", name="试算与评价").get_by_role("link", name="专项评价").click()
    worker(page)
    expect(grade_row(page, "C 级").get_by_role("cell").first).to_have_text(str(FOUND_AT))
    stage.shot(page, "credit-in-force")


def grade_row(page: Page, grade: str) -> Locator:
    """The row of a grade in the outcome of a run."""
    header = page.get_by_role("rowheader", name=grade, exact=True)
    return page.get_by_role("table", name="等级分布与变化").get_by_role("row").filter(has=header)


def worker(page: Page) -> None:
    """A worker does what the page waits for, and the page says so by itself."""
    evaluate_unfinished()
    page.get_by_role("link", name="查看结果").click()
    expect(page.get_by_role("table", name="等级分布与变化")).to_be_visible()


def read_the_subject(stage: Stage, page: Page) -> None:
    """One of those concerned reads C, with the reason."""
    page.get_by_role("link", name="逐户结果", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="逐户结果")).to_be_visible()
    page.goto(f"{page.url}?grade=C")
    page.get_by_role("table", name="逐户结果").get_by_role("rowheader").first.get_by_role(
        "link"
    ).click()
    expect(page.locator(".portrait-grade")).to_contain_text("较高风险")
    expect(page.locator("#credit")).to_contain_text("检查发现问题")


def draw(stage: Stage, page: Page) -> None:
    """The plan's department draws: four of the twelve are visited."""
    page.get_by_role("link", name="启动抽取").click()
    page.get_by_role("button", name="公告抽取").click()
    take(page, "冻结名单")
    expect(page.get_by_role("heading", name="抽中对象")).to_be_visible()
    drawn = PlanItem.objects.get().draws.get().selected.filter(is_reserve=False)
    assert drawn.filter(stratum="C").count() == 4
    stage.shot(page, "credit-draw")
