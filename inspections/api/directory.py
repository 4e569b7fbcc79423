"""REST resource of inspectors, on the same services and visibility as the pages."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from inspections.acts.directory import INSPECTOR_ACTS
from inspections.filters import InspectorFilter
from inspections.models import Inspector
from inspections.views.directory import InspectorActView, visible
from records.api import IsStaffMember, KeysetPagination, api_actor

_HANDLERS = InspectorActView.handlers


class InspectorSerializer(serializers.ModelSerializer[Inspector]):
    """An inspector with the acts that the caller may do by this interface."""

    department_name = serializers.CharField(source="department.name", help_text="部门全称")
    acts = serializers.SerializerMethodField(help_text="当前可以执行的操作")

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

    def get_acts(self, inspector: Inspector) -> list[str]:
        actor = api_actor(self.context["request"])
        allowed = INSPECTOR_ACTS.allowed(actor, inspector)
        return [act.code for act in allowed if act.code in _HANDLERS]


class InspectorActSerializer(serializers.Serializer[Any]):
    """The body of an act."""

    opinion = serializers.CharField(max_length=1000, help_text="理由")


class InspectorViewSet(viewsets.ReadOnlyModelViewSet[Inspector]):
    """Inspectors visible to the caller, newest first."""

    queryset = Inspector.objects.none()
    serializer_class = InspectorSerializer
    permission_classes = (IsStaffMember,)
    pagination_class = KeysetPagination
    filterset_class = InspectorFilter

    def get_queryset(self) -> QuerySet[Inspector]:
        return visible(api_actor(self.request))

    @extend_schema(request=InspectorActSerializer, responses=InspectorSerializer)
    @action(detail=True, methods=["post"], url_path=r"acts/(?P<code>[a-z_]+)")
    def acts(self, request: Request, pk: str, code: str) -> Response:
        """Do one of ``acts``."""
        inspector = self.get_object()
        if code not in _HANDLERS:
            raise Http404
        body = InspectorActSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        _HANDLERS[code](api_actor(request), inspector.pk, body.validated_data["opinion"])
        return Response(self.get_serializer(self.get_object()).data)
