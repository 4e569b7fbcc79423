from credit.models.duplicates import (
    DuplicatePair,
    MovedRows,
    SubjectKey,
    SubjectMerge,
    Uncompared,
)
from credit.models.evaluation import (
    Adjustment,
    Assessment,
    Evaluation,
    EvaluationNotice,
    EvaluationStep,
    Stale,
    Standing,
)
from credit.models.events import CreditEvent
from credit.models.indicators import Indicator, IndicatorSet
from credit.models.labels import Label, LabelRule, SubjectLabel
from credit.models.petition import Petition, PetitionItem
from credit.models.policy import PolicyRow, SupervisionPolicy
from credit.models.sanction import Sanction, SanctionMeasure, SanctionPart
from credit.models.subject import Subject, SubjectChange, SubjectQuerySet
from credit.models.whitelist import WhiteListEntry, WhiteListNotice

__all__ = [
    "Adjustment",
    "Assessment",
    "CreditEvent",
    "DuplicatePair",
    "Evaluation",
    "EvaluationNotice",
    "EvaluationStep",
    "Indicator",
    "IndicatorSet",
    "Label",
    "LabelRule",
    "MovedRows",
    "Petition",
    "PetitionItem",
    "PolicyRow",
    "Sanction",
    "SanctionMeasure",
    "SanctionPart",
    "Stale",
    "Standing",
    "Subject",
    "SubjectChange",
    "SubjectKey",
    "SubjectLabel",
    "SubjectMerge",
    "SubjectQuerySet",
    "SupervisionPolicy",
    "Uncompared",
    "WhiteListEntry",
    "WhiteListNotice",
]
