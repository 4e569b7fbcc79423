from clues.models.base import ClueUserPermission, Concealable, ConcealableQuerySet, Counter, Stop
from clues.models.campaign import Campaign
from clues.models.clue import Clue, ClueParty, Complainant, Told
from clues.models.concealed import ConcealedObject
from clues.models.crime import CrimeHandover
from clues.models.dispute import Dispute, DisputeParty, DisputeTalk, Refusal
from clues.models.joint import ClueVisit, JointVerification, VerificationPart
from clues.models.measure import CompulsoryMeasure, MeasureItem, MeasureTest
from clues.models.penalty import Penalty
from clues.models.receipt import Receipt
from clues.models.referral import LetterParty, Referral, ReferralCopy
from clues.models.sharing import SharedRecord, ShareReceipt, SharingEntry, SharingRequest
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
    "Campaign",
    "Clue",
    "ClueParty",
    "ClueUserPermission",
    "ClueVisit",
    "Complainant",
    "CompulsoryMeasure",
    "Concealable",
    "ConcealableQuerySet",
    "ConcealedObject",
    "Counter",
    "CrimeHandover",
    "Dispute",
    "DisputeParty",
    "DisputeTalk",
    "JointVerification",
    "LetterParty",
    "MeasureItem",
    "MeasureTest",
    "Penalty",
    "Receipt",
    "Referral",
    "ReferralCopy",
    "Refusal",
    "RiskWarning",
    "ShareReceipt",
    "SharedRecord",
    "SharingEntry",
    "SharingRequest",
    "Stop",
    "Told",
    "VerificationPart",
    "WarningEvent",
    "WarningParty",
    "WarningReport",
    "WarningReportReceiver",
    "WarningRule",
    "WarningRuleVersion",
]
