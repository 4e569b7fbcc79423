"""The one importer and exporter of Excel files.

A :class:`Sheet` declares the columns once; :func:`template` makes the empty form from it,
:func:`read` checks a filled one and lists every mistake by row and column in Chinese, and
:func:`write` exports rows under the same headings, so that an export can be imported again.
Pure: bytes and values in, values and bytes out, no Django and no database.
"""

from records.excel import kinds
from records.excel.archive import FileRefused
from records.excel.columns import Column, Sheet
from records.excel.kinds import Kind
from records.excel.reader import CellError, Parsed, Row, read
from records.excel.writer import template, to_bytes, write

__all__ = [
    "CellError",
    "Column",
    "FileRefused",
    "Kind",
    "Parsed",
    "Row",
    "Sheet",
    "kinds",
    "read",
    "template",
    "to_bytes",
    "write",
]
