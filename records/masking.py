"""What is shown of a natural person where it need not be known in full. Pure: words in, words out.

What comes out never holds the whole of what went in. Staff pages, exports and the API use it by
``credit.models.Subject``, the public site by the publications, complaints by their contact.
"""

from __future__ import annotations

import re

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
