"""REST resources of evaluations, their results, and credit events (S4)."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, mixins, serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from credit.models import Assessment, CreditEvent, Evaluation
from credit.rules.events import KIND_CHOICES
from credit.scoring import Line
from credit.selectors.petitions import mark_of, marked
from credit.services.outside import (
    MOST_FACTS,
    SOURCE_LENGTH,
    OutsideFact,
    UnsoundFacts,
    may_tell,
    tell_outside,
)
from credit.validation import IDENTIFIER_LENGTH
from records.api import IsStaffMember, KeysetPagination, api_actor, body_of
from records.errors import NotAllowed


class EvaluationSerializer(serializers.ModelSerializer[Evaluation]):
    """A run and how it came out."""

    region = serializers.CharField(source="region.code", help_text="行政区划代码")

    class Meta:
        model = Evaluation
        fields = (
            "id",
            "region",
            "by_set",
            "kind",
            "as_of",
            "state",
            "total",
            "done",
            "counts",
            "changed",
            "base",
            "moves",
            "digest",
            "requested_by",
            "reason",
            "started_at",
            "finished_at",
        )


class RunFilter(django_filters.FilterSet):
    """What kind of run, how far it is, and by which set."""

    kind = django_filters.ChoiceFilter(choices=Evaluation.Kind.choices, label="种类")
    state = django_filters.ChoiceFilter(choices=Evaluation.State.choices, label="状态")
    by_set = django_filters.NumberFilter(field_name="by_set_id", label="指标编号")

    class Meta:
        model = Evaluation
        fields: tuple[str, ...] = ()


class EvaluationViewSet(viewsets.ReadOnlyModelViewSet[Evaluation]):
    """Runs visible to the caller, newest first."""

    queryset = Evaluation.objects.none()
    serializer_class = EvaluationSerializer
    permission_classes = (IsStaffMember,)
    pagination_class = KeysetPagination
    filterset_class = RunFilter

    def get_queryset(self) -> QuerySet[Evaluation]:
        found = Evaluation.objects.visible_to(api_actor(self.request))
        return found.select_related("region").order_by("-id")


class AssessmentLineSerializer(serializers.Serializer[Line]):
    """What an indicator measured, and what it took or gave for it."""

    position = serializers.IntegerField(help_text="指标在整套指标中的序号，从 0 起")
    measured = serializers.IntegerField(help_text="计得的数值")
    points = serializers.IntegerField(help_text="扣或加的分，单位为百分之一分")


class AssessmentSerializer(serializers.ModelSerializer[Assessment]):
    """How a subject came out; score and points are whole hundredths of a point."""

    lines = AssessmentLineSerializer(many=True, help_text="计得数值的各项指标")

    class Meta:
        model = Assessment
        fields = (
            "id",
            "evaluation",
            "subject",
            "score",
            "grade",
            "veto",
            "lines",
        )


class AssessmentFilter(django_filters.FilterSet):
    """Of one subject or one run."""

    subject = django_filters.NumberFilter(field_name="subject_id", label="监管对象编号")
    evaluation = django_filters.NumberFilter(field_name="evaluation_id", label="评价编号")

    class Meta:
        model = Assessment
        fields: tuple[str, ...] = ()


class AssessmentViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[Assessment]):
    """Results of a subject or of a run, whichever is named."""

    queryset = Assessment.objects.none()
    serializer_class = AssessmentSerializer
    permission_classes = (IsStaffMember,)
    pagination_class = KeysetPagination
    filterset_class = AssessmentFilter

    def get_queryset(self) -> QuerySet[Assessment]:
        actor = api_actor(self.request)
        if not {"subject", "evaluation"} & set(self.request.query_params):
            raise exceptions.ValidationError({"subject": "请指明监管对象或评价。"})
        runs = Evaluation.objects.visible_to(actor)
        return (
            Assessment.objects.visible_to(actor)
            .filter(evaluation__in=runs)
            .select_related("evaluation__by_set")
            .prefetch_related("evaluation__by_set__indicators")
            .order_by("-id")
        )


class CreditEventSerializer(serializers.ModelSerializer[CreditEvent]):
    """One thing known of a subject."""

    title = serializers.CharField(source="shown_title", read_only=True, help_text="内容")
    mark = serializers.SerializerMethodField(
        help_text="标注：异议中、已修复、经异议认定失效；没有的为空"
    )

    class Meta:
        model = CreditEvent
        fields = (
            "id",
            "subject",
            "kind",
            "happened_on",
            "amount",
            "until",
            "matter",
            "title",
            "basis",
            "source",
            "recorded_at",
            "mark",
        )

    def get_mark(self, event: CreditEvent) -> str:
        return mark_of(event)[0]


class FactSerializer(serializers.Serializer[Any]):
    """One fact as another system tells it."""

    identifier = serializers.CharField(
        max_length=IDENTIFIER_LENGTH + 20, help_text="监管对象标识，如统一社会信用代码"
    )
    kind = serializers.ChoiceField(choices=KIND_CHOICES, help_text="信用记录种类")
    day = serializers.DateField(help_text="发生日期")
    value = serializers.CharField(
        max_length=13, default="1", help_text="数值；评级填等级，如优、良、中、差或 A、B、C、D"
    )
    title = serializers.CharField(max_length=200, help_text="内容")
    key = serializers.CharField(max_length=100, help_text="在来源系统中的编号，重复报送不重复计")
    basis = serializers.CharField(
        max_length=100, required=False, default="", allow_blank=True, help_text="文号"
    )
    until = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="效力止日"
    )


class TellSerializer(serializers.Serializer[Any]):
    """What a system knows."""

    source = serializers.CharField(max_length=SOURCE_LENGTH, help_text="来源系统或单位")
    events = FactSerializer(
        many=True, allow_empty=False, max_length=MOST_FACTS, help_text="信用记录"
    )


class ToldSerializer(serializers.Serializer[Any]):
    """What became of it."""

    written = serializers.IntegerField(help_text="新增或有变化的条数")
    unchanged = serializers.IntegerField(help_text="已有且无变化的条数")


class CreditEventFilter(django_filters.FilterSet):
    """Of one subject, of a kind."""

    subject = django_filters.NumberFilter(field_name="subject_id", label="监管对象编号")
    kind = django_filters.ChoiceFilter(choices=KIND_CHOICES, label="种类")

    class Meta:
        model = CreditEvent
        fields: tuple[str, ...] = ()


class CreditEventViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[CreditEvent]):
    """What is known of subjects visible to the caller; the credit group tells what others know."""

    queryset = CreditEvent.objects.none()
    serializer_class = CreditEventSerializer
    permission_classes = (IsStaffMember,)
    pagination_class = KeysetPagination
    filterset_class = CreditEventFilter

    def get_queryset(self) -> QuerySet[CreditEvent]:
        found = CreditEvent.objects.visible_to(api_actor(self.request))
        return marked(found.select_related("subject").order_by("-id"))

    @extend_schema(request=TellSerializer, responses=ToldSerializer)
    def create(self, request: Request) -> Response:
        """Tell up to 1,000 facts, all or none; told again they stand once."""
        actor = api_actor(request)
        if not may_tell(actor):
            raise NotAllowed("只有联合信用监管组可以登记外部信用记录。", verb="credit_event.tell")
        given = body_of(request, TellSerializer)
        facts = [OutsideFact(**each) for each in given["events"]]
        try:
            written, unchanged = tell_outside(actor, given["source"], facts)
        except UnsoundFacts as refusal:
            wrong: dict[int, dict[str, list[str]]] = {}
            for fault in refusal.faults:
                row = wrong.setdefault(fault.index, {})
                row.setdefault(fault.field, []).append(fault.message)
            raise exceptions.ValidationError({"events": wrong}) from refusal
        return Response(ToldSerializer({"written": written, "unchanged": unchanged}).data)
