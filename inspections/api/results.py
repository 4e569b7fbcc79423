"""REST resource of results, on the same services and visibility as the pages."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from inspections.acts.results import RESULT_ACTS
from inspections.forms_results import ResultFilter
from inspections.models import Result
from inspections.result_codes import BUSINESS_CODES, OTHER_CODES
from inspections.selectors import results as selectors
from inspections.services.results import HANDLERS, LONGEST_REMARK, submit
from records.api import (
    ActsMixin,
    ActsSerializer,
    IsStaffMember,
    KeysetPagination,
    api_actor,
    body_of,
)


class ResultSerializer(ActsSerializer, serializers.ModelSerializer[Result]):
    """A department's result of a visit with the acts allowed to the caller now."""

    act_table = RESULT_ACTS
    act_codes = ("submit", *HANDLERS)
    task = serializers.IntegerField(source="part.task_id", help_text="联合检查任务")
    task_code = serializers.CharField(source="part.task.code", help_text="任务编号")
    plan_item = serializers.IntegerField(
        source="part.task.item_id", allow_null=True, help_text="计划项目，个案检查为空"
    )
    subject = serializers.IntegerField(source="part.task.subject_id", help_text="检查对象")
    subject_name = serializers.CharField(
        source="part.task.subject.shown_name", help_text="检查对象名称"
    )
    subject_identifier = serializers.CharField(
        source="part.task.subject.shown_identifier", help_text="检查对象标识"
    )
    matter_name = serializers.CharField(source="part.task.matter_name", help_text="监管事项")
    department = serializers.IntegerField(source="part.department_id", help_text="检查部门")
    department_name = serializers.CharField(source="part.department.name", help_text="部门全称")
    checked_at = serializers.DateTimeField(
        source="part.submitted_at", allow_null=True, help_text="现场提交时间"
    )
    conclusion = serializers.ListField(
        child=serializers.CharField(), help_text="检查结果的文字表述"
    )

    class Meta:
        model = Result
        fields = (
            "id",
            "task",
            "task_code",
            "plan_item",
            "subject",
            "subject_name",
            "subject_identifier",
            "matter_name",
            "department",
            "department_name",
            "version",
            "state",
            "codes",
            "conclusion",
            "remark",
            "change_reason",
            "checked_at",
            "submitted_at",
            "approved_at",
            "published_at",
            "acts",
        )
        read_only_fields = fields


class ConclusionSerializer(serializers.Serializer[Any]):
    """The body of ``submit``."""

    codes = serializers.ListField(
        child=serializers.ChoiceField(choices=sorted({*BUSINESS_CODES, *OTHER_CODES})),
        allow_empty=False,
        max_length=len(BUSINESS_CODES),
        help_text="检查结果代码，须属于该类对象的代码集",
    )
    remark = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=LONGEST_REMARK,
        help_text="说明，不公示",
    )


class ResultViewSet(ActsMixin, viewsets.ReadOnlyModelViewSet[Result]):
    """Results visible to the caller, newest first."""

    act_handlers = HANDLERS
    queryset = Result.objects.none()
    serializer_class = ResultSerializer
    permission_classes = (IsStaffMember,)
    pagination_class = KeysetPagination
    filterset_class = ResultFilter

    def get_queryset(self) -> QuerySet[Result]:
        return selectors.result_details(api_actor(self.request))

    @extend_schema(request=ConclusionSerializer, responses=ResultSerializer)
    @action(detail=True, methods=["post"], url_path="acts/submit")
    def submit(self, request: Request, pk: str) -> Response:
        """Enter the conclusion and hand it to the head."""
        result = self.get_object()
        given = body_of(request, ConclusionSerializer)
        submit(api_actor(request), result.pk, **given)
        return self.answer(result.pk)
