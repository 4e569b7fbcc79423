"""Text that can be printed, and lines that break where Chinese lines may."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Container, Iterator

_NOT_FIRST = frozenset("、。，．：；！？）》〉」』】〕…—％℃”’·,.:;!?%)]}")
_NOT_LAST = frozenset("（《〈「『【〔“‘([{")


def printable(text: str, glyphs: Container[int] | None = None) -> str:
    """The text with every character that would not show written as its number, 〔U+20BB7〕.

    Those are control and formatting characters, which no file may carry or which would turn the
    text round, and what a typeface lacks when ``glyphs`` (its code points) are given: nobody
    must miss a character of a name without noticing. Tabs become spaces.
    """
    return "".join(_printable(char, glyphs) for char in text.replace("\t", "  "))


def _printable(char: str, glyphs: Container[int] | None) -> str:
    if char == "\n":
        return char
    hidden = unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn")
    if hidden or (glyphs is not None and ord(char) not in glyphs):
        return f"〔U+{ord(char):04X}〕"
    return char


def lines(
    text: str, width: float, measure: Callable[[str], float], *, indent: float = 0
) -> list[str]:
    """Break a paragraph into lines of at most ``width``, the first one shorter by ``indent``.

    Breaks between Chinese characters, keeps numbers and Latin words whole while they fit on a
    line, and lets no line begin with a closing mark or end with an opening one.
    """
    found: list[str] = []
    line: list[str] = []
    used = indent
    for word in _words(text, width, measure):
        size = measure(word)
        if line and used + size > width:
            carried = _carried(line, word)
            if sum(map(measure, carried)) + size > width:
                # What belongs together is longer than a line: break it anywhere.
                line, carried = [*line, *carried], []
            found.append("".join(line).rstrip())
            line = carried
            used = sum(map(measure, line))
            if word == " " and not line:
                continue
        line.append(word)
        used += size
    return [*found, "".join(line)] if line or not found else found


def _carried(line: list[str], word: str) -> list[str]:
    """Take off the end of a full line what must stay with the next word."""
    carried: list[str] = []
    first = word
    while len(line) > 1 and (first[0] in _NOT_FIRST or line[-1][-1] in _NOT_LAST):
        first = line.pop()
        carried.insert(0, first)
    return carried


def _words(text: str, width: float, measure: Callable[[str], float]) -> Iterator[str]:
    """The pieces between which a line may break."""
    word = ""
    for char in text:
        if char.isascii() and char.isalnum():
            if word and measure(word + char) > width:
                yield word
                word = ""
            word += char
            continue
        if word:
            yield word
            word = ""
        yield char
    if word:
        yield word
