"""Papers as Word files to be edited and printed by the department, in its own typefaces."""

from __future__ import annotations

import io

from docx import Document
from docx.document import Document as DocumentType
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import _Row as TableRow
from docx.text.paragraph import Paragraph

from clues.paper.model import Heading, Paper, Table
from clues.paper.text import printable

_FANGSONG, _XIAOBIAOSONG, _HEITI, _KAITI = "仿宋_GB2312", "方正小标宋简体", "黑体", "楷体_GB2312"
_RED = RGBColor(214, 0, 0)
_BODY, _TITLE, _FOOT, _CELL = Pt(16), Pt(22), Pt(14), Pt(12)
_LINE = Pt(29)
_CENTRE, _RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT


def to_docx(paper: Paper) -> bytes:
    """The paper as a Word file. What is typed in it stays text: nothing in it can be a field, a
    formula or markup."""
    document = Document()
    _set_up(document, paper)
    if paper.issuer:
        _letterhead(document, paper)
    elif paper.secrecy:
        _add(document, "公文正文", paper.secrecy, indent=0)
    _add(document, "公文标题", paper.title)
    if paper.number and not paper.issuer:
        _add(document, "公文正文", paper.number, indent=0, align=_CENTRE)
    if paper.addressees:
        _add(document, "公文正文", "、".join(paper.addressees) + "：", indent=0)
    for block in paper.blocks():
        if isinstance(block, Table):
            _table(document, block)
        elif isinstance(block, Heading):
            _add(document, "公文一级标题" if block.level == 1 else "公文二级标题", block.text)
        else:
            _add(document, "公文正文", block)
    _closing(document, paper)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _set_up(document: DocumentType, paper: Paper) -> None:
    """Page (5.2.1), styles with their typeface for Chinese, properties, page numbers."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.different_first_page_header_footer = bool(paper.issuer)
    _page_number(section.footer.paragraphs[0])
    core = document.core_properties
    core.title, core.author = printable(paper.title)[:255], printable(paper.issuer)[:255]
    core.language = "zh-CN"
    _style(document, "公文正文", _FANGSONG, _BODY, indent=2)
    _style(document, "公文标题", _XIAOBIAOSONG, _TITLE, align=_CENTRE)
    _style(document, "公文一级标题", _HEITI, _BODY, indent=2, keep=True)
    _style(document, "公文二级标题", _KAITI, _BODY, indent=2, keep=True)
    _style(document, "公文表格", _FANGSONG, _CELL)
    _style(document, "公文抄送", _FANGSONG, _FOOT)
    _style(document, "发函机关标志", _XIAOBIAOSONG, Pt(34), align=_CENTRE, colour=_RED)


def _style(
    document: DocumentType,
    name: str,
    typeface: str,
    size: Length,
    *,
    indent: int = 0,
    align: WD_ALIGN_PARAGRAPH | None = None,
    keep: bool = False,
    colour: RGBColor | None = None,
) -> None:
    """Add a style. Word takes the typeface of Chinese from w:eastAsia only."""
    style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    assert isinstance(style, ParagraphStyle)
    style.font.name = "Times New Roman"
    style.font.size = size
    style.font.color.rgb = colour or RGBColor(0, 0, 0)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), typeface)
    form = style.paragraph_format
    form.space_before = form.space_after = Pt(0)
    form.alignment = align
    form.keep_with_next = keep
    if size <= _BODY:
        form.line_spacing_rule = WD_LINE_SPACING.EXACTLY
        form.line_spacing = _LINE if size == _BODY else Pt(22)
    form.first_line_indent = Length(indent * size)


def _add(
    document: DocumentType,
    style: str,
    text: str,
    *,
    indent: int | None = None,
    align: WD_ALIGN_PARAGRAPH | None = None,
) -> Paragraph:
    """A paragraph of a style; ``indent`` in characters of the body replaces that of the style."""
    paragraph = document.add_paragraph(printable(text), style=style)
    if indent is not None:
        paragraph.paragraph_format.first_line_indent = Length(indent * _BODY)
    if align is not None:
        paragraph.alignment = align
    return paragraph


def _letterhead(document: DocumentType, paper: Paper) -> None:
    head = _add(document, "发函机关标志", paper.issuer)
    _red_rule(head)
    line = _add(document, "公文正文", paper.secrecy, indent=0)
    line.paragraph_format.tab_stops.add_tab_stop(Mm(156), WD_TAB_ALIGNMENT.RIGHT)
    line.add_run("\t" + printable(paper.number))
    line.paragraph_format.space_before = Pt(14)
    line.paragraph_format.space_after = Pt(58)


def _red_rule(paragraph: Paragraph) -> None:
    """The red double rule under the red head, the thick line above the thin one (10.1)."""
    borders = OxmlElement("w:pBdr")
    bottom = OxmlElement("w:bottom")
    for name, value in (("val", "thickThinSmallGap"), ("sz", "24"), ("space", "6")):
        bottom.set(qn(f"w:{name}"), value)
    bottom.set(qn("w:color"), "D60000")
    borders.append(bottom)
    paragraph._p.get_or_add_pPr().append(borders)


def _page_number(paragraph: Paragraph) -> None:
    """— 2 — in the foot of the pages after a letter's first."""
    paragraph.alignment = _CENTRE
    for text, field in (("— ", False), ("PAGE", True), (" —", False)):
        run = paragraph.add_run("" if field else text)
        run.font.size = _FOOT
        if not field:
            continue
        for kind in ("begin", "", "end"):
            if kind:
                mark = OxmlElement("w:fldChar")
                mark.set(qn("w:fldCharType"), kind)
            else:
                mark = OxmlElement("w:instrText")
                mark.text = text
            run._r.append(mark)


