"""A letter to another county: sent, received there by its own people, answered, copies read.

Dates by hand, from the State Council's calendar of 2026. National Day: 28 to 30 September are
worked, 1 to 7 October is free, 8 to 10 October are worked (the 10th, a Saturday, in exchange),
then 12 to 16, 19 to 23 and 26 to 30. Spring Festival: Thursday the 12th of February, the 13th and
Saturday the 14th are worked, the 15th to the 23rd are free, the 24th to 28th (a Saturday) are
worked, in March 2 to 6, 9 to 13 and 16 to 20.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from docx import Document
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.browser.stage import Stage
from tests.browser.story.acts import go, take
from tests.stories.pages import choose, due, fact, picture, press, take_up

pytestmark = pytest.mark.browser

TITLE = "关于协助核查豫东冷链有限公司购销票据的函"
BODY = (
    "我局在检查中发现，辖区一家养老机构食堂使用的冻肉标称由你县豫东冷链有限公司供货。\n"
    "请协助核实该批货物的购销票据和检疫证明，并将结果函告我局。"
)
ANSWER = "经查，该公司九月未向你区供货，所附票据系伪造，已另案调查。"
RETURN = "供货单位名称与登记不符，请核实后再函。"
CORRECTED = "供货单位更正为豫东冷链物流有限公司。"


def test_a_letter_is_answered_in_another_county(
    stage: Stage, today: Callable[..., None], tmp_path: Path
) -> None:
    today("2026-09-28", "09:00")
    page = stage.desk("scjg_clerk")
    letter = write(stage, page)
    today("2026-09-28", "15:00")
    sign(stage, page)
    download(page, tmp_path)

    today("2026-09-30", "10:00")
    receive(stage, page)
    today("2026-10-08", "09:30")
    ask_for_more(stage, page, letter, today)
    today("2026-10-26", "09:00")
    answer(stage, page, letter)
    today("2026-10-26", "15:50")
    read_copies(stage, page, letter, today)


def test_a_letter_is_returned_once_over_spring_festival(
    stage: Stage, today: Callable[..., None]
) -> None:
    today("2026-02-12", "09:00")
    page = stage.desk("scjg_clerk")
    letter = write(stage, page)
    sign(stage, page, until="2026-02-14")
    today("2026-02-14", "10:00")
    take_up(stage, page, "xh_scjg_head", "签收", TITLE)
    take(page, "退回来函", RETURN)

    today("2026-02-24", "09:00")
    stage.act_as(page, "scjg_clerk")
    page.goto(letter)
    expect(page.get_by_text("对方已退回")).to_be_visible()
    expect(page.get_by_text(RETURN).first).to_be_visible()
    # Two working days from the 14th: 24, 25 February.
    assert clock(page) == "2026-02-25"
    stage.shot(page, "letter-returned")
    page.get_by_role("link", name="修改", exact=True).click()
    page.get_by_label("正文").fill(f"{BODY}\n{CORRECTED}")
    press(page, "保存草稿")
    take(page, "送负责人签发")
    today("2026-02-25", "09:00")
    take_up(stage, page, "scjg_head", "签发", TITLE)
    take(page, "签发")
    # 26, 27 February.
    assert clock(page) == "2026-02-27"

    today("2026-02-27", "09:00")
    take_up(stage, page, "xh_scjg_head", "签收", TITLE)
    expect(page.get_by_text(CORRECTED)).to_be_visible()
    expect(page.get_by_role("button", name="退回来函")).to_have_count(0)
    take(page, "签收")
    # Saturday the 28th; 2 to 6, 9 to 13, 16 to 19 March.
    assert clock(page) == "2026-03-19"
    stage.shot(page, "letter-second-time")


def write(stage: Stage, page: Page) -> str:
    """The clerk writes to the neighbour county's department; the address of the letter."""
    go(page, "线索与协作", "函件")
    page.get_by_role("link", name="拟函").first.click()
    page.get_by_role("row", name="跨区域协作函").get_by_role("link", name="拟稿").click()
    choose(page.get_by_label("收函部门"), "西华县 · 县市场监督管理局")
    page.get_by_label("标题").fill(TITLE)
    page.get_by_label("正文").fill(BODY)
    page.get_by_label("其他材料").set_input_files(picture("冻肉标签.jpg"))
    stage.shot(page, "letter-form")
    press(page, "保存草稿")
    take(page, "送负责人签发")
    return page.url


