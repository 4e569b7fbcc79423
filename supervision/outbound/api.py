"""REST resource of what was reported of supervision acts, to be read (G4)."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from rest_framework import serializers, viewsets

from departments.models import Department
from records.api import IsStaffMember, KeysetPagination, api_actor
from records.middleware import actor_of
from supervision.outbound.models import ActReport
from supervision.outbound.selectors import STATUSES, act_reports


class ActReportSerializer(serializers.ModelSerializer[ActReport]):
    """What the province was told last of an act; natural persons masked."""

    department_name = serializers.CharField(source="department.name", help_text="实施机关名称")
    status = serializers.ChoiceField(
        source="report_status",
        choices=tuple(STATUSES.items()),
        help_text="报送情况；行为已有变化而尚未再报的为 missing",
    )
    content = serializers.DictField(help_text="最近报送的内容，字段见接口接入说明")
    message = serializers.UUIDField(source="message_id", help_text="推送编号")
    last_error = serializers.CharField(source="message.last_error", help_text="最近错误")

    class Meta:
        model = ActReport
        fields = (
            *("id", "record", "kind", "region_code", "department", "department_name"),
            *("result", "penalty", "measure", "version", "withdrawn", "status", "content"),
            *("message", "last_error", "reported_at"),
        )
        read_only_fields = fields


class ActReportFilter(django_filters.FilterSet):
    """As on the page."""

    kind = django_filters.ChoiceFilter(choices=ActReport.Kind.choices, label="行为类别")
    status = django_filters.ChoiceFilter(
        field_name="report_status", choices=tuple(STATUSES.items()), label="报送情况"
    )
    department = django_filters.ModelChoiceFilter(
        queryset=Department.objects.none(), label="实施机关"
    )
    since = django_filters.DateFilter(method="from_day", label="行为日期自")
    until = django_filters.DateFilter(method="to_day", label="行为日期至")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.request:
            code = actor_of(self.request).region_code
            field: Any = self.filters["department"]
            field.queryset = Department.objects.within(code).filter(enforces=True)

    def from_day(self, queryset: QuerySet[ActReport], name: str, value: Any) -> Any:
        return queryset.filter(_on("gte", value))

    def to_day(self, queryset: QuerySet[ActReport], name: str, value: Any) -> Any:
        return queryset.filter(_on("lte", value))


def _on(comparison: str, day: Any) -> Q:
    checked = Q(**{f"part__submitted_at__date__{comparison}": day})
    decided = Q(**{f"penalty__decided_on__{comparison}": day})
    return checked | decided | Q(**{f"measure__carried_out_at__date__{comparison}": day})


class ActReportViewSet(viewsets.ReadOnlyModelViewSet[ActReport]):
    """Reports of supervision acts, newest first, for the coordination office of the region."""

    queryset = ActReport.objects.none()
    serializer_class = ActReportSerializer
    permission_classes = (IsStaffMember,)
    pagination_class = KeysetPagination
    filterset_class = ActReportFilter

    def get_queryset(self) -> QuerySet[ActReport]:
        return act_reports(api_actor(self.request))