def _table(document: DocumentType, table: Table) -> None:
    if table.caption:
        caption = _add(document, "公文表格", table.caption, align=_CENTRE)
        caption.paragraph_format.keep_with_next = True
    grid = document.add_table(rows=0, cols=len(table.header), style="Table Grid")
    grid.alignment = WD_TABLE_ALIGNMENT.CENTER
    grid.autofit = False
    for index, cells in enumerate((table.header, *table.rows)):
        row = grid.add_row()
        for cell, text, share in zip(row.cells, cells, table.shares, strict=True):
            cell.width = Mm(round(156 * share))
            paragraph = cell.paragraphs[0]
            paragraph.style = document.styles["公文表格"]
            paragraph.add_run(printable(text)).bold = index == 0
            if index == 0:
                paragraph.alignment = _CENTRE
        if index == 0:
            _repeat(row)
    document.add_paragraph(style="公文表格")


def _repeat(row: TableRow) -> None:
    """Show the heading row on every page that the table reaches."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _closing(document: DocumentType, paper: Paper) -> None:
    """Note on attachments, signature with the place of the seal, date, notes, copies: no page
    begins with the signature, the text's end goes with it."""
    if document.paragraphs:
        document.paragraphs[-1].paragraph_format.keep_with_next = True
    for index, (prefix, name) in enumerate(paper.attachment_lines()):
        # Numbers stand under each other: the later ones are as far in as 附件： is wide.
        line = _add(document, "公文正文", prefix + name, indent=2 if index == 0 else 5)
        line.paragraph_format.keep_with_next = True
        if index == 0:
            line.paragraph_format.space_before = _LINE
    signers = list(paper.signers)
    lines = [*(["（加盖公章处）"] if signers and paper.seal else []), *signers]
    if paper.date_words:
        lines.append(paper.date_words)
    for index, text in enumerate(lines):
        line = _add(document, "公文正文", text, indent=0, align=_RIGHT)
        line.paragraph_format.right_indent = Length(4 * _BODY)
        line.paragraph_format.keep_with_next = index < len(lines) - 1
        if index == 0:
            line.paragraph_format.space_before = Length(2 * _LINE)
    for note in paper.notes:
        _add(document, "公文正文", f"（{note}）")
    if paper.copies:
        line = _add(document, "公文抄送", "抄送：" + "，".join(paper.copies) + "。")
        line.paragraph_format.space_before = _LINE
        line.paragraph_format.left_indent = Length(4 * _FOOT)
        line.paragraph_format.first_line_indent = Length(-3 * _FOOT)
