"""Joint verifications over REST: the same services, acts and visibility as the pages."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from clues.acts.joint import JOINT_ACTS
from clues.api.procedure_inputs import JointInput
from clues.models import Clue, JointVerification, VerificationPart
from clues.selectors.joint import ORDER, joint_list, shows_conclusion, shows_finding
from clues.services.joint import JOINT_HANDLERS, Asked, begin
from clues.services.procedures import must_work_in_department
from records.api import (
    ActsMixin,
    ActsSerializer,
    IsStaffMember,
    KeysetPagination,
    api_actor,
    body_of,
)


class JointPagination(KeysetPagination):
    """As the list page, newest first."""

    ordering = ORDER


class VerificationPartSerializer(serializers.ModelSerializer[VerificationPart]):
    """What one department verifies, and what it found."""

    department = serializers.CharField(source="department.name", help_text="核查部门")

    class Meta:
        model = VerificationPart
        fields = ("id", "department", "task", "days", "state", "finding", "confirmed_at")

    def to_representation(self, instance: VerificationPart) -> dict[str, Any]:
        """Without what the department's head has not signed yet."""
        shown: dict[str, Any] = super().to_representation(instance)
        if not shows_finding(api_actor(self.context["request"]), instance):
            shown["finding"] = ""
        return shown


class JointVerificationSerializer(ActsSerializer, serializers.ModelSerializer[JointVerification]):
    """A joint verification with its parts and the acts allowed to the caller now."""

    act_table = JOINT_ACTS
    act_codes = tuple(JOINT_HANDLERS)
    clue_number = serializers.CharField(source="clue.number", help_text="线索编号")
    lead = serializers.CharField(source="lead.name", help_text="牵头部门")
    parts = VerificationPartSerializer(many=True, help_text="核查分工")

    class Meta:
        model = JointVerification
        fields = (
            "id",
            "clue",
            "clue_number",
            "lead",
            "state",
            "purpose",
            "created_at",
            "opened_at",
            "parts",
            "conclusion",
            "concluded_at",
            "acts",
        )
        read_only_fields = fields

    def to_representation(self, instance: JointVerification) -> dict[str, Any]:
        """Without a conclusion that the head has not signed yet."""
        shown: dict[str, Any] = super().to_representation(instance)
        if not shows_conclusion(api_actor(self.context["request"]), instance):
            shown["conclusion"] = ""
        return shown


class JointVerificationViewSet(ActsMixin, viewsets.ReadOnlyModelViewSet[JointVerification]):
    """Joint verifications that the caller may know of, newest first; POST prepares one."""

    act_handlers = JOINT_HANDLERS
    queryset = JointVerification.objects.none()
    serializer_class: Any = JointVerificationSerializer
    permission_classes = (IsStaffMember,)
    pagination_class = JointPagination
    filterset_fields = ("state", "clue")

    @extend_schema(request=JointInput, responses={201: JointVerificationSerializer})
    def create(self, request: Request) -> Response:
        """Put the parts of a joint verification before the head of the lead department."""
        actor = api_actor(request)
        must_work_in_department(actor, "joint.begin")
        given = body_of(request, JointInput)
        clue = get_object_or_404(Clue.objects.visible_to(actor), pk=given["clue"])
        asked = [Asked(**part) for part in given["parts"]]
        joint = begin(actor, clue.pk, given["purpose"], asked)
        return self.answer(joint.pk, status.HTTP_201_CREATED)

    def get_queryset(self) -> QuerySet[JointVerification]:
        return joint_list(api_actor(self.request))
