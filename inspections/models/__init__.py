from inspections.models.directory import Inspector, Recusal
from inspections.models.draws import (
    Draw,
    DrawAssignment,
    DrawCode,
    DrawParty,
    DrawSelected,
)
from inspections.models.plans import PlanItem, PlanItemPart, PlanItemParty, YearPlan
from inspections.models.rectification import Rectification
from inspections.models.results import Publication, Result
from inspections.models.tasks import (
    CheckIn,
    JointTask,
    JointTaskGroupPermission,
    JointTaskUserPermission,
    Notice,
    PhoneReceipt,
    Signature,
    TaskItem,
    TaskOfficer,
    TaskPart,
)

__all__ = (
    "CheckIn",
    "Draw",
    "DrawAssignment",
    "DrawCode",
    "DrawParty",
    "DrawSelected",
    "Inspector",
    "JointTask",
    "JointTaskGroupPermission",
    "JointTaskUserPermission",
    "Notice",
    "PhoneReceipt",
    "PlanItem",
    "PlanItemPart",
    "PlanItemParty",
    "Publication",
    "Rectification",
    "Recusal",
    "Result",
    "Signature",
    "TaskItem",
    "TaskOfficer",
    "TaskPart",
    "YearPlan",
)
