"""What is shown of a natural person where it need not be known in full. Pure: words in, words out.

What comes out never holds the whole of what went in. Staff pages, exports and the API use it by
``credit.models.Subject``, the public site by the publications, complaints by their contact.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_SHOWN_AT_END = 4
_SHORTEST_SHOWN = 8
_SHOWN_OF_PHONE = (3, 4)
_SHORTEST_PHONE_SHOWN = 11
_HIDDEN_PLACE = "***"
MASK = "*"
"""What every mask holds."""
# What ends the name of an administrative place; a house is found by what follows.
_SMALLEST = ("村", "社区")
_PLACE = re.compile(r".+?(?:省|市|县|区|镇|乡|街道|办事处|社区|村)")
_BLANK = re.compile(r"\s+")
# An identity card's number holds a birthday; a unified code of eighteen digits holds none.
_PRIVATE_NUMBER = re.compile(
    r"(?<![0-9A-Za-z])(?:"
    r"[1-9]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[0-9Xx]"
    r"|1[3-9]\d{9})(?![0-9A-Za-z])"
)


def masked_name(name: str) -> str:
    """The first character, the rest as stars: 王小明 → 王**; at most five stars, at least one."""
    if len(name) <= 1:
        return "*" * len(name)
    return name[:1] + "*" * min(len(name) - 1, 5)


def masked_identifier(identifier: str) -> str:
    """The last four characters only; those of less than eight characters are wholly masked."""
    shown = _SHOWN_AT_END if len(identifier) >= _SHORTEST_SHOWN else 0
    hidden = len(identifier) - shown
    return "*" * hidden + identifier[hidden:]


def masked_phone(phone: str) -> str:
    """A telephone number without its middle: 138****1234; short ones show the last two digits."""
    if not phone:
        return ""
    first, last = _SHOWN_OF_PHONE
    if len(phone) < _SHORTEST_PHONE_SHOWN:
        first, last = 0, min(2, len(phone) - 1)
    hidden = len(phone) - first - last
    return phone[:first] + "*" * hidden + phone[len(phone) - last :]


def masked_place(place: str) -> str:
    """An address, or a house named by it, down to the village or community: 城关镇西关村3组12号
    → 城关镇西关村***. Digits are never shown; what names no place is masked like a name."""
    if not place:
        return ""
    end = 0
    while (unit := _PLACE.match(place, end)) and unit.end() < len(place):
        if any(character.isdigit() for character in unit.group()):
            break
        end = unit.end()
        if unit.group().endswith(_SMALLEST):
            break
    return place[:end] + _HIDDEN_PLACE if end else masked_name(place)


def private_numbers(text: str) -> list[str]:
    """The numbers of identity cards and mobile phones in a text, as they stand there."""
    return [found.group() for found in _PRIVATE_NUMBER.finditer(text)]


def names_in(text: str, names: Iterable[str]) -> list[str]:
    """Which of the names stand in a text, blanks between characters or not; those of a single
    character are too short to be told from other words."""
    plain = _BLANK.sub("", text)
    given = (name.strip() for name in names)
    return sorted({each for each in given if len(each) > 1 and _BLANK.sub("", each) in plain})


def without_persons(text: str, names: Iterable[str]) -> str:
    """A text with the names in it masked, and the numbers of identity cards and mobile phones."""
    for name in sorted(names_in(text, names), key=len, reverse=True):
        spaced = r"\s*".join(map(re.escape, _BLANK.sub("", name)))
        text = re.sub(spaced, masked_name(_BLANK.sub("", name)), text)
    return _PRIVATE_NUMBER.sub(lambda found: masked_identifier(found.group()), text)
