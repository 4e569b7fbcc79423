"""Reading the cells of a printed list of matters: names of departments, kinds of subjects.

Pure: text and catalogues in, values out.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

_SEPARATORS = re.compile("[、,，;；\n]")
_END_MARKS = " \t。.．"


def split_names(cell: str) -> tuple[str, ...]:
    """The names in a cell, as printed, separated by 、 , ; or a new line; blanks are left out."""
    parts = (part.strip().strip(_END_MARKS) for part in _SEPARATORS.split(cell))
    return tuple(part for part in parts if part)


def plain_name(name: str) -> str:
    """A name without what differs by accident: spaces and full-width forms."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", name))


def suggest(name: str, known: Iterable[str], most: int = 3) -> tuple[str, ...]:
    """Names that ``name`` may have been meant for, the likeliest first."""
    return tuple(difflib.get_close_matches(plain_name(name), list(known), n=most, cutoff=0.5))


def categories_in(text: str, keywords: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Codes of the categories whose keywords the text names, in the order they appear.

    ``keywords`` maps a category's code to its phrases. Longer phrases are looked for first and
    take their place in the text, so that 道路运输企业 does not also count as 运输企业.
    """
    phrases = sorted(
        ((phrase, code) for code, phrases in keywords.items() for phrase in phrases if phrase),
        key=lambda pair: (-len(pair[0]), pair),
    )
    rest = text
    places: dict[str, int] = {}
    for phrase, code in phrases:
        at = rest.find(phrase)
        while at >= 0:
            places[code] = min(at, places.get(code, at))
            rest = rest[:at] + "\0" * len(phrase) + rest[at + len(phrase) :]
            at = rest.find(phrase)
    return tuple(sorted(places, key=places.__getitem__))


def matter_code(region_code: str, number: int) -> str:
    """The code of a matter of comprehensive supervision: region, ZHJG, three-digit number."""
    return f"{region_code}-ZHJG-{number:03d}"
