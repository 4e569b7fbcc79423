"""Identifiers with correct check digits for the subjects of the demo county.

All are made of ``A-Z``, ``0-9`` and ``-`` only, as the draw's format requires of an id.
"""

import random
from collections.abc import Callable

from stdnum.cn import uscc

# The 31 characters of GB 32100: no I, O, S, V, Z.
_CODE_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ORGANISATION_CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)

_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_VIN_VALUES = {str(digit): digit for digit in range(10)} | dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ", (*range(1, 9), *range(1, 6), 7, 9, *range(2, 10)), strict=True)
)
_VIN_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
_PLATE_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def organisation_check(body: str) -> str:
    """The check character of an eight-character organisation code (GB 11714)."""
    values = (_ORGANISATION_CHARACTERS.index(character) for character in body)
    total = sum(v * w for v, w in zip(values, _ORGANISATION_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]


def unified_code(rng: random.Random, registration: str, region: str) -> str:
    """A unified social credit code (GB 32100) with both of its check characters correct.

    ``registration`` holds the first two digits, ``region`` the six of the registering region.
    """
    body = "MA" + "".join(rng.choices(_CODE_CHARACTERS, k=6))
    head = registration + region + body + organisation_check(body)
    return head + uscc.calc_check_digit(head)


def vin_check(vin: str) -> str:
    """The ninth character that the other sixteen of a vehicle identification number call for."""
    total = sum(
        0 if position == 8 else _VIN_VALUES[character] * _VIN_WEIGHTS[position]
        for position, character in enumerate(vin)
    )
    return "0123456789X"[total % 11]


def vehicle_number(rng: random.Random) -> str:
    """A vehicle identification number (GB 16735) with a correct check digit."""
    makers = "".join(rng.choices(_VIN_LETTERS, k=7))
    vin = f"L{makers}0{rng.choice('JKLMNPRS')}{rng.choice(_VIN_LETTERS)}{rng.randrange(10**6):06d}"
    return vin[:8] + vin_check(vin) + vin[9:]


def plate(rng: random.Random) -> str:
    """A number plate of Zhoukou, such as 豫P7K263; two letters at most, as issued."""
    tail = rng.choices("0123456789", k=5)
    tail[rng.randrange(5)] = rng.choice(_PLATE_CHARACTERS)
    return "豫P" + "".join(tail)


def unused(make: Callable[[], str], taken: set[str]) -> str:
    """The first value of ``make`` that is not in ``taken``; it is added there."""
    value = make()
    while value in taken:
        value = make()
    taken.add(value)
    return value
