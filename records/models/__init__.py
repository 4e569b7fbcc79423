from records.models.deadline import DayOverride, Deadline, DeadlineExtension, DeadlinePause
from records.models.evidence import Evidence
from records.models.imports import ImportJob
from records.models.outbox import OutboxCircuit, OutboxMessage
from records.models.toned import Toned
from records.models.trail import TrailEntry
from records.models.upload import Upload

__all__ = (
    "DayOverride",
    "Deadline",
    "DeadlineExtension",
    "DeadlinePause",
    "Evidence",
    "ImportJob",
    "OutboxCircuit",
    "OutboxMessage",
    "Toned",
    "TrailEntry",
    "Upload",
)