def sign(stage: Stage, page: Page, until: str = "2026-09-30") -> None:
    """The head signs; until then nothing has left. Two working days to receive: 29 and 30
    September, or the 13th and Saturday the 14th of February."""
    take_up(stage, page, "scjg_head", "签发", TITLE)
    take(page, "签发")
    assert clock(page) == until
    stage.shot(page, "letter-sent")


def download(page: Page, folder: Path) -> None:
    """The letter as departments know it, with the words that the page shows."""
    number = page.locator(".letter-line").inner_text().strip()
    assert re.search(r"区〔2026〕\d+号$", number)
    words = (
        "周口市淮阳区市场监督管理局",
        number,
        TITLE,
        "西华县市场监督管理局：",
        *BODY.splitlines(),
        "2026年9月28日",
    )
    for form, read in (("PDF", of_pdf), ("Word", of_word)):
        with page.expect_download() as download:
            page.get_by_role("link", name=form, exact=True).click()
        file = folder / download.value.suggested_filename
        download.value.save_as(file)
        text = read(file)
        assert [each for each in words if each not in text] == [], file.name


def receive(stage: Stage, page: Page) -> None:
    take_up(stage, page, "xh_scjg_clerk", "签收", TITLE)
    expect(page.get_by_label("函件正文")).to_contain_text("购销票据和检疫证明")
    take(page, "签收")
    # 8, 9, 10; 12 to 16; 19 to 23; 26, 27 October.
    assert clock(page) == "2026-10-27"
    stage.shot(page, "letter-received")


def ask_for_more(stage: Stage, page: Page, letter: str, today: Callable[..., None]) -> None:
    """While the sender supplements, the clock of the answer stands still."""
    stage.act_as(page, "xh_scjg_clerk")
    page.goto(letter)
    take(page, "要求补充材料", "请补充票据照片。")
    today("2026-10-09", "09:30")
    take_up(stage, page, "scjg_clerk", "补充材料", TITLE)
    # 9, 10 and 12 October.
    assert due(page, page.locator("dd", has_text="剩")) == "2026-10-12"
    page.get_by_role("link", name="提交补充材料").click()
    page.get_by_label("补充说明").fill("票据照片见附件。")
    page.locator("input[type=file]").set_input_files(picture("票据.jpg"))
    press(page, "提交补充材料")
    # 8 and 9 October did not count: 28 and 29 October follow the 27th.
    assert clock(page) == "2026-10-29"


def answer(stage: Stage, page: Page, letter: str) -> None:
    """Drafted by the clerk there, signed by the head there."""
    stage.act_as(page, "xh_scjg_clerk")
    page.goto(letter)
    page.get_by_role("link", name="拟答复").click()
    page.get_by_label("已协助", exact=True).check()
    page.get_by_label("答复内容").fill(ANSWER)
    stage.shot(page, "letter-answer")
    press(page, "送负责人签发")
    take_up(stage, page, "xh_scjg_head", "答复", TITLE)
    take(page, "签发答复")
    stage.act_as(page, "scjg_clerk")
    page.goto(letter)
    expect(page.locator(".letter-answer")).to_contain_text(ANSWER)
    expect(fact(page, "结论")).to_have_text("已协助")


def read_copies(stage: Stage, page: Page, letter: str, today: Callable[..., None]) -> None:
    """The coordination offices got copies."""
    take_up(stage, page, "xh_xzsp_clerk", "阅知抄送函件", TITLE)
    today("2026-10-26", "16:00")
    take(page, "阅知")
    stage.act_as(page, "scjg_clerk")
    page.goto(letter)
    expect(page.locator(".letter-receipts")).to_contain_text("施雨桐 10-26 16:00 阅知")
    stage.shot(page, "letter-answered")


def clock(page: Page) -> str:
    """When the clock of the letter ends."""
    return due(page, fact(page, "期限"))


def of_pdf(file: Path) -> str:
    return re.sub(r"\s", "", "".join(each.extract_text() for each in PdfReader(file).pages))


def of_word(file: Path) -> str:
    document = Document(str(file))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    texts = [paragraph.text for paragraph in document.paragraphs] + cells
    return re.sub(r"\s", "", "".join(texts))
