"""REST resource of joint sanctions, on the same services and visibility as the pages."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from credit.acts.sanctions import SANCTION_ACTS
from credit.forms.sanctions import SanctionFilter
from credit.models import Sanction, SanctionMeasure, SanctionPart
from credit.rules.measures import TASKS
from credit.selectors.sanctions import sanctions_for, shows_end
from credit.services import sanctions
from credit.services.sanctions import MeasureInput, SanctionInput
from records.api import (
    ActsMixin,
    ActsSerializer,
    IsStaffMember,
    KeysetPagination,
    api_actor,
    body_of,
)

_LARGEST_ID = 2**63 - 1


class SanctionMeasureSerializer(serializers.ModelSerializer[SanctionMeasure]):
    """A measure that a department is to take."""

    class Meta:
        model = SanctionMeasure
        fields = ("code", "basis")
        read_only_fields = fields


class SanctionPartSerializer(serializers.ModelSerializer[SanctionPart]):
    """What one department has to do."""

    measures = SanctionMeasureSerializer(many=True, read_only=True, help_text="惩戒措施")

    class Meta:
        model = SanctionPart
        fields = ("id", "department", "state", "received_at", "reported_at", "measures")
        read_only_fields = fields


class SanctionSerializer(ActsSerializer, serializers.ModelSerializer[Sanction]):
    """A sanction with the acts that the caller may do by this interface."""

    act_table = SANCTION_ACTS
    act_codes = tuple(sanctions.HANDLERS)
    parts = SanctionPartSerializer(many=True, read_only=True, help_text="各实施部门")
    end_reason = serializers.SerializerMethodField(help_text="解除理由，签发解除前仅发起部门可见")

    class Meta:
        model = Sanction
        fields = (
            "id",
            "subject",
            "department",
            "trigger",
            "event",
            "facts",
            "basis",
            "months",
            "state",
            "since",
            "until",
            "signed_at",
            "informed_at",
            "ended_at",
            "end_reason",
            "parts",
            "acts",
        )
        read_only_fields = fields

    def get_end_reason(self, sanction: Sanction) -> str:
        actor = api_actor(self.context["request"])
        return sanction.end_reason if shows_end(actor, sanction) else ""


class MeasureInputSerializer(serializers.Serializer[Any]):
    """One measure of the body that draws up a sanction."""

    code = serializers.ChoiceField([(each.code, each.title) for each in TASKS], help_text="措施")
    basis = serializers.CharField(max_length=300, help_text="实施依据")
    departments = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=_LARGEST_ID),
        min_length=1,
        max_length=200,
        help_text="实施部门",
    )


class SanctionInputSerializer(serializers.Serializer[Any]):
    """The body that draws up a sanction."""

    subject = serializers.IntegerField(min_value=1, max_value=_LARGEST_ID, help_text="监管对象")
    trigger = serializers.ChoiceField(Sanction.Trigger.choices, help_text="触发情形")
    event = serializers.IntegerField(
        min_value=1,
        max_value=_LARGEST_ID,
        required=False,
        allow_null=True,
        default=None,
        help_text="所依据的信用记录",
    )
    facts = serializers.CharField(max_length=1000, help_text="失信事实")
    basis = serializers.CharField(max_length=300, help_text="认定依据")
    months = serializers.IntegerField(min_value=1, max_value=1200, help_text="惩戒期限，月")
    measures = MeasureInputSerializer(many=True, help_text="惩戒措施")


class SanctionViewSet(ActsMixin, viewsets.ReadOnlyModelViewSet[Sanction]):
    """Sanctions visible to the caller, newest first."""

    act_handlers = sanctions.HANDLERS
    queryset = Sanction.objects.none()
    serializer_class = SanctionSerializer
    permission_classes = (IsStaffMember,)
    pagination_class = KeysetPagination
    filterset_class = SanctionFilter

    def get_queryset(self) -> QuerySet[Sanction]:
        return sanctions_for(api_actor(self.request))

    @extend_schema(request=SanctionInputSerializer, responses={201: SanctionSerializer})
    def create(self, request: Request) -> Response:
        """Draw up a sanction in the name of one's own department."""
        actor = api_actor(request)
        sanctions.must_initiate(actor)
        values = body_of(request, SanctionInputSerializer)
        measures = [MeasureInput(**each) for each in values.pop("measures")]
        subject = values.pop("subject")
        made = sanctions.draft(actor, subject, SanctionInput(**values, measures=measures))
        return self.answer(made.pk, status.HTTP_201_CREATED)
