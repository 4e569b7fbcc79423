"""REST resource of the sets of indicators: read them, begin and edit drafts, do their acts (S3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import django_filters
from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from credit.acts import INDICATOR_SET_ACTS
from credit.models import Indicator, IndicatorSet
from credit.rules.events import EVENT_KINDS, KIND_CHOICES
from credit.scoring import FULL, MAX_FULL_AT, MAX_INDICATORS, MAX_MONTHS, Bands
from credit.selectors.indicators import draft_choices
from credit.services import indicators as services
from credit.services.indicators import SetInput, UnsoundSet
from credit.set_validation import LineInput, fresh_codes
from credit.validation import fingerprint
from records.actor import Actor
from records.api import (
    ActsMixin,
    ActsSerializer,
    IsStaffMember,
    KeysetPagination,
    api_actor,
    body_of,
)
from records.errors import NotAllowed

_LARGEST_ID = 2**63 - 1
_BANDS = {"a_from", "b_from", "c_from"}


class IndicatorSerializer(serializers.ModelSerializer[Indicator]):
    """One indicator; weights are whole hundredths of a point."""

    class Meta:
        model = Indicator
        fields = (
            "code",
            "name",
            "group",
            "event",
            "measure",
            "weight",
            "full_at",
            "months",
            "adds",
            "veto",
            "own_matter",
            "basis",
        )


class IndicatorSetSerializer(ActsSerializer, serializers.ModelSerializer[IndicatorSet]):
    """A version of a set with its indicators in order; lines of grades in hundredths of a point."""

    act_table = INDICATOR_SET_ACTS
    act_codes = ("edit", *services.HANDLERS)
    region = serializers.CharField(source="region.code", help_text="行政区划代码")
    indicators = IndicatorSerializer(many=True, help_text="指标，按顺序")
    fingerprint = serializers.SerializerMethodField(
        help_text="内容的标记；修改时作为 seen 报回，以免覆盖他人的修改"
    )

    class Meta:
        model = IndicatorSet
        fields = (
            "id",
            "region",
            "matter",
            "department",
            "version",
            "name",
            "reason",
            "state",
            "a_from",
            "b_from",
            "c_from",
            "in_force_at",
            "retired_at",
            "indicators",
            "fingerprint",
            "acts",
        )

    def get_fingerprint(self, found: IndicatorSet) -> str:
        return fingerprint(services.as_input(found))


class LineSerializer(serializers.Serializer[Any]):
    """One indicator as it is written down; whether it adds or takes follows from its source."""

    code = serializers.SlugField(
        max_length=40, required=False, default="", allow_blank=True, help_text="代码，空则另编"
    )
    name = serializers.CharField(max_length=60, help_text="指标")
    group = serializers.CharField(max_length=30, help_text="维度")
    event = serializers.ChoiceField(KIND_CHOICES, help_text="数据来源")
    measure = serializers.ChoiceField(Indicator.Measure.choices, help_text="计量")
    weight = serializers.IntegerField(min_value=0, max_value=FULL, help_text="权重，百分之一分")
    full_at = serializers.IntegerField(
        min_value=1, max_value=MAX_FULL_AT, default=1, help_text="扣完（加满）的数值"
    )
    months = serializers.IntegerField(
        min_value=1,
        max_value=MAX_MONTHS,
        required=False,
        allow_null=True,
        default=None,
        help_text="有效期，月；空为长期有效",
    )
    veto = serializers.BooleanField(default=False, help_text="一票否决")
    own_matter = serializers.BooleanField(default=False, help_text="只计本事项")
    basis = serializers.CharField(
        max_length=200, required=False, default="", allow_blank=True, help_text="依据"
    )


def _band(grade: str, default: int) -> serializers.IntegerField:
    return serializers.IntegerField(
        min_value=0,
        max_value=FULL,
        required=False,
        default=default,
        help_text=f"{grade} 级起点，百分之一分",
    )


class SetInputSerializer(serializers.Serializer[Any]):
    """All that a set says."""

    name = serializers.CharField(max_length=100, help_text="名称")
    reason = serializers.CharField(max_length=300, help_text="编制或修订理由")
    a_from = _band("A", 8_500)
    b_from = _band("B", 7_000)
    c_from = _band("C", 5_000)
    indicators = LineSerializer(
        many=True, allow_empty=False, max_length=MAX_INDICATORS, help_text="指标，按顺序"
    )


class SetEditSerializer(SetInputSerializer):
    """All that a draft says from now on."""

    seen = serializers.CharField(
        max_length=16,
        required=False,
        default="",
        allow_blank=True,
        help_text="读到的 fingerprint；其后他人修改过的不予保存，答 409。不报的不作比对",
    )


class SetDraftSerializer(SetInputSerializer):
    """A new version; without ``indicators`` a copy of the one in force, bands and all."""

    name = serializers.CharField(
        max_length=100,
        required=False,
        default="",
        allow_blank=True,
        help_text="名称；不报的沿用生效的一版的名称",
    )
    matter = serializers.IntegerField(
        min_value=1,
        max_value=_LARGEST_ID,
        required=False,
        allow_null=True,
        default=None,
        help_text="监管事项编号，空为通用",
    )
    indicators = LineSerializer(
        many=True,
        required=False,
        allow_empty=False,
        max_length=MAX_INDICATORS,
        help_text="指标，按顺序；不报的从生效的一版开始修订，等级起点也随它",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Lines of grades belong to the indicators that are sent with them."""
        if "indicators" not in attrs and (bands := _BANDS & set(self.initial_data)):
            words = "不报指标的，等级起点随生效的一版；需要改变的，请连同指标一并报送。"
            raise serializers.ValidationError({name: [words] for name in sorted(bands)})
        return attrs


