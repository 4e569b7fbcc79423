"""Official papers: one description, printed as PDF and as an editable Word file.

The look follows 《党政机关公文格式》 GB/T 9704-2012, its letter form (信函格式) where the paper has
an issuer's red head. Any room prints through this package::

    paper = Paper(
        issuer="淮阳区市场监督管理局",
        number="淮市监移〔2026〕12号",
        title="关于移送……的函",
        addressees=("淮阳区应急管理局",),
        body=("……。", Heading("一、材料"), Table(("序号", "名称"), (("1", "照片"),))),
        attachments=("现场照片",),
        signers=("淮阳区市场监督管理局",),
        date=dt.date(2026, 11, 22),
        copies=("淮阳区政务服务和大数据管理局",),
    )
    to_pdf(paper)    # bytes
    to_docx(paper)   # bytes
"""

from clues.paper.model import DOCX, PDF, Block, Heading, Paper, Table, chinese_date
from clues.paper.pdf import to_pdf
from clues.paper.word import to_docx

__all__ = [
    "DOCX",
    "PDF",
    "Block",
    "Heading",
    "Paper",
    "Table",
    "chinese_date",
    "to_docx",
    "to_pdf",
]
