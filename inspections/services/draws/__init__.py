"""The draw as the house carries it out: announce, commit, freeze, reveal, complete (I4–I6).

Each function is one transaction with its trail entry in it; docs/draw.md says what it promises.
"""

from inspections.services.draws.announcing import announce
from inspections.services.draws.completing import complete, void
from inspections.services.draws.freezing import freeze
from inspections.services.draws.gathering import gather, quotas
from inspections.services.draws.handing_out import hand_out
from inspections.services.draws.parties import commit_nonce, reveal
from inspections.services.draws.pending import pending_draw_work
from inspections.services.draws.scheduling import run_due
from inspections.services.draws.stored import (
    UNREADABLE,
    bundle,
    certificate_of,
    frozen_of,
    is_damaged,
    verification,
)

__all__ = (
    "UNREADABLE",
    "announce",
    "bundle",
    "certificate_of",
    "commit_nonce",
    "complete",
    "freeze",
    "frozen_of",
    "gather",
    "hand_out",
    "is_damaged",
    "pending_draw_work",
    "quotas",
    "reveal",
    "run_due",
    "verification",
    "void",
)
