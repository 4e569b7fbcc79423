from supervision.assessment.models.appeals import Appeal, Bonus
from supervision.assessment.models.rounds import LineScore, Round, Score, ScoreRow
from supervision.assessment.models.schemes import Scheme, SchemeLine

__all__ = [
    "Appeal",
    "Bonus",
    "LineScore",
    "Round",
    "Scheme",
    "SchemeLine",
    "Score",
    "ScoreRow",
]
