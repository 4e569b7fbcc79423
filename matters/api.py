"""REST resources of matters and check items, on the same services and visibility as the pages."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from matters import selectors
from matters.acts import MATTER_ACTS
from matters.models import CheckItem, Duty, MatterVersion
from matters.services import HANDLERS, revise
from records.api import IsStaffMember, KeysetPagination, api_actor


class DutySerializer(serializers.ModelSerializer[Duty]):
    """The part of one department."""

    department_name = serializers.CharField(source="department.name", help_text="部门全称")
    enforces = serializers.BooleanField(help_text="是否派出检查人员")

    class Meta:
        model = Duty
        fields = ("department", "department_name", "part", "enforces", "printed", "description")


class MatterSerializer(serializers.ModelSerializer[MatterVersion]):
    """A version of a matter with its duties and the acts allowed to the caller now."""

    code = serializers.CharField(source="matter.code", help_text="事项编码")
    matter_number = serializers.IntegerField(source="matter.number", help_text="序号")
    lead_name = serializers.CharField(source="lead.name", help_text="牵头部门全称")
    categories = serializers.SlugRelatedField(
        slug_field="code", many=True, read_only=True, help_text="对象类别代码"
    )
    duties = DutySerializer(many=True, help_text="部门职责，牵头部门在前")
    acts = serializers.SerializerMethodField(help_text="当前可以执行的操作")

    class Meta:
        model = MatterVersion
        fields = (
            "id",
            "code",
            "matter_number",
            "number",
            "state",
            "name",
            "group",
            "theme",
            "subjects_text",
            "content",
            "legal_bases",
            "industry_class",
            "exercise_level",
            "way",
            "ratio_bp",
            "full_coverage",
            "lead",
            "lead_name",
            "categories",
            "duties",
            "change_reason",
            "source",
            "in_force_at",
            "ended_at",
            "created_at",
            "acts",
        )
        read_only_fields = fields

    def get_acts(self, version: MatterVersion) -> list[str]:
        actor = api_actor(self.context["request"])
        callable_here = {*HANDLERS, "revise"}
        return [
            act.code for act in MATTER_ACTS.allowed(actor, version) if act.code in callable_here
        ]


class ActSerializer(serializers.Serializer[Any]):
    """The body of an act."""

    opinion = serializers.CharField(
        required=False, allow_blank=True, max_length=1000, default="", help_text="意见或理由"
    )


class MatterFilter(django_filters.FilterSet):
    code = django_filters.CharFilter(field_name="matter__code", label="事项编码")

    class Meta:
        model = MatterVersion
        fields = ("state", "group", "lead", "code")


class MatterViewSet(viewsets.ReadOnlyModelViewSet[MatterVersion]):
    """Versions of matters visible to the caller, newest first."""

    queryset = MatterVersion.objects.none()
    serializer_class = MatterSerializer
    permission_classes = (IsStaffMember,)
    pagination_class = KeysetPagination
    filter_backends = (django_filters.rest_framework.DjangoFilterBackend,)
    filterset_class = MatterFilter

    def get_queryset(self) -> QuerySet[MatterVersion]:
        return selectors.version_details(api_actor(self.request))

    @extend_schema(request=ActSerializer, responses=MatterSerializer)
    @action(detail=True, methods=["post"], url_path=r"acts/(?P<code>[a-z_]+)")
    def acts(self, request: Request, pk: str, code: str) -> Response:
        """Do one of ``acts``; ``revise`` answers with the new draft."""
        version = self.get_object()
        handler = {**HANDLERS, "revise": revise}.get(code)
        if handler is None:
            raise Http404
        body = ActSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        changed = handler(api_actor(request), version.pk, body.validated_data["opinion"])
        return Response(self.get_serializer(self.get_queryset().get(pk=changed.pk)).data)


class CheckItemSerializer(serializers.ModelSerializer[CheckItem]):
    """A check item of a department's catalogue."""

    department_name = serializers.CharField(source="department.name", help_text="部门全称")

    class Meta:
        model = CheckItem
        fields = (
            "id",
            "department",
            "department_name",
            "code",
            "title",
            "guidance",
            "legal_basis",
            "categories",
            "is_active",
        )
        read_only_fields = fields


class CheckItemApiFilter(django_filters.FilterSet):
    category = django_filters.CharFilter(
        field_name="categories", method="for_category", label="对象类别代码"
    )

    class Meta:
        model = CheckItem
        fields: ClassVar[tuple[str, ...]] = ("department", "is_active")

    def for_category(
        self, queryset: QuerySet[CheckItem], name: str, value: str
    ) -> QuerySet[CheckItem]:
        return queryset.filter(categories__contains=[value])


class CheckItemViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[CheckItem]):
    """The catalogues of the region's departments."""

    queryset = CheckItem.objects.none()
    serializer_class = CheckItemSerializer
    permission_classes = (IsStaffMember,)
    pagination_class = KeysetPagination
    filter_backends = (django_filters.rest_framework.DjangoFilterBackend,)
    filterset_class = CheckItemApiFilter

    def get_queryset(self) -> QuerySet[CheckItem]:
        return selectors.check_items(api_actor(self.request))
