"""What the ends of procedures count as for their subject's credit (``credit.rules.events``)."""

from __future__ import annotations

CLUE_FOUNDED = ("corrected", "penalised", "criminal")
"""Outcomes of a clue that say that what was reported was so (查证属实)."""

CLUE_KINDS: dict[str, str] = {
    "hotline": "complaint",
    "platform": "complaint",
    "association": "complaint",
    "grid": "complaint",
    "media": "complaint",
    "region": "complaint",
    "visit": "complaint",
    "national": "warning",
    "warning": "warning",
}
"""What a founded clue counts as, by where it came from. One found at a check counts by the result
of the check already."""

WARNING_FOUNDED = ("check", "campaign")
"""Outcomes that say that a warning was taken as founded; one that became a clue counts by the end
of the clue."""

HEAVY_PENALTIES = ("licence", "restriction", "detention")
"""Kinds of penalties that count as heavy ones; each penalty counts once."""
