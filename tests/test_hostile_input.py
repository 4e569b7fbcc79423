"""Hostile files at the doors of clues, and markup and formulas in every text: refused in words or
shown as text, and nothing stored half."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook, load_workbook
from pypdf import PdfReader

from clues.imports import CLUE_SHEET
from clues.models import Clue, RiskWarning
from clues.services import campaigns, clues, disputes, penalties, refusals
from clues.services.letters import drafts, sending
from clues.services.warnings import response, rules
from clues.tests import letter_samples, measure_samples, procedure_samples
from clues.tests.intake_samples import entered
from clues.tests.joint_samples import penalty_data
from clues.tests.samples import department, person, photo
from clues.tests.sharing_samples import entry, record, request
from clues.tests.test_intake_pages import DESK
from clues.tests.test_sent_twice import RULE
from records import imports
from records.excel import to_bytes
from records.models import Evidence, ImportJob
from records.tasks import resume_imports

pytestmark = pytest.mark.django_db

MARKUP = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&amp;"
FORMULA = '=HYPERLINK("http://evil.example","点我")'


def zipped(name: str, size: int) -> bytes:
    """An archive whose single part unpacks to so many bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, bytes(size))
    return stream.getvalue()


BAD_FILES = {
    "大图.jpg": photo().read() + bytes(30 * 1024 * 1024),
    "图.svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "页.html": b"<html><script>alert(1)</script></html>",
    "页.jpg": b"<!doctype html><script>alert(1)</script>" + photo().read(),
    "函.docx": zipped("word/document.xml", 50_000_000),
    "表.xlsx": zipped("xl/workbook.xml", 50_000_000),
    "程序.pdf": b"MZ\x90\x00",
    "空.jpg": b"",
}


def stored(folder: Path) -> list[Path]:
    return [path for path in Path(folder).rglob("*") if path.is_file()]


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_with_a_clue_keeps_the_clue_out_too(client_of, settings, name):
    file = SimpleUploadedFile(name, BAD_FILES[name], "image/jpeg")
    answer = client_of("nync_clerk").post("/clues/add/", DESK | {"files": [photo(), file]})
    assert answer.status_code == 422
    assert re.search("类型不在|超过 20 MB|空", str(answer.context["form"].errors["files"]))
    assert DESK["title"] in answer.content.decode()
    assert not Clue.objects.exists()
    assert not Evidence.objects.exists()
    assert [path.name for path in stored(settings.EVIDENCE_ROOT) if "tmp" in path.name] == []


