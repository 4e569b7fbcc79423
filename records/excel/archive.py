"""The outside of an .xlsx file: refusing in words what is none, before anything reads its cells.

What is handed on is never the uploaded archive but a copy of its XML parts, unpacked by us within
limits: an archive may lie about the sizes it declares.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from records.excel.columns import MEGABYTE

MAX_UNPACKED = 200 * MEGABYTE
MAX_ENTRIES = 2_000
# Real workbooks shrink by 5 to 50; only what is also large is suspect.
MAX_RATIO = 250
_RATIO_MATTERS_ABOVE = 20 * MEGABYTE

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_OTHER_SUFFIXES = {
    ".xls": "这是旧版 Excel（.xls）文件，请在 Excel 中另存为 .xlsx 后再上传",
    ".csv": "这是 CSV 文件，请把内容填入 .xlsx 模板后再上传",
    ".xlsm": "这是带宏的 Excel（.xlsm）文件，请另存为不带宏的 .xlsx 后再上传",
    ".xlsb": "这是二进制 Excel（.xlsb）文件，请另存为 .xlsx 后再上传",
    ".et": "这是 WPS 表格（.et）文件，请另存为 .xlsx 后再上传",
}
_DAMAGED = "文件已损坏，无法打开，请在 Excel 中重新保存后再上传"
_NOT_A_WORKBOOK = "文件不是 Excel 工作簿，虽然扩展名是 .xlsx"


class FileRefused(ValueError):
    """A file that cannot be read as the sheet asked for; the message is for the person."""


@dataclass(frozen=True, slots=True)
class Workbook:
    """An accepted workbook: a plain copy of it, and the XML of each visible worksheet by name."""

    content: bytes
    worksheets: dict[str, bytes]


def open_workbook(file: bytes | BinaryIO, filename: str, max_bytes: int) -> Workbook:
    """Check and unpack an uploaded file.

    Raises FileRefused for a wrong extension or type, an empty, oversized, encrypted or damaged
    file, macros, and archives that unpack to more than the limits.
    """
    suffix = PurePath(filename).suffix.lower()
    if suffix != ".xlsx":
        raise FileRefused(_OTHER_SUFFIXES.get(suffix, "只接受 .xlsx 格式的 Excel 文件"))
    content = file if isinstance(file, bytes) else file.read(max_bytes + 1)
    if not content:
        raise FileRefused("文件是空的（0 字节）")
    if len(content) > max_bytes:
        raise FileRefused(f"文件超过 {max_bytes / MEGABYTE:g} MB，请拆分后分次上传")
    if content.startswith(_OLE):
        if _ENCRYPTED_STREAM in content:
            raise FileRefused("文件设有打开密码，请取消密码后再上传")
        raise FileRefused(
            "文件是旧版 Office 格式，只是扩展名改成了 .xlsx，请在 Excel 中另存为 .xlsx"
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_entries(archive.infolist(), len(content))
            return _unpack(archive)
    except zipfile.BadZipFile:
        raise FileRefused(_DAMAGED if content.startswith(b"PK") else _NOT_A_WORKBOOK) from None
    except (zlib.error, EOFError, NotImplementedError, OSError, UnicodeDecodeError):
        raise FileRefused(_DAMAGED) from None
    except (ParseError, DefusedXmlException, KeyError):
        raise FileRefused(_NOT_A_WORKBOOK) from None


def _check_entries(entries: list[zipfile.ZipInfo], packed: int) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED:
        raise FileRefused("文件解压后过大，疑似压缩炸弹，已拒绝")
    if unpacked > _RATIO_MATTERS_ABOVE and unpacked > MAX_RATIO * packed:
        raise FileRefused("文件压缩比异常，疑似压缩炸弹，已拒绝")
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise FileRefused("文件设有打开密码，请取消密码后再上传")
    names = {entry.filename for entry in entries}
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise FileRefused("文件含有宏，请另存为不带宏的 .xlsx 后再上传")
    if any(name.startswith("word/") for name in names):
        raise FileRefused("文件是 Word 文档，只是扩展名改成了 .xlsx")
    if any(name.startswith("ppt/") for name in names):
        raise FileRefused("文件是 PowerPoint 演示文稿，只是扩展名改成了 .xlsx")
    if "xl/workbook.bin" in names:
        raise FileRefused(_OTHER_SUFFIXES[".xlsb"])


def _unpack(archive: zipfile.ZipFile) -> Workbook:
    copy = io.BytesIO()
    parts: dict[str, bytes] = {}
    with zipfile.ZipFile(copy, "w", zipfile.ZIP_STORED) as plain_copy:
        for name in set(archive.namelist()):
            if name.endswith((".xml", ".rels")):
                # zipfile stops at the declared size, which was checked, and then compares the CRC.
                parts[name] = archive.read(name)
                plain_copy.writestr(name, parts[name])
    for name, part in parts.items():
        _check_encoding(name, part)
    return Workbook(copy.getvalue(), _worksheets(parts))


def _check_encoding(name: str, part: bytes) -> None:
    """Only UTF-8 and no document type: the byte searches of the reader rely on both."""
    declared = re.search(rb"""encoding\s*=\s*["']([^"']+)""", part[:200])
    if part[:2] in (b"\xff\xfe", b"\xfe\xff") or (
        declared and declared[1].lower() not in (b"utf-8", b"utf8", b"us-ascii")
    ):
        raise FileRefused(f"文件内部编码不是 UTF-8（{name}），请在 Excel 中重新保存后再上传")
    if b"<!DOCTYPE" in part[:4096]:
        raise FileRefused(f"文件内部含有不允许的文档类型声明（{name}）")


def _worksheets(parts: dict[str, bytes]) -> dict[str, bytes]:
    workbook = fromstring(parts["xl/workbook.xml"])
    relations = fromstring(parts["xl/_rels/workbook.xml.rels"])
    targets = {
        relation.get("Id"): posixpath.normpath(
            posixpath.join("/xl", relation.get("Target", ""))
        ).lstrip("/")
        for relation in relations
    }
    found: dict[str, bytes] = {}
    for element in workbook.iter():
        if _local(element.tag) == "sheet" and element.get("state", "visible") == "visible":
            path = targets.get(_relation_id(element), "")
            if path in parts:
                found[element.get("name", "")] = parts[path]
    return found


def _relation_id(sheet: Element) -> str | None:
    # The attribute's namespace differs between the transitional and the strict format.
    return next((value for name, value in sheet.items() if _local(name) == "id"), None)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
