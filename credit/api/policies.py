"""Differentiated supervision policies over REST: read them, begin and edit drafts, do their acts
(S5)."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from credit.acts import POLICY_ACTS
from credit.models import PolicyRow, Subject, SupervisionPolicy
from credit.policy_validation import MAX_FREQUENCY, RowInput
from credit.rules import default_policy
from credit.selectors.policies import policies_of
from credit.services import policies as services
from credit.services.policies import LONGEST_NAME, LONGEST_REASON, PolicyInput
from matters.models import MatterVersion
from records.api import (
    ActsMixin,
    ActsSerializer,
    IsStaffMember,
    KeysetPagination,
    api_actor,
    body_of,
)


class PolicyRowSerializer(serializers.ModelSerializer[PolicyRow]):
    """What holds for one grade, in general or in one matter."""

    matter = serializers.IntegerField(
        source="matter_id", allow_null=True, help_text="监管事项编号，空为通用"
    )
    grade = serializers.ChoiceField(Subject.Grade.choices, help_text="等级")
    ratio_bp = serializers.IntegerField(min_value=0, help_text="抽查比例，基点（万分之一）")
    frequency = serializers.IntegerField(
        min_value=0, max_value=MAX_FREQUENCY, default=1, help_text="每年抽查至多几次，0 为不限"
    )
    way = serializers.ChoiceField(
        MatterVersion.Way.choices, default=MatterVersion.Way.ON_SITE, help_text="监管方式"
    )
    trigger_only = serializers.BooleanField(default=False, help_text="触发式监管")

    class Meta:
        model = PolicyRow
        fields = ("matter", "grade", "ratio_bp", "frequency", "way", "trigger_only")
        validators = ()


class PolicySerializer(ActsSerializer, serializers.ModelSerializer[SupervisionPolicy]):
    """A version of a policy as it stands."""

    act_table = POLICY_ACTS
    act_codes = services.HANDLERS
    region = serializers.CharField(source="region.code", help_text="区划代码")
    rows = PolicyRowSerializer(many=True, help_text="按等级的规定")

    class Meta:
        model = SupervisionPolicy
        fields = (
            "id",
            "region",
            "version",
            "name",
            "reason",
            "state",
            "new_industries",
            "rows",
            "created_at",
            "in_force_at",
            "retired_at",
            "acts",
        )


class PolicyInputSerializer(serializers.Serializer[Any]):
    """All that a policy says."""

    name = serializers.CharField(max_length=LONGEST_NAME, help_text="名称")
    reason = serializers.CharField(max_length=LONGEST_REASON, help_text="编制或修订理由")
    new_industries = serializers.ListField(
        child=serializers.CharField(max_length=4), default=list, help_text="新兴产业行业代码"
    )
    rows = PolicyRowSerializer(many=True, help_text="按等级的规定")


class PolicyDraftSerializer(serializers.Serializer[Any]):
    """Under what name a version begins, and why."""

    name = serializers.CharField(max_length=LONGEST_NAME, help_text="名称")
    reason = serializers.CharField(max_length=LONGEST_REASON, help_text="编制或修订理由")


class PolicyViewSet(ActsMixin, viewsets.ReadOnlyModelViewSet[SupervisionPolicy]):
    """差异化监管方案。"""

    act_handlers = services.HANDLERS
    permission_classes = (IsStaffMember,)
    pagination_class = KeysetPagination
    serializer_class = PolicySerializer
    queryset = SupervisionPolicy.objects.none()

    def get_queryset(self) -> QuerySet[SupervisionPolicy]:
        rows = PolicyRow.objects.order_by("matter_id", "grade")
        found = policies_of(api_actor(self.request))
        return found.prefetch_related(Prefetch("rows", queryset=rows))

    @extend_schema(request=PolicyDraftSerializer, responses={201: PolicySerializer})
    def create(self, request: Request) -> Response:
        """Begin a version as a copy of the one in force, the first with the platform's figures."""
        actor = api_actor(request)
        services.must_draft(actor)
        given = body_of(request, PolicyDraftSerializer)
        made = services.draft(actor, **given, rows=default_policy.ROWS)
        return self.answer(made.pk, status.HTTP_201_CREATED)

    @extend_schema(request=PolicyInputSerializer, responses=PolicySerializer)
    @action(detail=True, methods=["post"], url_path="acts/edit")
    def edit(self, request: Request, pk: str) -> Response:
        """Write down a draft anew."""
        policy = self.get_object()
        given = body_of(request, PolicyInputSerializer)
        rows = [RowInput(matter=row.pop("matter_id"), **row) for row in given["rows"]]
        said = PolicyInput(given["name"], given["reason"], tuple(given["new_industries"]), rows)
        return self.answer(services.edit(api_actor(request), policy.pk, said).pk)
