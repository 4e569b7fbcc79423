"""How many are taken of each stratum, in whole numbers only."""

from __future__ import annotations

from collections.abc import Mapping

from .errors import InputError

BASIS = 10_000


def quota_of(count: int, *, bp: int | None = None, quota: int | None = None) -> int:
    """Subjects to select out of ``count``: a fixed ``quota`` or ``bp`` ten-thousandths, rounded up.

    Never more than ``count``.
    """
    if quota is None:
        assert bp is not None
        quota = -(-count * bp // BASIS)
    return min(quota, count)


def spread_total(total: int, strata: Mapping[str, tuple[int, int]]) -> dict[str, int]:
    """Split ``total`` over strata ``{code: (count, bp)}`` by largest remainder over count·bp.

    Ties go to the smaller stratum code. A stratum whose exact share is above its count gets its
    count, and the rest is split again over the others, until no share is above. Strata of weight
    zero get nothing; what they cannot take up stays undrawn. Raises InputError on a negative total.
    """
    if total < 0:
        raise InputError("rules.total", "总数不能为负")
    weights = {code: count * bp for code, (count, bp) in sorted(strata.items()) if count * bp}
    quotas = dict.fromkeys(strata, 0)
    left = total
    while weights:
        whole = sum(weights.values())
        full = [code for code, weight in weights.items() if left * weight > strata[code][0] * whole]
        if not full:
            break
        for code in full:
            quotas[code] = strata[code][0]
            left -= strata[code][0]
            del weights[code]
    if not weights:
        return quotas
    remainders = []
    placed = 0
    for code, weight in weights.items():
        quotas[code], remainder = divmod(left * weight, whole)
        placed += quotas[code]
        remainders.append((-remainder, code))
    for _, code in sorted(remainders)[: left - placed]:
        quotas[code] += 1
    return quotas
