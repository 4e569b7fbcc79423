from clues.models.base import ClueUserPermission, Concealable, ConcealableQuerySet, Counter, Stop
from clues.models.clue import Clue, ClueParty, Complainant, Told
from clues.models.crime import CrimeHandover
from clues.models.dispute import Dispute, DisputeParty, DisputeTalk, Refusal
from clues.models.referral import Referral, ReferralCopy
from clues.models.warning import (
    RiskWarning,
    WarningEvent,
    WarningParty,
    WarningReport,
    WarningReportReceiver,
    WarningRule,
    WarningRuleVersion,
)

__all__ = [
    "Clue",
    "ClueParty",
    "ClueUserPermission",
    "Complainant",
    "Concealable",
    "ConcealableQuerySet",
    "Counter",
    "CrimeHandover",
    "Dispute",
    "DisputeParty",
    "DisputeTalk",
    "Referral",
    "ReferralCopy",
    "Refusal",
    "RiskWarning",
    "Stop",
    "Told",
    "WarningEvent",
    "WarningParty",
    "WarningReport",
    "WarningReportReceiver",
    "WarningRule",
    "WarningRuleVersion",
]
