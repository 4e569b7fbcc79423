"""REST resource of warnings, on the same services and visibility as the pages."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from clues.acts.warnings import WARNING_ACTS
from clues.forms.warnings import WarningFilter
from clues.models import RiskWarning
from clues.rules import warnings as w
from clues.selectors import warnings as selectors
from clues.services.warnings import response
from credit.models import Subject
from departments.models import Department, Region
from matters.models import Matter
from records.actor import Actor
from records.acts import LONGEST_OPINION
from records.api import (
    ActsMixin,
    ActsSerializer,
    IsStaffMember,
    KeysetPagination,
    api_actor,
    body_of,
)
from records.errors import Refused


class WarningSerializer(ActsSerializer, serializers.ModelSerializer[RiskWarning]):
    """A warning with the acts allowed to the caller now."""

    act_table = WARNING_ACTS
    act_codes = (*response.HANDLERS, "assign", "study", "conclude", "clue", "check")
    rule_name = serializers.CharField(
        source="version.name", default="", help_text="规则名称，上级下发的为空"
    )
    township_code = serializers.CharField(
        source="township.code", default="", help_text="乡镇街道代码"
    )
    owner_name = serializers.CharField(source="owner.name", help_text="责任部门全称")
    outcome = serializers.ChoiceField(
        RiskWarning.Outcome.choices,
        allow_blank=True,
        read_only=True,
        help_text="处置结果，未处置的为空",
    )

    class Meta:
        model = RiskWarning
        fields = (
            "id",
            "number",
            "origin",
            "external_number",
            "level",
            "state",
            "title",
            "content",
            "plan",
            "rule_name",
            "value",
            "window_from",
            "window_to",
            "raised_at",
            "subject",
            "township_code",
            "matter",
            "owner",
            "owner_name",
            "study_held_on",
            "study_conclusion",
            "outcome",
            "settled_at",
            "closed_at",
            "acts",
        )
        read_only_fields = fields


class WarningFromAboveSerializer(serializers.Serializer[Any]):
    """A warning that the nation or the province sends down."""

    origin = serializers.ChoiceField(
        choices=[c for c in RiskWarning.Origin.choices if c[0] != RiskWarning.Origin.RULE],
        help_text="来源",
    )
    external_number = serializers.CharField(
        max_length=60, help_text="来源编号，同一来源同一编号重复发送只登记一次"
    )
    level = serializers.ChoiceField(choices=w.LEVELS, help_text="等级")
    title = serializers.CharField(max_length=150, help_text="标题")
    content = serializers.CharField(max_length=5000, help_text="内容")
    subject_identifier = serializers.CharField(
        max_length=40, required=False, default="", allow_blank=True, help_text="监管对象标识"
    )
    township_code = serializers.CharField(
        max_length=12, required=False, default="", allow_blank=True, help_text="乡镇街道代码"
    )
    matter_code = serializers.CharField(
        max_length=30, required=False, default="", allow_blank=True, help_text="监管事项编码"
    )


class StudySerializer(serializers.Serializer[Any]):
    """The body of ``study``."""

    departments = serializers.ListField(
        child=serializers.IntegerField(), allow_empty=False, max_length=50, help_text="参加部门"
    )
    opinion = serializers.CharField(
        max_length=LONGEST_OPINION,
        required=False,
        default="",
        allow_blank=True,
        help_text="会商事由",
    )


class ConclusionOfStudySerializer(serializers.Serializer[Any]):
    """The body of ``conclude``."""

    held_on = serializers.DateField(help_text="会商日期")
    minutes = serializers.CharField(max_length=5000, help_text="会商纪要")
    conclusion = serializers.CharField(max_length=2000, help_text="会商结论")


class AssignOwnerSerializer(serializers.Serializer[Any]):
    """The body of ``assign``."""

    owner = serializers.IntegerField(help_text="责任部门")
    opinion = serializers.CharField(max_length=LONGEST_OPINION, help_text="调整理由")


class WarningClueSerializer(serializers.Serializer[Any]):
    """The body of ``clue``."""

    title = serializers.CharField(max_length=100, help_text="线索标题")
    content = serializers.CharField(max_length=5000, help_text="线索内容")


class WarningCheckSerializer(serializers.Serializer[Any]):
    """The body of ``check``."""

    task = serializers.IntegerField(help_text="纳入的联合检查任务")
    opinion = serializers.CharField(
        max_length=LONGEST_OPINION,
        required=False,
        default="",
        allow_blank=True,
        help_text="说明",
    )


class WarningPagination(KeysetPagination):
    """As the list page: newest first."""

    ordering = selectors.ORDERING


class WarningViewSet(
    ActsMixin,
    mixins.CreateModelMixin,
    viewsets.ReadOnlyModelViewSet[RiskWarning],
):
    """Warnings visible to the caller, newest first; new ones come from above."""

    act_handlers = response.HANDLERS
    queryset = RiskWarning.objects.none()
    serializer_class = WarningSerializer
    permission_classes = (IsStaffMember,)
    pagination_class = WarningPagination

    @property
    def filterset_class(self) -> type[WarningFilter] | None:
        """Filters narrow the list only."""
        return WarningFilter if self.action == "list" else None

    def get_queryset(self) -> QuerySet[RiskWarning]:
        is_list = self.action == "list"
        rows = selectors.warning_rows if is_list else selectors.warning_details
        return rows(api_actor(self.request))

    @extend_schema(request=WarningFromAboveSerializer, responses={201: WarningSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Enter a warning from above; the same number again gives the same warning."""
        actor = api_actor(request)
        facts = body_of(request, WarningFromAboveSerializer)
        warning = response.from_above(
            actor,
            subject=_subject(actor, facts.pop("subject_identifier")),
            township=_township(actor, facts.pop("township_code")),
            matter=_matter(actor, facts.pop("matter_code")),
            **facts,
        )
        return self.answer(warning.pk, status.HTTP_201_CREATED)

    @extend_schema(request=AssignOwnerSerializer, responses=WarningSerializer)
    @action(detail=True, methods=["post"], url_path="acts/assign")
    def assign(self, request: Request, pk: str) -> Response:
        """Give the warning to another department."""
        warning, data = self.get_object(), body_of(request, AssignOwnerSerializer)
        owner = self._departments(warning, [data["owner"]], "owner")[0]
        response.assign(api_actor(request), warning.pk, owner, data["opinion"])
        return self.answer(warning.pk)

    @extend_schema(request=StudySerializer, responses=WarningSerializer)
    @action(detail=True, methods=["post"], url_path="acts/study")
    def study(self, request: Request, pk: str) -> Response:
        """Call departments together to study the warning."""
        warning, data = self.get_object(), body_of(request, StudySerializer)
        asked = self._departments(warning, data["departments"], "departments")
        response.open_study(api_actor(request), warning.pk, asked, data["opinion"])
        return self.answer(warning.pk)

    @extend_schema(request=ConclusionOfStudySerializer, responses=WarningSerializer)
    @action(detail=True, methods=["post"], url_path="acts/conclude")
    def conclude(self, request: Request, pk: str) -> Response:
        """Enter minutes and conclusion of the study."""
        warning, data = self.get_object(), body_of(request, ConclusionOfStudySerializer)
        response.conclude_study(api_actor(request), warning.pk, **data)
        return self.answer(warning.pk)

    @extend_schema(request=WarningClueSerializer, responses=WarningSerializer)
    @action(detail=True, methods=["post"], url_path="acts/clue")
    def clue(self, request: Request, pk: str) -> Response:
        """Enter a clue from the warning."""
        warning, data = self.get_object(), body_of(request, WarningClueSerializer)
        response.become_clue(api_actor(request), warning.pk, **data)
        return self.answer(warning.pk)

    @extend_schema(request=WarningCheckSerializer, responses=WarningSerializer)
    @action(detail=True, methods=["post"], url_path="acts/check")
    def check(self, request: Request, pk: str) -> Response:
        """Settle the warning by a visit that is on its way."""
        warning, data = self.get_object(), body_of(request, WarningCheckSerializer)
        response.join_check(api_actor(request), warning.pk, data["task"], data["opinion"])
        return self.answer(warning.pk)

    def _departments(self, warning: RiskWarning, pks: list[int], field: str) -> list[Department]:
        found = Department.objects.filter(
            pk__in=[pk for pk in pks if 0 < pk < 2**31],
            region__code=warning.region_code,
            is_active=True,
        ).select_related("region")
        departments = list(found)
        if len(departments) != len(set(pks)):
            raise Refused("有部门不存在或不属于本地区。", field=field)
        return departments


def _subject(actor: Actor, identifier: str) -> Subject | None:
    if not identifier:
        return None
    visible = Subject.objects.visible_to(actor).select_related("merged_into")
    found = visible.filter(identifier=identifier.upper()).first()
    if found is None:
        raise Refused("本地区名录中没有这个监管对象标识。", field="subject_identifier")
    return found.survivor


def _township(actor: Actor, code: str) -> Region | None:
    if not code:
        return None
    found = Region.objects.filter(
        code=code, code__startswith=actor.region_code, level=Region.Level.TOWNSHIP
    ).first()
    if found is None:
        raise Refused("本地区没有这个乡镇街道代码。", field="township_code")
    return found


def _matter(actor: Actor, code: str) -> Matter | None:
    if not code:
        return None
    found = Matter.objects.filter(region__code=actor.region_code, code=code).first()
    if found is None:
        raise Refused("本地区没有这个监管事项编码。", field="matter_code")
    return found
