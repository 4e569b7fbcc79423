from __future__ import annotations

import datetime as dt
import io
import re

import pytest
from docx import Document
from pypdf import PdfReader

from clues.paper import Heading, Paper, Table, to_docx, to_pdf

SENTENCE = "经核查，该单位未取得食品经营许可从事餐饮服务活动，现将有关情况函告贵局。"


def letter(**changes: object) -> Paper:
    parts: dict[str, object] = {
        "issuer": "周口市淮阳区市场监督管理局",
        "number": "市场监管局移〔2026〕12号",
        "secrecy": "",
        "title": "关于移送某养老服务中心线索的函",
        "addressees": ("周口市淮阳区民政局",),
        "body": (SENTENCE, Heading("一、有关材料"), "请于10个工作日内函复。"),
        "attachments": ("现场照片", "询问笔录"),
        "signers": ("周口市淮阳区市场监督管理局",),
        "date": dt.date(2026, 9, 3),
        "copies": ("周口市淮阳区司法局", "周口市淮阳区人民检察院"),
    }
    return Paper(**(parts | changes))  # type: ignore[arg-type]


def pages_of(content: bytes) -> list[str]:
    reader = PdfReader(io.BytesIO(content))
    return [re.sub(r"\s", "", page.extract_text()) for page in reader.pages]


def words_of(content: bytes) -> str:
    document = Document(io.BytesIO(content))
    texts = [paragraph.text for paragraph in document.paragraphs]
    for table in document.tables:
        texts += [cell.text for row in table.rows for cell in row.cells]
    return "\n".join(texts)


PARTS = (
    "周口市淮阳区市场监督管理局",
    "市场监管局移〔2026〕12号",
    "关于移送某养老服务中心线索的函",
    "周口市淮阳区民政局：",
    SENTENCE,
    "一、有关材料",
    "请于10个工作日内函复。",
    "附件：1.现场照片",
    "2.询问笔录",
    "加盖公章处",
    "2026年9月3日",
    "抄送：周口市淮阳区司法局，周口市淮阳区人民检察院。",
)


def test_pdf_carries_every_part_in_the_order_of_the_standard() -> None:
    (page,) = pages_of(to_pdf(letter()))
    found = [page.find(part) for part in PARTS[1:9]]
    assert -1 not in found
    assert found == sorted(found)
    assert all(part in page for part in PARTS)


def test_word_carries_the_same_words() -> None:
    text = re.sub(r"[ \t]", "", words_of(to_docx(letter())))
    assert all(part in text for part in PARTS)


def test_word_names_the_typefaces_of_the_standard_for_chinese() -> None:
    document = Document(io.BytesIO(to_docx(letter())))
    fonts = document.styles["公文正文"].element.rPr.rFonts
    name = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}eastAsia"
    assert fonts.get(name) == "仿宋_GB2312"


def test_long_text_goes_on_over_pages_without_loss() -> None:
    body = tuple(f"第{n}段。{SENTENCE * 4}" for n in range(1, 31))
    pages = pages_of(to_pdf(letter(body=body)))
    assert len(pages) > 5
    assert "—1—" not in pages[0]
    assert pages[1].endswith("—2—") or "—2—" in pages[1]
    text = "".join(re.sub(r"—\d+—", "", page) for page in pages)
    assert all(paragraph in text for paragraph in body)


COPIES = ("周口市淮阳区司法局", "周口市淮阳区人民检察院")


@pytest.mark.parametrize(
    ("count", "copies"),
    [*((count, ()) for count in range(9, 15)), *((count, COPIES) for count in range(7, 12))],
)
def test_no_page_holds_only_signature_or_copies(count: int, copies: tuple[str, ...]) -> None:
    """Whatever the length, two lines of the text stand on the page with the date, and whoever
    gets a copy is named there."""
    body = (*(f"第{n}项材料。" for n in range(1, count)), "以上情况属实。", "特此函达。")
    pages = pages_of(to_pdf(letter(body=body, attachments=(), copies=copies)))
    assert "以上情况属实。特此函达。" in pages[-1]
    assert "2026年9月3日" in pages[-1]
    assert ("抄送：" in pages[-1]) == bool(copies)


def test_the_end_of_the_text_goes_with_the_signature_in_word_too() -> None:
    paragraphs = Document(io.BytesIO(to_docx(letter()))).paragraphs
    texts = [paragraph.text for paragraph in paragraphs]
    last = texts.index("请于10个工作日内函复。")
    date = texts.index("2026年9月3日")
    assert all(each.paragraph_format.keep_with_next for each in paragraphs[last:date])


def test_table_repeats_its_heading_and_keeps_every_cell() -> None:
    rows = tuple((str(n), f"物品{n}号", "说明" * (400 if n == 7 else 3)) for n in range(1, 60))
    paper = letter(issuer="", body=(Table(("序号", "名称", "备注"), rows, (1, 3, 5)),))
    pages = pages_of(to_pdf(paper))
    with_rows = [page for page in pages if "说明" in page]
    assert len(with_rows) > 2
    assert all("序号名称备注" in page for page in with_rows)
    text = "".join(pages)
    assert all(f"物品{n}号" in text for n in range(1, 60))
    assert text.count("说明") == 400 + 58 * 3
    words = words_of(to_docx(paper))
    assert all(f"物品{n}号" in words for n in range(1, 60))


ODD = "<script>alert(1)</script>&lt;{{ x }}{% y %}=1+1\x01\u202e𠮷㐂"


def test_odd_characters_are_harmless_and_none_vanishes() -> None:
    paper = letter(title=ODD, body=(ODD,), issuer=ODD, addressees=(ODD,), copies=(ODD,))
    page = "".join(pages_of(to_pdf(paper)))
    for part in ("<script>alert(1)</script>&lt;", "{{x}}{%y%}=1+1", "U+0001", "U+202E"):
        assert part in page
    assert "𠮷" in page or "U+20BB7" in page
    words = words_of(to_docx(paper))
    assert "<script>alert(1)</script>&lt;{{ x }}{% y %}=1+1〔U+0001〕〔U+202E〕𠮷㐂" in words


def test_paper_without_red_head_begins_with_its_title() -> None:
    paper = Paper(title="预警报告", body=("某区某行业投诉集中。",), secrecy="内部保密")
    (page,) = pages_of(to_pdf(paper))
    assert page == "内部保密预警报告某区某行业投诉集中。"
    assert words_of(to_docx(paper)).split() == ["内部保密", "预警报告", "某区某行业投诉集中。"]


def test_one_attachment_has_no_number() -> None:
    (page,) = pages_of(to_pdf(letter(attachments=("现场照片",))))
    assert "附件：现场照片" in page


def test_tables_refuse_ragged_rows() -> None:
    with pytest.raises(ValueError, match="cells"):
        Table(("甲", "乙"), (("1",),))
