"""All REST resources under one root, with their description."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from clues.api.clues import ClueViewSet
from clues.api.joint import JointVerificationViewSet
from clues.api.letters import LetterViewSet
from clues.api.measures import MeasureViewSet
from clues.api.penalties import PenaltyViewSet
from clues.api.procedures import CrimeViewSet, DisputeViewSet, RefusalViewSet
from clues.api.sharing import (
    SharedRecordViewSet,
    SharingEntryViewSet,
    SharingRequestViewSet,
)
from clues.api.warnings import WarningViewSet
from credit.api.directory import SubjectViewSet
from credit.api.evaluations import AssessmentViewSet, CreditEventViewSet, EvaluationViewSet
from credit.api.indicators import IndicatorSetViewSet
from credit.api.petitions import PetitionViewSet
from credit.api.policies import PolicyViewSet
from credit.api.sanctions import SanctionViewSet
from credit.api.whitelist import WhiteListViewSet
from inspections.api.directory import InspectorViewSet
from inspections.api.draws import DrawViewSet
from inspections.api.plans import PlanItemViewSet
from inspections.api.results import ResultViewSet
from inspections.api.tasks import TaskViewSet
from matters.api import CheckItemViewSet, MatterViewSet
from matters.api_upstream import UpstreamMatterViewSet
from records.api_files import UploadViewSet
from records.api_outbox import OutboxViewSet
from supervision import api_schema  # noqa: F401 (makes the scheme of the login known)
from supervision.api_docs import ApiDocsView, ApiSchemaView
from supervision.assessment.api import ScoreViewSet
from supervision.outbound.api import ActReportViewSet

router = SimpleRouter()
router.register("uploads", UploadViewSet, basename="upload")
router.register("outbox", OutboxViewSet, basename="outbox-message")
router.register("act-reports", ActReportViewSet, basename="act-report")
router.register("letters", LetterViewSet, basename="letter")
router.register("subjects", SubjectViewSet, basename="subject")
router.register("policies", PolicyViewSet, basename="policy")
router.register("inspectors", InspectorViewSet, basename="inspector")
router.register("results", ResultViewSet, basename="result")
router.register("matters", MatterViewSet, basename="matter")
router.register("upstream-matters", UpstreamMatterViewSet, basename="upstream-matter")
router.register("check-items", CheckItemViewSet, basename="check-item")
router.register("plan-items", PlanItemViewSet, basename="plan-item")
router.register("draws", DrawViewSet, basename="draw")
router.register("tasks", TaskViewSet, basename="task")
router.register("warnings", WarningViewSet, basename="warning")
router.register("clues", ClueViewSet, basename="clue")
router.register("joint-verifications", JointVerificationViewSet, basename="joint-verification")
router.register("penalties", PenaltyViewSet, basename="penalty")
router.register("measures", MeasureViewSet, basename="measure")
router.register("crimes", CrimeViewSet, basename="crime")
router.register("disputes", DisputeViewSet, basename="dispute")
router.register("refusals", RefusalViewSet, basename="refusal")
router.register("sharing-entries", SharingEntryViewSet, basename="sharing-entry")
router.register("shared-records", SharedRecordViewSet, basename="shared-record")
router.register("sharing-requests", SharingRequestViewSet, basename="sharing-request")
router.register("sanctions", SanctionViewSet, basename="sanction")
router.register("petitions", PetitionViewSet, basename="petition")
router.register("white-list", WhiteListViewSet, basename="white-list-entry")
router.register("indicator-sets", IndicatorSetViewSet, basename="indicator-set")
router.register("evaluations", EvaluationViewSet, basename="evaluation")
router.register("department-scores", ScoreViewSet, basename="department-score")
router.register("assessments", AssessmentViewSet, basename="assessment")
router.register("credit-events", CreditEventViewSet, basename="credit-event")

urlpatterns = [
    *router.urls,
    path("schema/", ApiSchemaView.as_view(), name="api-schema"),
    path("docs/", ApiDocsView.as_view(), name="api-docs"),
]
