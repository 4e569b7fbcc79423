"""Whether two entries of the directory may be the same subject entered twice. Pure (S1).

An entry has a few ``keys``; two entries that share one are compared by ``why_alike``. So nobody
has to be compared with everybody: who shares a key is found by an index.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

IDENTIFIER, REGISTRATION, NAME, NEAR_NAME, ADDRESS = (
    "identifier",
    "registration",
    "name",
    "near_name",
    "address",
)
REASONS = {
    IDENTIFIER: "标识相同（不计横线和前导零）",
    REGISTRATION: "统一社会信用代码含同一组织机构代码",
    NAME: "名称相同（不计括号、空格和公司后缀）",
    NEAR_NAME: "同一乡镇街道，名称只差一个字",
    ADDRESS: "地址相同，名称相近",
}
"""Why two entries look alike, the strongest reason first."""

_UNIFIED, _PERSON = "uscc", "person"
_REGISTERED = ({_UNIFIED}, {"site"}, {"vehicle"})
_ORGANISATION = re.compile(r"[0-9A-Z]{8}[0-9X]")
_SUFFIXES = ("股份有限公司", "有限责任公司", "有限公司", "公司")
_NUMERALS = frozenset("0123456789一二三四五六七八九十百零〇两甲乙丙丁戊己庚辛壬癸")
_SIDES = frozenset("东西南北中前后左右上下内外新老大小")
_SHORTEST_CORE = 4
"""Shorter names than this that differ by a character are different names."""
_SHORTEST_ADDRESS = 4
_SHARED_PAIRS = 0.6


@dataclass(frozen=True, slots=True)
class Entry:
    """What of a subject is compared; ``township`` is its key, None for the whole region.

    ``places`` are the names of where it is and of the regions around, from the widest, which a
    name or an address may begin with or not.
    """

    id_kind: str
    identifier: str
    name: str
    address: str
    township: int | None
    places: tuple[str, ...] = ()

    @property
    def name_core(self) -> str:
        """The name without marks, the place in front and the form of company."""
        text = _bare(self.name)
        core = _without_places(text, self.places)
        ending = next((suffix for suffix in _SUFFIXES if core.endswith(suffix)), "")
        return core.removesuffix(ending) or text

    @property
    def address_core(self) -> str:
        """The address without marks and the place in front; empty when it is not exact."""
        core = _without_places(_bare(self.address), self.places)
        exact = not _NUMERALS.isdisjoint(core)
        return core if exact and len(core) >= _SHORTEST_ADDRESS else ""


def plain_identifier(identifier: str) -> str:
    """An identifier without what people write one way or the other: NZ-001 and nz1 are the same,
    1-23 and 12-3 are not."""
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", identifier)).upper()
    text = re.sub(r"(?<!\d)-|-(?!\d)", "", text)
    return re.sub(r"(?<!\d)0+(?=\d)", "", text)


def organisation_code(id_kind: str, identifier: str) -> str:
    """The code of the organisation (GB 11714): the ninth to seventeenth character of a unified
    code (GB 32100), or the former number by itself; empty for anything else."""
    if id_kind == _UNIFIED:
        return identifier[8:17] if len(identifier) == 18 else ""
    bare = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", identifier)).upper()
    return bare if _ORGANISATION.fullmatch(bare) and _check_digit(bare[:8]) == bare[8] else ""


def keys(region: int, entry: Entry) -> list[int]:
    """The entry's keys as signed 64-bit numbers; entries of different regions share none."""
    return sorted({_number(f"{region}\t{text}") for text in _key_texts(entry)})


def why_alike(one: Entry, other: Entry) -> list[str]:
    """The codes of ``REASONS`` for which the two may be the same; empty when they are not."""
    found = []
    if plain_identifier(one.identifier) == plain_identifier(other.identifier):
        found.append(IDENTIFIER)
    codes = [organisation_code(each.id_kind, each.identifier) for each in (one, other)]
    if codes[0] and codes[0] == codes[1]:
        found.append(REGISTRATION)
    names = one.name_core, other.name_core
    together = one.township == other.township
    same_place = together and bool(one.address_core) and one.address_core == other.address_core
    kinds = {one.id_kind, other.id_kind}
    if names[0] == names[1]:
        # People, and shops in different places, may well have the same name.
        somewhere = None in (one.township, other.township)
        if together or (kinds != {_PERSON} and (somewhere or kinds != {_UNIFIED})):
            found.append(NAME)
    elif together and (kinds not in _REGISTERED or same_place) and _one_slip(*names):
        # The register itself keeps two businesses, projects or vehicles apart by their codes.
        found.append(NEAR_NAME)
    if (
        same_place
        and _shared_pairs(*names) >= _SHARED_PAIRS
        and _numbers_in(names[0]) == _numbers_in(names[1])
    ):
        found.append(ADDRESS)
    return found


def _key_texts(entry: Entry) -> Iterator[str]:
    yield f"i\t{plain_identifier(entry.identifier)}"
    if code := organisation_code(entry.id_kind, entry.identifier):
        yield f"o\t{code}"
    core = entry.name_core
    yield f"n\t{core}"
    if len(core) >= _SHORTEST_CORE:
        # A single slip leaves one half as it is; it may move the middle by one.
        low, high = len(core) // 2, (len(core) + 1) // 2
        for half in {core[:low], core[:high]}:
            yield f"h\t{entry.township}\t{half}"
        for half in {core[low:], core[high:]}:
            yield f"t\t{entry.township}\t{half}"
    if place := entry.address_core:
        yield f"a\t{entry.township}\t{place}"


def _bare(text: str) -> str:
    """Letters and digits alone, narrow and in capitals."""
    normal = unicodedata.normalize("NFKC", text).upper()
    return "".join(c for c in normal if unicodedata.category(c)[0] in "LN")


def _without_places(text: str, places: tuple[str, ...]) -> str:
    """A text without the names of places that it begins with, whole (周口市) or short (周口)."""
    for place in places:
        for front in (place, place[:-1]):
            if len(front) > 1 and text.startswith(front):
                text = text.removeprefix(front)
                break
    return text


def _number(text: str) -> int:
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def _one_slip(one: str, other: str) -> bool:
    """Whether one character written wrong, left out or put in makes the one name the other; not a
    number or a side, by which names of the same owner are told apart."""
    if min(len(one), len(other)) < _SHORTEST_CORE or abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    end = 0
    while end < min(len(one), len(other)) - start and one[-1 - end] == other[-1 - end]:
        end += 1
    odd = one[start : len(one) - end], other[start : len(other) - end]
    if max(map(len, odd)) != 1:
        return False
    return not (_NUMERALS | _SIDES) & set("".join(odd))


def _numbers_in(text: str) -> list[str]:
    return [c for c in text if c in _NUMERALS]


def _shared_pairs(one: str, other: str) -> float:
    """Pairs of neighbouring characters that both names have, of all they have, from 0 to 1."""
    pairs = [Counter(a + b for a, b in pairwise(text)) for text in (one, other)]
    total = sum(pairs[0].values()) + sum(pairs[1].values())
    return 2 * sum((pairs[0] & pairs[1]).values()) / total if total else 0.0


def _check_digit(digits: str) -> str:
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(c, 36) * weight for c, weight in zip(digits, weights, strict=True))
    return "0123456789X0"[11 - total % 11]