class IndicatorSetFilter(django_filters.FilterSet):
    """Where a set stands, and for which matter it is."""

    state = django_filters.ChoiceFilter(choices=IndicatorSet.State.choices, label="状态")
    matter = django_filters.NumberFilter(field_name="matter_id", label="监管事项编号")

    class Meta:
        model = IndicatorSet
        fields: tuple[str, ...] = ()


def _leading_to_the_set(
    handler: Callable[[Actor, int, str], Any],
) -> Callable[[Actor, int, str], Any]:
    """An act that begins a run answers with its set, like the others."""

    def act(actor: Actor, pk: int, opinion: str) -> Any:
        done = handler(actor, pk, opinion)
        return getattr(done, "by_set", done)

    return act


class IndicatorSetViewSet(ActsMixin, viewsets.ReadOnlyModelViewSet[IndicatorSet]):
    """Sets visible to the caller, newest first."""

    act_handlers: Mapping[str, Callable[[Actor, Any, str], Any]] = {
        code: _leading_to_the_set(handler) for code, handler in services.HANDLERS.items()
    }
    queryset = IndicatorSet.objects.none()
    serializer_class = IndicatorSetSerializer
    permission_classes = (IsStaffMember,)
    pagination_class = KeysetPagination
    filterset_class = IndicatorSetFilter

    def get_queryset(self) -> QuerySet[IndicatorSet]:
        found = IndicatorSet.objects.visible_to(api_actor(self.request))
        return found.select_related("region").prefetch_related("indicators").order_by("-id")

    @extend_schema(request=SetDraftSerializer, responses={201: IndicatorSetSerializer})
    def create(self, request: Request) -> Response:
        """Begin a version with its indicators, all or none."""
        actor = api_actor(request)
        if not draft_choices(actor):
            raise NotAllowed("您没有编制信用评价指标的权限。", verb="indicator_set.draft")
        given = body_of(request, SetDraftSerializer)
        with transaction.atomic():
            made = services.draft(actor, given["matter"], given["name"], given["reason"])
            if "indicators" in given:
                _write(actor, made.pk, {**given, "name": made.name})
        return self.answer(made.pk, status.HTTP_201_CREATED)

    @extend_schema(request=SetEditSerializer, responses=IndicatorSetSerializer)
    @action(detail=True, methods=["post"], url_path="acts/edit")
    def edit(self, request: Request, pk: str) -> Response:
        """Write down a draft anew."""
        actor, found, given = self.asked(request, INDICATOR_SET_ACTS, "edit", SetEditSerializer)
        _write(actor, found.pk, given, seen=given["seen"])
        return self.answer(found.pk)


def _write(actor: Actor, pk: int, given: Mapping[str, Any], *, seen: str = "") -> None:
    """Raises as ``credit.services.indicators.edit``; what is wrong with lines at their fields."""
    fresh = fresh_codes({line["code"] for line in given["indicators"]})
    lines = [
        LineInput(
            **line | {"code": line["code"] or next(fresh)}, adds=EVENT_KINDS[line["event"]].good
        )
        for line in given["indicators"]
    ]
    bands = Bands(given["a_from"], given["b_from"], given["c_from"])
    said = SetInput(given["name"], given["reason"], bands, lines)
    try:
        services.edit(actor, pk, said, seen=seen)
    except UnsoundSet as refusal:
        wrong: dict[int, dict[str, list[str]]] = {}
        for each in refusal.complaints:
            if each.line is not None:
                row = wrong.setdefault(each.line, {})
                row.setdefault(each.field or "name", []).append(each.message)
        raise exceptions.ValidationError({"indicators": wrong}) from refusal
