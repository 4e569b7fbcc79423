"""The demo county's directory of supervised subjects, the same for the same seed."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from supervision.demo import identifiers, names
from supervision.demo import subject_kinds as kinds
from supervision.demo.county import TownshipRow, regions, townships
from supervision.demo.subject_kinds import SubjectKind

REGION = "411603"
NAME_LENGTH = 40


class IdentifierKind(StrEnum):
    """By what a subject is identified."""

    USCC = "uscc"
    HOUSE = "house"
    VEHICLE = "vehicle"
    SITE = "site"
    PERSON = "person"

    @property
    def label(self) -> str:
        """The word that stands in the workbook."""
        return {
            IdentifierKind.USCC: "统一社会信用代码",
            IdentifierKind.HOUSE: "房屋编号",
            IdentifierKind.VEHICLE: "车辆识别代号",
            IdentifierKind.SITE: "项目编号",
            IdentifierKind.PERSON: "从业档案编号",
        }[self]


class SubjectStatus(StrEnum):
    """Whether the subject is in business."""

    OPEN = "open"
    CLOSED = "closed"
    DEREGISTERED = "deregistered"
    REVOKED = "revoked"
    MOVED = "moved"

    @property
    def label(self) -> str:
        """The word that stands in the workbook."""
        return {
            SubjectStatus.OPEN: "在业",
            SubjectStatus.CLOSED: "停业",
            SubjectStatus.DEREGISTERED: "注销",
            SubjectStatus.REVOKED: "吊销",
            SubjectStatus.MOVED: "迁出",
        }[self]


_STATUS_SHARES = {
    SubjectStatus.OPEN: 940,
    SubjectStatus.CLOSED: 32,
    SubjectStatus.DEREGISTERED: 18,
    SubjectStatus.REVOKED: 6,
    SubjectStatus.MOVED: 4,
}


@dataclass(frozen=True, slots=True)
class SubjectRow:
    """A supervised subject.

    ``categories`` are one to three category codes, the main one first; ``industry`` is a class
    of GB/T 4754-2017 or empty for vehicles, houses and persons; ``township`` is the code of the
    unit named ``township_name``; ``grade`` is A, B, C or D.
    """

    identifier_kind: IdentifierKind
    identifier: str
    name: str
    categories: tuple[str, ...]
    industry: str
    address: str
    township: str
    township_name: str
    grade: str
    status: SubjectStatus


_SPECIAL = (
    (kinds.HOUSES_KIND, IdentifierKind.HOUSE),
    (kinds.SITES_KIND, IdentifierKind.SITE),
    (kinds.WORKERS_KIND, IdentifierKind.PERSON),
    (kinds.TRUCKS_KIND, IdentifierKind.VEHICLE),
    (kinds.COACHES_KIND, IdentifierKind.VEHICLE),
)
_KINDS = tuple((kind, IdentifierKind.USCC) for kind in kinds.BUSINESSES) + _SPECIAL


def generate_subjects(seed: int, count: int = 20_000) -> Iterator[SubjectRow]:
    """Yield exactly ``count`` subjects with unique identifiers and names, in mixed order.

    The kinds keep their shares; every kind occurs if there are at least as many subjects.
    """
    rng = random.Random(seed)
    order = [
        pair for pair, number in zip(_KINDS, _numbers(count), strict=True) for _ in range(number)
    ]
    rng.shuffle(order)
    maker = _Maker(rng)
    for kind, identifier_kind in order:
        yield maker.make(kind, identifier_kind)


def _numbers(count: int) -> list[int]:
    """Share ``count`` among the kinds by largest remainder, one each first where it suffices."""
    least = 1 if count >= len(_KINDS) else 0
    rest = count - least * len(_KINDS)
    shares = [kind.share - least for kind, _ in _KINDS]
    total = sum(shares)
    numbers = [least + rest * share // total for share in shares]
    remainders = sorted(
        range(len(shares)), key=lambda index: (-(rest * shares[index] % total), index)
    )
    for index in remainders[: count - sum(numbers)]:
        numbers[index] += 1
    return numbers


class _Maker:
    """Makes subjects one by one and remembers which identifiers and names are taken."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._identifiers: set[str] = set()
        self._names: set[str] = set()
        self._serial = 0
        self._urban = tuple(unit for unit in townships() if unit.urban)
        self._rural = tuple(unit for unit in townships() if not unit.urban)
        self._county = regions()[-1]

    def make(self, kind: SubjectKind, identifier_kind: IdentifierKind) -> SubjectRow:
        rng = self._rng
        self._serial += 1
        unit = rng.choice(self._rural if rng.random() < kind.rural else self._urban)
        word, industry = rng.choice(kind.trades)
        village = rng.choice(unit.villages)
        place = f"{self._county.name}{unit.name}{village.name}"
        number = f"{rng.randrange(1, 400)}号"
        match identifier_kind:
            case IdentifierKind.USCC:
                registration, endings = rng.choice(kind.registrations)
                identifier = self._unused_code(registration)
                ending = rng.choice(endings)
                name = identifiers.unused(lambda: self._firm(unit, word, ending), self._names)
                address = place + number
            case IdentifierKind.HOUSE:
                identifier = f"{village.code}-F{self._serial:05d}"
                group = f"{rng.randrange(1, 13)}组"
                name = identifiers.unused(
                    lambda: f"{unit.name}{village.name}{group}{rng.randrange(1, 1000)}号{word}",
                    self._names,
                )
                address = self._county.name + name.removesuffix(word)
            case IdentifierKind.SITE:
                identifier = f"{rng.randrange(2301, 2313)}-{REGION}-04-01-{self._serial:06d}"
                name = identifiers.unused(
                    lambda: f"淮阳区{unit.name}{names.brand(rng)}{word}项目", self._names
                )
                address = place
            case IdentifierKind.PERSON:
                identifier = f"{REGION}-CY-{self._serial:06d}"
                name = names.person(rng)
                address = place
            case IdentifierKind.VEHICLE:
                identifier = identifiers.unused(
                    lambda: identifiers.vehicle_number(rng), self._identifiers
                )
                name = f"{identifiers.unused(lambda: identifiers.plate(rng), self._names)} {word}"
                address = place
        return SubjectRow(
            identifier_kind=identifier_kind,
            identifier=identifier,
            name=name,
            categories=self._categories(kind),
            industry=industry,
            address=address,
            township=unit.code,
            township_name=unit.name,
            grade=rng.choices("ABCD", weights=kind.grades)[0],
            status=rng.choices(tuple(_STATUS_SHARES), weights=tuple(_STATUS_SHARES.values()))[0],
        )

    def _categories(self, kind: SubjectKind) -> tuple[str, ...]:
        extras = [code for code, chance in kind.extras if self._rng.random() < chance]
        return (*kind.categories, *extras)

    def _unused_code(self, registration: str) -> str:
        return identifiers.unused(
            lambda: identifiers.unified_code(self._rng, registration, REGION), self._identifiers
        )

    def _firm(self, unit: TownshipRow, word: str, ending: str) -> str:
        rng = self._rng
        name = f"{names.brand(rng)}{word}{ending}"
        draw = rng.random()
        if draw < 0.6:
            return self._county.name + name
        if draw < 0.99:
            return f"{self._county.short_name}{unit.name}{name}"
        # Branches bear the longest names there are; pages must hold them.
        branch = f"{names.brand(rng)}{word}综合服务分部"
        long = f"{self._county.name}{unit.name}{name}{self._county.short_name}{branch}"
        return long if len(long) <= NAME_LENGTH else self._county.name + name
