from clues.models.base import ClueUserPermission, Concealable, ConcealableQuerySet, Counter, Stop
from clues.models.clue import Clue, ClueParty, Complainant, Told
from clues.models.referral import Referral, ReferralCopy

__all__ = [
    "Clue",
    "ClueParty",
    "ClueUserPermission",
    "Complainant",
    "Concealable",
    "ConcealableQuerySet",
    "Counter",
    "Referral",
    "ReferralCopy",
    "Stop",
    "Told",
]
