"""Made-up indicator sets and facts for the properties of scoring."""

from __future__ import annotations

import datetime as dt

from hypothesis import strategies as st

from credit.scoring import Bands, Fact, Indicator, Measure

TODAY = dt.date(2026, 6, 30)
BANDS = Bands(8_500, 7_000, 5_000)
EVENTS = ("penalty", "finding", "complaint", "public_rating", "dishonest", "honour")
MATTERS = (None, 1, 2)

_days = st.dates(dt.date(2022, 1, 1), dt.date(2026, 12, 31))


@st.composite
def indicators(draw: st.DrawFn) -> list[Indicator]:
    """Up to eight lines whose taking weights sum to a hundred points at the most."""
    left = 10_000
    lines = []
    for number in range(draw(st.integers(1, 8))):
        adds = draw(st.booleans())
        weight = draw(st.integers(0, 2_000 if adds else left))
        left -= 0 if adds else weight
        lines.append(
            Indicator(
                code=f"line-{number}",
                event=draw(st.sampled_from(EVENTS)),
                measure=draw(st.sampled_from(Measure)),
                weight=weight,
                full_at=draw(st.sampled_from((1, 2, 3, 7, 1_000, 10**12))),
                since=draw(st.none() | _days),
                adds=adds,
                veto=draw(st.booleans()),
                own_matter=draw(st.booleans()),
            )
        )
    return lines


@st.composite
def facts(draw: st.DrawFn, matters: tuple[int | None, ...] = MATTERS) -> list[Fact]:
    """Up to a dozen facts, some over, some ahead, some of another matter."""
    found = []
    for serial in range(draw(st.integers(0, 12))):
        day = draw(_days)
        ends = draw(st.none() | st.dates(day, dt.date(2027, 12, 31)))
        found.append(
            Fact(
                event=draw(st.sampled_from(EVENTS)),
                day=day,
                amount=draw(st.sampled_from((0, 1, 2, 3, 999, 10**12))),
                serial=serial,
                until=ends,
                matter=draw(st.sampled_from(matters)),
            )
        )
    return found