def test_a_picture_that_is_also_a_page_is_served_as_a_picture(client_of):
    client = client_of("nync_clerk")
    both = photo().read() + b"<script>alert(1)</script>"
    name = f"../../etc/{MARKUP}.jpg"
    client.post("/clues/add/", DESK | {"files": [SimpleUploadedFile(name, both)]})
    kept = Evidence.objects.get()
    assert "/" not in kept.name and "\\" not in kept.name
    served = client.get(reverse("records:file", args=[kept.pk]))
    assert (served["Content-Type"], served["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert "script-src 'self'" in served["Content-Security-Policy"]
    page = client.get(Clue.objects.get().get_absolute_url()).content.decode()
    assert "<img src=x" not in page


def looped(change: Any = None) -> bytes:
    """A filled file of clues as Excel writes it, changed by hand."""
    book = Workbook()
    sheet = book.active
    sheet.title = CLUE_SHEET.title
    sheet.append([column.heading for column in CLUE_SHEET.columns])
    sheet.append(["12345 热线", "2026-1", "标题", "内容写在这里，反映情况。"])
    if change:
        change(sheet)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def with_macro() -> bytes:
    stream = io.BytesIO(looped())
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macro")
    return stream.getvalue()


BAD_SHEETS = {
    "工单.xlsm": with_macro(),
    "带宏.xlsx": with_macro(),
    "炸弹.xlsx": zipped("xl/worksheets/sheet1.xml", 200_000_000),
    "文档.xlsx": zipped("word/document.xml", 1000),
    "公式.xlsx": looped(lambda sheet: sheet.__setitem__("D2", FORMULA)),
    "编码.csv": "来源,内容\n12345 热线,油烟\n".encode("gbk"),
    "编码.xlsx": "来源,内容\n12345 热线,油烟\n".encode("gbk"),
    "太大.xlsx": looped() + bytes(imports.MAX_BYTES),
    "../../工单.xls": bytes.fromhex("d0cf11e0a1b11ae1") + bytes(512),
}


def test_bad_files_of_clues_are_refused_with_a_reason(client_of):
    client = client_of("nync_clerk")
    for name, content in BAD_SHEETS.items():
        file = SimpleUploadedFile(name, content)
        answer = client.post(reverse("records:import-new", args=["clues"]), {"file": file})
        if answer.status_code == 422:
            assert "文件超过 10 MB" in answer.content.decode(), name
            continue
        resume_imports()
        job = ImportJob.objects.latest("created_at")
        assert job.state == ImportJob.State.REFUSED, (name, job.state, job.summary)
        assert re.search("[一-鿿]{4}", job.errors[0]["message"]), name
        assert "内部错误" not in str(job.summary) + str(job.errors), name
    assert not Clue.objects.exists()


def test_markup_and_formulas_stay_text(client_of, county, actor):
    clerk, head, office = person("scjg_clerk"), person("scjg_head"), person("xzsp_clerk")
    sheet = to_bytes(CLUE_SHEET, [{"channel": "hotline", "title": FORMULA, "content": MARKUP}])
    job = imports.upload(clerk, "clues", f"{MARKUP}.xlsx", sheet)
    resume_imports()
    imports.confirm(clerk, str(job.pk))
    resume_imports()
    assert Clue.objects.get().title == FORMULA

    names = {"title": MARKUP, "content": MARKUP, "place": MARKUP, "subject_name": MARKUP[:100]}
    clue = clues.handle(clerk, entered(clerk, **names, complainant_name=MARKUP[:30]).pk)
    content = letter_samples.content(department("民政局"), title=MARKUP, body=MARKUP)
    letter = drafts.draft(clerk, "assistance", content, clue=clue)
    drafts.submit(clerk, letter.pk)
    sending.sign(head, letter.pk, MARKUP)
    question = procedure_samples.question(title=MARKUP, facts=MARKUP)
    things: list[Any] = [
        clue,
        letter,
        disputes.begin(clerk, question, [department("民政局").pk]),
        refusals.begin(
            clerk,
            procedure_samples.complaint(title=MARKUP, facts=MARKUP, basis=MARKUP, advice=MARKUP),
            department("卫健委").pk,
            [photo(f"{MARKUP}.jpg")],
        ),
        penalties.enter(clerk, penalty_data(act=MARKUP)),
        measure_samples.in_force(
            items=[measure_samples.item(name=MARKUP, place=MARKUP, note=MARKUP)],
            reason=MARKUP,
            basis=MARKUP,
            done={"place": MARKUP, "document": MARKUP[:60], "statement": MARKUP},
        ),
        record(entry("民政局", title=MARKUP, content=MARKUP), title=MARKUP, content=MARKUP),
        request(title=MARKUP, purpose=MARKUP, basis=MARKUP, content=MARKUP),
        rules.draft(office, RULE | {"name": MARKUP[:50], "plan": MARKUP}),
        response.from_above(
            office,
            origin=RiskWarning.Origin.PROVINCE,
            external_number=MARKUP[:30],
            level="major",
            title=MARKUP,
            content=MARKUP,
        ),
        campaigns.propose(
            office, title=MARKUP, reason=MARKUP, categories=[], township_code="411603101"
        ),
    ]
    lists = [
        reverse(f"clues:{name}")
        for name in ("clue-list", "inbox", "outbox", "board", "letter-list", "dispute-list")
    ]
    lists += [
        reverse(f"clues:{name}")
        for name in (
            *("refusal-list", "penalty-list", "measure-list"),
            *("sharing-list", "shared-record-list"),
        )
    ]
    lists += [reverse(f"clues:{name}") for name in ("warning-list", "warning-rule-list")]
    lists += [reverse("dashboard:workbench"), reverse("records:trail"), reverse("records:imports")]
    seen = 0
    for username in ("scjg_head", "xzsp_head"):
        client = client_of(username)
        for url in [*lists, *(thing.get_absolute_url() for thing in things)]:
            answer = client.get(url)
            assert answer.status_code in (200, 403, 404), url
            page = answer.content.decode()
            assert "<script>alert" not in page and "<img src=x" not in page, url
            seen += "&lt;script&gt;alert" in page
    assert seen > 20

    client = client_of("scjg_clerk")
    exported = client.get(reverse("clues:clue-list"), {"export": "xlsx"})
    cells = [
        cell
        for row in load_workbook(io.BytesIO(b"".join(exported))).active.iter_rows()
        for cell in row
    ]
    assert FORMULA in [cell.value for cell in cells]
    assert all(cell.data_type != "f" and cell.hyperlink is None for cell in cells)

    paper = client.get(reverse("clues:letter-print", args=[letter.pk, "pdf"]))
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(b"".join(paper))).pages)
    assert "<script>alert(1)</script>" in text.replace("\n", "").replace(" ", "")
    word = client.get(reverse("clues:letter-print", args=[letter.pk, "docx"]))
    with zipfile.ZipFile(io.BytesIO(b"".join(word))) as archive:
        document = archive.read("word/document.xml").decode()
    assert "<script" not in document and "&lt;script&gt;" in document
