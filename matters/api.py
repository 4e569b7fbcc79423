"""REST resources of matters and check items, on the same services and visibility as the pages."""

from __future__ import annotations

from typing import ClassVar

import django_filters
from django.db.models import QuerySet
from rest_framework import mixins, serializers, viewsets

from matters import selectors
from matters.acts import MATTER_ACTS
from matters.models import CheckItem, Duty, MatterVersion
from matters.services import HANDLERS, revise
from records.api import (
    ActsMixin,
    ActsSerializer,
    IsStaffMember,
    KeysetPagination,
    api_actor,
)

# ``revise`` answers with the new draft.
_ACTS = {**HANDLERS, "revise": revise}


class DutySerializer(serializers.ModelSerializer[Duty]):
    """The part of one department."""

    department_name = serializers.CharField(source="department.name", help_text="部门全称")
    enforces = serializers.BooleanField(help_text="是否派出检查人员")

    class Meta:
        model = Duty
        fields = ("department", "department_name", "part", "enforces", "printed", "description")


class MatterSerializer(ActsSerializer, serializers.ModelSerializer[MatterVersion]):
    """A version of a matter with its duties and the acts allowed to the caller now."""

    act_table = MATTER_ACTS
    act_codes = _ACTS

    code = serializers.CharField(source="matter.code", help_text="事项编码")
    matter_number = serializers.IntegerField(source="matter.number", help_text="序号")
    lead_name = serializers.CharField(source="lead.name", help_text="牵头部门全称")
    categories = serializers.SlugRelatedField(
        slug_field="code", many=True, read_only=True, help_text="对象类别代码"
    )
    duties = DutySerializer(many=True, help_text="部门职责，牵头部门在前")

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


class MatterFilter(django_filters.FilterSet):
    code = django_filters.CharFilter(field_name="matter__code", label="事项编码")

    class Meta:
        model = MatterVersion
        fields = ("state", "group", "lead", "code")


class MatterViewSet(ActsMixin, viewsets.ReadOnlyModelViewSet[MatterVersion]):
    """Versions of matters visible to the caller, newest first."""

    act_handlers = _ACTS
    queryset = MatterVersion.objects.none()
    serializer_class = MatterSerializer
    permission_classes = (IsStaffMember,)
    pagination_class = KeysetPagination
    filter_backends = (django_filters.rest_framework.DjangoFilterBackend,)
    filterset_class = MatterFilter

    def get_queryset(self) -> QuerySet[MatterVersion]:
        return selectors.version_details(api_actor(self.request))


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
