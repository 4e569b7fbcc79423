"""Plan items over REST: the same services, acts and visibility as the pages."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from departments.models import Department
from inspections.acts.plans import PLAN_ITEM_ACTS, PLAN_PART_ACTS
from inspections.models import PlanItem, PlanItemPart
from inspections.selectors import plans as selectors
from inspections.services import plans as services
from inspections.services.plan_acts import ITEM_HANDLERS, PART_HANDLERS, must_see
from inspections.services.plan_data import ItemData
from records.api import (
    ActsMixin,
    ActsSerializer,
    IsStaffMember,
    KeysetPagination,
    OpinionSerializer,
    api_actor,
    body_of,
)
from records.params import key_of


class DepartmentField(serializers.ModelSerializer[Department]):
    """A department as other resources refer to it."""

    class Meta:
        model = Department
        fields = ("id", "name", "short_name")


class PlanItemPartSerializer(ActsSerializer, serializers.ModelSerializer[PlanItemPart]):
    """A department that takes part."""

    act_table = PLAN_PART_ACTS
    act_codes = PART_HANDLERS
    department = DepartmentField(read_only=True, help_text="部门")
    check_items = serializers.SerializerMethodField(help_text="检查事项")

    class Meta:
        model = PlanItemPart
        fields = (
            "id",
            "department",
            "part",
            "sends_inspectors",
            "check_items",
            "state",
            "opinion",
            "decided_at",
            "acts",
        )

    @extend_schema_field(serializers.ListField(child=serializers.DictField()))
    def get_check_items(self, part: PlanItemPart) -> list[dict[str, Any]]:
        return [
            {"id": entry.pk, "code": entry.code, "title": entry.title}
            for entry in part.check_items.all()
        ]


class PlanItemSerializer(ActsSerializer, serializers.ModelSerializer[PlanItem]):
    """A plan item as it stands."""

    act_table = PLAN_ITEM_ACTS
    act_codes = ITEM_HANDLERS
    year = serializers.IntegerField(source="plan.year", help_text="年度")
    matter = serializers.CharField(source="matter_version.name", help_text="监管事项")
    lead = DepartmentField(read_only=True, help_text="发起部门")
    parts = serializers.SerializerMethodField(help_text="参与部门")
    parties = serializers.SerializerMethodField(help_text="抽取参与方")

    class Meta:
        model = PlanItem
        fields = (
            "id",
            "year",
            "number",
            "version",
            "state",
            "title",
            "matter",
            "matter_version",
            "lead",
            "categories",
            "ratios",
            "quota",
            "full_coverage",
            "period_start",
            "period_end",
            "draw_at",
            "draw_mode",
            "draw_level",
            "staffing",
            "officers_per_visit",
            "max_teams",
            "filed_at",
            "parts",
            "parties",
            "acts",
        )

    @extend_schema_field(PlanItemPartSerializer(many=True))
    def get_parts(self, item: PlanItem) -> Any:
        parts = list(item.parts.all())
        for part in parts:
            part.item = item  # the acts of a part ask its item
        return PlanItemPartSerializer(parts, many=True, context=self.context).data

    @extend_schema_field(serializers.ListField(child=serializers.DictField()))
    def get_parties(self, item: PlanItem) -> list[dict[str, Any]]:
        return [
            {"code": party.code, "department": party.department.name}
            for party in item.parties.all()
        ]


class _PartInput(serializers.Serializer[Any]):
    department = serializers.IntegerField(help_text="部门编号")
    check_items = serializers.ListField(
        child=serializers.IntegerField(), help_text="检查事项编号", allow_empty=True
    )


class PlanItemInput(serializers.Serializer[Any]):
    """A plan item as somebody wants it."""

    year = serializers.IntegerField(help_text="年度")
    matter_version = serializers.IntegerField(help_text="已生效事项版本的编号")
    title = serializers.CharField(max_length=120, help_text="计划名称")
    categories = serializers.ListField(child=serializers.SlugField(), help_text="对象类别代码")
    parts = _PartInput(many=True, help_text="参与部门及其检查事项")
    ratios = serializers.DictField(
        child=serializers.IntegerField(), help_text="各等级抽查比例，基点（万分之一）"
    )
    quota = serializers.IntegerField(required=False, allow_null=True, help_text="抽取总数")
    full_coverage = serializers.BooleanField(default=False, help_text="全覆盖")
    period_start = serializers.DateField(help_text="检查开始日期")
    period_end = serializers.DateField(help_text="检查截止日期")
    draw_at = serializers.DateTimeField(help_text="抽取时间")
    draw_mode = serializers.ChoiceField(PlanItem.DrawMode.choices, help_text="抽取方式")
    draw_level = serializers.ChoiceField(PlanItem.Level.choices, help_text="公信级别")
    staffing = serializers.ChoiceField(PlanItem.Staffing.choices, help_text="派人方式")
    officers_per_visit = serializers.IntegerField(default=2, help_text="每部门每次到场人数")
    max_teams = serializers.IntegerField(default=8, help_text="最多编组数")
    parties = serializers.ListField(
        child=serializers.IntegerField(), default=list, help_text="抽取参与方的部门编号"
    )


class PlanItemViewSet(
    ActsMixin, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[PlanItem]
):
    """年度联合检查计划项目。"""

    act_handlers = ITEM_HANDLERS
    permission_classes = (IsStaffMember,)
    pagination_class = KeysetPagination
    serializer_class = PlanItemSerializer
    queryset = PlanItem.objects.none()

    def get_queryset(self) -> QuerySet[PlanItem]:
        found = PlanItem.objects.visible_to(api_actor(self.request))
        if year := self.request.query_params.get("year"):
            found = found.filter(plan__year=key_of(year))
        return selectors.with_relations(found)

    @extend_schema(request=PlanItemInput, responses={201: PlanItemSerializer})
    def create(self, request: Request) -> Response:
        """Prepare a plan item in the name of the matter's lead department."""
        values = body_of(request, PlanItemInput)
        year, version = values.pop("year"), values.pop("matter_version")
        parts = values.pop("parts")
        data = ItemData(
            check_items={part["department"]: tuple(part["check_items"]) for part in parts},
            categories=tuple(values.pop("categories")),
            parties=tuple(values.pop("parties")),
            **values,
        )
        item = services.create_item(api_actor(request), year, version, data)
        return self.answer(item.pk, status.HTTP_201_CREATED)

    @extend_schema(request=OpinionSerializer, responses=PlanItemSerializer)
    @action(
        detail=True,
        methods=["post"],
        url_path=r"parts/(?P<part>\d+)/acts/(?P<code>[a-z-]+)",
        url_name="part-act",
    )
    def part_act(self, request: Request, pk: str, part: str, code: str) -> Response:
        """Answer for a department that takes part."""
        if code not in PART_HANDLERS:
            raise Http404
        item = self.get_object()
        found = get_object_or_404(item.parts, pk=part)
        given = body_of(request, OpinionSerializer)
        PART_HANDLERS[code](api_actor(request), found.pk, given["opinion"])
        return self.answer(item.pk)

    def get_object(self) -> PlanItem:
        """As the pages do, an act forged on an item that the caller cannot see is recorded."""
        if self.action == "retrieve":
            return super().get_object()
        item = get_object_or_404(PlanItem.objects.all(), pk=self.kwargs["pk"])
        must_see(api_actor(self.request), item, f"plan-item.{self.kwargs['code']}")
        return item

    def answer(self, pk: int, code: int = status.HTTP_200_OK) -> Response:
        """The item after a change, even when the caller can no longer see it in lists."""
        item = selectors.with_relations(PlanItem.objects.filter(pk=pk)).get()
        return Response(self.get_serializer(item).data, status=code)
