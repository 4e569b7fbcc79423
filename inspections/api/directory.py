"""REST resource of inspectors, on the same services and visibility as the pages."""

from __future__ import annotations

from django.db.models import QuerySet
from rest_framework import serializers, viewsets

from inspections.acts.directory import INSPECTOR_ACTS
from inspections.filters import InspectorFilter
from inspections.models import Inspector
from inspections.views.directory import InspectorActView, visible
from records.api import ActsMixin, ActsSerializer, IsStaffMember, KeysetPagination, api_actor


class InspectorSerializer(ActsSerializer, serializers.ModelSerializer[Inspector]):
    """An inspector with the acts that the caller may do by this interface."""

    act_table = INSPECTOR_ACTS
    act_codes = InspectorActView.handlers

    department_name = serializers.CharField(source="department.name", help_text="部门全称")

    class Meta:
        model = Inspector
        fields = (
            "id",
            "licence",
            "name",
            "department",
            "department_name",
            "valid_from",
            "valid_until",
            "specialities",
            "townships",
            "is_active",
            "acts",
        )
        read_only_fields = fields


class InspectorViewSet(ActsMixin, viewsets.ReadOnlyModelViewSet[Inspector]):
    """Inspectors visible to the caller, newest first."""

    act_handlers = InspectorActView.handlers
    queryset = Inspector.objects.none()
    serializer_class = InspectorSerializer
    permission_classes = (IsStaffMember,)
    pagination_class = KeysetPagination
    filterset_class = InspectorFilter

    def get_queryset(self) -> QuerySet[Inspector]:
        return visible(api_actor(self.request))
