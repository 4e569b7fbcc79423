"""The feeds, and what each tells of: nothing in preparation, nothing confidential."""

from __future__ import annotations

from clues.models import Clue
from inspections.models import JointTask, PlanItem, Publication, Result
from matters.models import MatterVersion
from supervision.gateway.feed import Feed

_M, _P = MatterVersion.State, PlanItem.State

MATTERS = Feed(
    "matter",
    1,
    MatterVersion,
    "matter__region__code",
    lambda: (
        MatterVersion.objects.filter(state__in=(_M.IN_FORCE, _M.SUPERSEDED, _M.ABOLISHED))
        .select_related("matter__region", "lead")
        .prefetch_related("duties__department")
    ),
)
PLANS = Feed(
    "plan",
    2,
    PlanItem,
    "plan__region__code",
    lambda: (
        PlanItem.objects.filter(state__in=(_P.FILED, _P.MERGED, _P.PUBLISHED))
        .select_related("plan__region", "matter_version__matter", "lead")
        .prefetch_related("parts__department")
    ),
)
TASKS = Feed(
    "task",
    3,
    JointTask,
    "region__code",
    lambda: (
        JointTask.objects.exclude(state__in=JointTask.UNSENT)
        .select_related("region", "subject", "lead")
        .prefetch_related("parts__department")
    ),
)
RESULTS = Feed(
    "result",
    4,
    Result,
    "part__task__region__code",
    lambda: Result.objects.filter(publication__in=Publication.objects.all()).select_related(
        "part__task", "publication__region"
    ),
)
CLUES = Feed(
    "clue",
    5,
    Clue,
    "region_code",
    lambda: Clue.objects.filter(confidential=False).select_related(
        "receiver", "holder", "merged_into"
    ),
)
FEEDS = (MATTERS, PLANS, TASKS, RESULTS, CLUES)
