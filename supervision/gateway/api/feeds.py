"""Pull calls: what changed in matters, plans, tasks, results and clues since a cursor."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clues.models import Clue
from inspections.models import JointTask, PlanItem, Result
from matters.models import MatterVersion
from supervision.gateway import feed
from supervision.gateway.api.door import GatewayView, caller_of
from supervision.gateway.api.schema import described_pull
from supervision.gateway.feed import Feed
from supervision.gateway.feeds import CLUES, MATTERS, PLANS, RESULTS, TASKS
from supervision.gateway.models import Scope

_SIZE = re.compile("[1-9][0-9]{0,3}")


class _Shown(serializers.ModelSerializer[Any]):
    """What a feed tells of an object; states in code and in words."""

    region_code = serializers.CharField(help_text="行政区划代码")
    state_label = serializers.CharField(source="get_state_display", help_text="状态（文字）")


class FedDutySerializer(serializers.Serializer[Any]):
    """The part of one department."""

    department = serializers.CharField(source="department.name", help_text="部门")
    part = serializers.CharField(help_text="职责代码")
    part_label = serializers.CharField(source="get_part_display", help_text="职责（文字）")


class FedMatterSerializer(_Shown):
    """A version of a matter that is or was in force."""

    code = serializers.CharField(source="matter.code", help_text="事项编码")
    lead = serializers.CharField(source="lead.name", help_text="牵头部门")
    duties = FedDutySerializer(many=True, help_text="部门职责")

    class Meta:
        model = MatterVersion
        fields = (
            "code",
            "number",
            "region_code",
            "name",
            "group",
            "subjects_text",
            "content",
            "legal_bases",
            "exercise_level",
            "way",
            "ratio_bp",
            "full_coverage",
            "lead",
            "duties",
            "state",
            "state_label",
            "in_force_at",
            "ended_at",
        )


class FedPartSerializer(serializers.Serializer[Any]):
    """A department that takes part, and how far it is."""

    department = serializers.CharField(source="department.name", help_text="部门")
    state = serializers.CharField(help_text="状态代码")
    state_label = serializers.CharField(source="get_state_display", help_text="状态（文字）")


class FedPlanSerializer(_Shown):
    """A plan item that was filed."""

    year = serializers.IntegerField(source="plan.year", help_text="年度")
    matter_code = serializers.CharField(
        source="matter_version.matter.code", help_text="监管事项编码"
    )
    lead = serializers.CharField(source="lead.name", help_text="发起部门")
    parts = FedPartSerializer(many=True, help_text="参与部门")

    class Meta:
        model = PlanItem
        fields = (
            "year",
            "number",
            "version",
            "region_code",
            "title",
            "matter_code",
            "lead",
            "parts",
            "categories",
            "full_coverage",
            "period_start",
            "period_end",
            "draw_at",
            "state",
            "state_label",
        )


class FedTaskSerializer(_Shown):
    """A joint task that was handed out; natural persons masked."""

    region_code = serializers.CharField(source="region.code", help_text="行政区划代码")
    subject_name = serializers.CharField(
        source="subject.shown_name", help_text="检查对象，自然人隐去部分"
    )
    subject_identifier = serializers.CharField(
        source="subject.shown_identifier", help_text="检查对象标识，自然人隐去部分"
    )
    lead = serializers.CharField(source="lead.name", help_text="牵头部门")
    parts = FedPartSerializer(many=True, help_text="参与部门")

    class Meta:
        model = JointTask
        fields = (
            "code",
            "region_code",
            "origin",
            "subject_name",
            "subject_identifier",
            "lead",
            "parts",
            "visit_on",
            "dispatched_at",
            "state",
            "state_label",
        )


class FedResultSerializer(_Shown):
    """A result as it was published, with its correction or withdrawal; natural persons masked."""

    region_code = serializers.CharField(source="publication.region.code", help_text="行政区划代码")
    task_code = serializers.CharField(source="part.task.code", help_text="任务编号")
    subject_name = serializers.CharField(
        source="publication.subject_name", help_text="检查对象，自然人隐去部分"
    )
    subject_identifier = serializers.CharField(
        source="publication.subject_identifier", help_text="检查对象标识，自然人隐去部分"
    )
    matter_name = serializers.CharField(source="publication.matter_name", help_text="监管事项")
    department = serializers.CharField(source="publication.department_name", help_text="检查部门")
    checked_on = serializers.DateField(source="publication.checked_on", help_text="检查日期")
    results = serializers.ListField(
        child=serializers.CharField(), source="publication.results", help_text="检查结果（文字）"
    )
    ended_at = serializers.DateTimeField(
        source="publication.ended_at", allow_null=True, help_text="更正或撤销时间"
    )
    end_reason = serializers.CharField(source="publication.end_reason", help_text="更正或撤销理由")

    class Meta:
        model = Result
        fields = (
            "task_code",
            "version",
            "region_code",
            "subject_name",
            "subject_identifier",
            "matter_name",
            "department",
            "checked_on",
            "codes",
            "results",
            "published_at",
            "ended_at",
            "end_reason",
            "state",
            "state_label",
        )


class FedClueSerializer(_Shown):
    """How far a clue is: neither its words nor whom it is about nor who complained."""

    region_code = serializers.CharField(help_text="行政区划代码")
    receiver = serializers.CharField(source="receiver.name", help_text="首接部门")
    holder = serializers.CharField(source="holder.name", help_text="当前责任部门")
    outcome_label = serializers.CharField(
        source="get_outcome_display", help_text="办理结果（文字）"
    )
    merged_into = serializers.CharField(
        source="merged_into.number", allow_null=True, default=None, help_text="并入的线索编号"
    )

    class Meta:
        model = Clue
        fields = (
            "number",
            "region_code",
            "channel",
            "external_number",
            "received_at",
            "receiver",
            "holder",
            "state",
            "state_label",
            "outcome",
            "outcome_label",
            "merged_into",
            "closed_at",
        )


class FeedView(GatewayView):
    """One feed; natural persons are masked, what is confidential is not in it."""

    feed: ClassVar[Feed]
    serializer: ClassVar[type[serializers.ModelSerializer[Any]]]

    def get(self, request: Request) -> Response:
        caller = caller_of(request)
        cursor = request.query_params.get("cursor", "")
        page = feed.read(self.feed, caller.client.region.code, cursor, _size(request))
        return Response(
            {
                "changes": [
                    {
                        "id": change.object_id,
                        "change": "removed" if change.instance is None else "changed",
                        "data": None
                        if change.instance is None
                        else self.serializer(change.instance).data,
                    }
                    for change in page.changes
                ],
                "cursor": page.cursor,
                "more": page.more,
            }
        )


def _size(request: Request) -> int:
    given = request.query_params.get("page_size", str(feed.PAGE_SIZE))
    if not (_SIZE.fullmatch(given) and int(given) <= feed.MOST_ROWS):
        raise exceptions.ValidationError({"page_size": [f"应为 1 至 {feed.MOST_ROWS} 的整数。"]})
    return int(given)


@described_pull
class MattersView(FeedView):
    scopes = {"GET": Scope.MATTERS_READ}
    feed, serializer = MATTERS, FedMatterSerializer


@described_pull
class PlansView(FeedView):
    scopes = {"GET": Scope.PLANS_READ}
    feed, serializer = PLANS, FedPlanSerializer


@described_pull
class TasksView(FeedView):
    scopes = {"GET": Scope.TASKS_READ}
    feed, serializer = TASKS, FedTaskSerializer


@described_pull
class ResultsView(FeedView):
    scopes = {"GET": Scope.RESULTS_READ}
    feed, serializer = RESULTS, FedResultSerializer


@described_pull
class CluesView(FeedView):
    scopes = {"GET": Scope.CLUES_READ}
    feed, serializer = CLUES, FedClueSerializer
