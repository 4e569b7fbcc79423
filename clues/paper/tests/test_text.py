from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clues.paper.text import lines, printable


def wide(text: str) -> float:
    """Chinese characters take two, others one."""
    return float(sum(1 if char.isascii() else 2 for char in text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("市场监管", "市场监管"),
        ("𠮷先生", "〔U+20BB7〕先生"),
        ("甲\x00乙", "甲〔U+0000〕乙"),
        ("a\u202eb", "a〔U+202E〕b"),
        ("列\t值", "列  值"),
        ("第一行\n第二行", "第一行\n第二行"),
        ("\ud800", "〔U+D800〕"),
    ],
)
def test_what_does_not_show_is_named(text: str, expected: str) -> None:
    glyphs = {ord(char) for char in "市场监管先生甲乙ab列值第一二行 "}
    assert printable(text, glyphs) == expected


def test_closing_marks_do_not_begin_a_line() -> None:
    assert lines("一二三四五，六", 10, wide) == ["一二三四", "五，六"]


def test_opening_marks_do_not_end_a_line() -> None:
    assert lines("一二三四（五）", 10, wide) == ["一二三四", "（五）"]


def test_numbers_and_words_stay_whole() -> None:
    assert lines("编号411603号", 8, wide) == ["编号", "411603号"]


def test_a_word_longer_than_the_line_is_divided() -> None:
    assert lines("ABCDEFGHIJ", 4, wide) == ["ABCD", "EFGH", "IJ"]


def test_first_line_is_shorter_by_the_indent() -> None:
    assert lines("一二三四五六", 8, wide, indent=4) == ["一二", "三四五六"]


@given(st.text(alphabet="一二三，。（）《》ab1 ", max_size=80), st.integers(4, 30))
def test_nothing_is_lost_and_lines_fit(text: str, width: int) -> None:
    broken = lines(text, width, wide)
    assert "".join(broken).replace(" ", "") == text.replace(" ", "")
    assert all(wide(line) <= width for line in broken)
