from supervision.assessment.models.appeals import Appeal, Bonus
from supervision.assessment.models.rounds import LineScore, Round, RoundNotice, Score, ScoreRow
from supervision.assessment.models.schemes import Scheme, SchemeLine

__all__ = [
    "Appeal",
    "Bonus",
    "LineScore",
    "Round",
    "RoundNotice",
    "Scheme",
    "SchemeLine",
    "Score",
    "ScoreRow",
]
