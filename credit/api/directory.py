"""REST resource of subjects, on the same services and visibility as the pages."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from credit.acts import SUBJECT_ACTS, may_keep_directory
from credit.api.upsert import UpsertedSerializer, UpsertSerializer, ensure_faultless
from credit.filters import SubjectFilter
from credit.models import Subject
from credit.services.adjustments import adjust
from credit.services.directory import upsert_subjects
from credit.services.unmasking import unmask
from credit.views.directory import visible
from records.acts import LONGEST_OPINION
from records.api import (
    ActsSerializer,
    IsStaffMember,
    KeysetPagination,
    RowSerializer,
    api_actor,
    body_of,
)
from records.errors import NotAllowed


class SubjectSerializer(ActsSerializer, RowSerializer, serializers.ModelSerializer[Subject]):
    """A subject with the acts that the caller may do by this interface; a natural person, or a
    house, is masked."""

    act_table = SUBJECT_ACTS
    act_codes = ("grade",)

    region = serializers.CharField(source="region.code", help_text="行政区划代码")
    township = serializers.CharField(
        source="township.code", allow_null=True, default=None, help_text="乡镇街道代码"
    )
    township_name = serializers.CharField(
        source="township.name", allow_null=True, default=None, help_text="乡镇街道名称"
    )

    identifier = serializers.CharField(
        source="shown_identifier", help_text="标识，自然人和房屋已遮盖"
    )
    name = serializers.CharField(source="shown_name", help_text="名称，自然人和房屋已遮盖")
    address = serializers.CharField(source="shown_address", help_text="地址，自然人和房屋已遮盖")

    class Meta:
        model = Subject
        fields = (
            "id",
            "region",
            "id_kind",
            "identifier",
            "name",
            "categories",
            "industry_class",
            "address",
            "township",
            "township_name",
            "grade",
            "status",
            "labels",
            "merged_into",
            "created_at",
            "updated_at",
            "acts",
        )
        read_only_fields = fields
        extra_kwargs: ClassVar = {
            "merged_into": {"help_text": "并入的监管对象编号；状态不是“已合并”的为空"}
        }


class GradeSerializer(serializers.Serializer[Any]):
    """The body of the act ``grade``."""

    grade = serializers.ChoiceField(choices=Subject.Grade.choices, help_text="新等级")
    opinion = serializers.CharField(max_length=LONGEST_OPINION, help_text="调整理由")
    until = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="调整至，不填按最长期限"
    )


class UnmaskSerializer(serializers.Serializer[Any]):
    """The body of the act ``unmask``."""

    opinion = serializers.CharField(max_length=LONGEST_OPINION, help_text="查看完整信息的理由")


class FullSubjectSerializer(serializers.ModelSerializer[Subject]):
    """A natural person in full, shown once."""

    class Meta:
        model = Subject
        fields = ("id", "id_kind", "identifier", "name", "address")
        read_only_fields = fields


class SubjectViewSet(viewsets.ReadOnlyModelViewSet[Subject]):
    """Subjects visible to the caller, newest first."""

    queryset = Subject.objects.none()
    serializer_class = SubjectSerializer
    permission_classes = (IsStaffMember,)
    pagination_class = KeysetPagination
    filterset_class = SubjectFilter

    def get_queryset(self) -> QuerySet[Subject]:
        return visible(api_actor(self.request))

    def filter_queryset(self, queryset: QuerySet[Subject]) -> QuerySet[Subject]:
        """Lists are filtered; a single subject is found, merged into another or not."""
        return queryset if self.detail else super().filter_queryset(queryset)

    @extend_schema(request=UpsertSerializer, responses=UpsertedSerializer)
    @action(detail=False, methods=["post"], pagination_class=None, filterset_class=None)
    def upsert(self, request: Request) -> Response:
        """Enter or update up to 1,000 subjects, all or none; sent again it changes nothing."""
        actor = api_actor(request)
        if not may_keep_directory(actor):
            raise NotAllowed("您没有维护监管对象名录的权限。", verb="subject.upsert")
        body = UpsertSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        rows = body.entries()
        ensure_faultless(actor, rows)
        done = upsert_subjects(actor, rows, f"接口：{body.validated_data['source']}")
        return Response(UpsertedSerializer(done).data)

    @extend_schema(request=UnmaskSerializer, responses=FullSubjectSerializer)
    @action(detail=True, methods=["post"], url_path="acts/unmask")
    def unmask(self, request: Request, pk: str) -> Response:
        """Show a natural person in full, for a reason that the trail keeps."""
        subject = self.get_object()
        given = body_of(request, UnmaskSerializer)
        shown = unmask(api_actor(request), subject.pk, given["opinion"])
        return Response(FullSubjectSerializer(shown).data, headers={"Cache-Control": "no-store"})

    @extend_schema(request=GradeSerializer, responses=SubjectSerializer)
    @action(detail=True, methods=["post"], url_path="acts/grade")
    def grade(self, request: Request, pk: str) -> Response:
        """Give a subject another grade; the credit group's act."""
        subject = self.get_object()
        given = body_of(request, GradeSerializer)
        adjust(api_actor(request), subject.pk, given["grade"], given["opinion"], given["until"])
        return Response(self.get_serializer(self.get_object()).data)
