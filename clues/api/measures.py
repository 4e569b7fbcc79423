"""Compulsory measures over REST: the same services, acts and visibility as the pages."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from clues.acts.measures import MEASURE_ACTS
from clues.api import measure_inputs as inputs
from clues.api.named import sent_before
from clues.api.procedures import TurnSerializer
from clues.models import Clue, CompulsoryMeasure, MeasureItem, MeasureTest
from clues.selectors import measures as selectors
from clues.selectors.joint import ORDER
from clues.services.measures import HANDLERS, begin, ending, term
from records import evidence, uploads
from records.actor import Actor
from records.api import (
    ActsMixin,
    ActsSerializer,
    IsStaffMember,
    KeysetPagination,
    api_actor,
    body_of,
    entered,
)
from records.api_files import EvidenceSerializer
from records.middleware import actor_of

_DISPOSAL = ("outcome", "ground", "outcome_reason", "outcome_document")
_BODIED = ("edit", "carry-out", "ask-extension", "test", "dispose", "close")


def _choice(choices: Any, words: str) -> serializers.ChoiceField:
    """One of the choices, or nothing as yet."""
    return serializers.ChoiceField(choices, allow_blank=True, read_only=True, help_text=words)


class MeasureRowSerializer(serializers.ModelSerializer[CompulsoryMeasure]):
    """A measure as lists show it."""

    subject_name = serializers.CharField(source="subject.shown_name", help_text="当事人名称")
    department_name = serializers.CharField(source="department.name", help_text="实施机关名称")

    class Meta:
        model = CompulsoryMeasure
        fields: tuple[str, ...] = (
            *("id", "number", "title", "kind", "state", "urgent", "confidential"),
            *("subject", "subject_name", "department", "department_name"),
            *("document", "carried_out_at", "term_days", "extended_days"),
            *("created_at", "closed_at"),
        )
        read_only_fields = fields

    def to_representation(self, instance: CompulsoryMeasure) -> dict[str, Any]:
        """Without what waits for the head's signature."""
        shown: dict[str, Any] = super().to_representation(instance)
        shown["state"] = str(selectors.shown_state(self._actor, instance))
        return shown

    @property
    def _actor(self) -> Actor:
        return api_actor(self.context["request"])


class MeasureItemSerializer(serializers.ModelSerializer[MeasureItem]):
    """A line of the list."""

    name = serializers.CharField(source="shown_name", help_text="名称；账号只显示末尾四位")
    place = serializers.CharField(source="shown_place", help_text="存放地点或金融机构")
    note = serializers.CharField(source="shown_note", help_text="规格、特征、状况")
    outcome = _choice(CompulsoryMeasure.OUTCOMES, "处理结果，未处理的为空")

    class Meta:
        model = MeasureItem
        fields = ("id", "name", "quantity", "unit", "place", "note", "outcome")
        read_only_fields = fields


class MeasureTestSerializer(serializers.ModelSerializer[MeasureTest]):
    """A test, whose time does not count."""

    class Meta:
        model = MeasureTest
        fields = ("what", "institution", "since", "until", "told_on", "ended_on", "result")
        read_only_fields = fields


class MeasureSerializer(ActsSerializer, MeasureRowSerializer):
    """A measure in full, with what is waited for and what the caller may do."""

    act_table = MEASURE_ACTS
    act_codes = (*_BODIED, *HANDLERS)
    clue = serializers.SerializerMethodField(help_text="来源线索，没有或者无权查看的为空")
    items = MeasureItemSerializer(many=True, help_text="清单")
    tests = MeasureTestSerializer(many=True, help_text="检测、检验、检疫、技术鉴定")
    presence = _choice(CompulsoryMeasure.Presence.choices, "当事人到场情况，未实施的为空")
    signature = _choice(CompulsoryMeasure.Signature.choices, "签名情况，未实施的为空")
    outcome = _choice(CompulsoryMeasure.OUTCOMES, "处理结果，未处理的为空")
    ground = _choice(CompulsoryMeasure.GROUNDS, "解除情形，未解除的为空")
    officers = serializers.SerializerMethodField(help_text="执法人员姓名和证号")
    turns = serializers.SerializerMethodField(help_text="现在等待的事项和期限")
    files = serializers.SerializerMethodField(help_text="材料")

    class Meta(MeasureRowSerializer.Meta):
        fields = (
            *MeasureRowSerializer.Meta.fields,
            *("clue", "facts", "basis", "approved_at", "approved_by", "items"),
            *("place", "presence", "signature", "statement", "steps", "officers"),
            *("delivered_on", "asked_days", "asked_reason", "extension_told_on", "tests"),
            *(*_DISPOSAL, "decided_at", "decided_by", "fulfilled_on", "fulfilment"),
            *("withdrawn_reason", "turns", "files", "acts"),
        )
        read_only_fields = fields

    def to_representation(self, instance: CompulsoryMeasure) -> dict[str, Any]:
        """Nobody named in full, and nothing that the head has not signed."""
        shown = super().to_representation(instance)
        for _, field in selectors.WORDS:
            shown[field] = instance.subject.masked(shown[field])
        if not selectors.shows_request(self._actor, instance):
            shown |= {"asked_days": None, "asked_reason": ""}
        if not selectors.shows_disposal(self._actor, instance):
            shown |= dict.fromkeys(_DISPOSAL, "")
            for item in shown["items"]:
                item["outcome"] = ""
        return shown

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_clue(self, measure: CompulsoryMeasure) -> int | None:
        found = Clue.objects.visible_to(self._actor)
        return found.filter(pk=measure.clue_id).values_list("pk", flat=True).first()

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_officers(self, measure: CompulsoryMeasure) -> list[str]:
        return [f"{each.name} {each.licence}" for each in measure.officers.order_by("pk")]

    @extend_schema_field(TurnSerializer(many=True))
    def get_turns(self, measure: CompulsoryMeasure) -> Any:
        stops = [row.stop for row in selectors.standings_of(self._actor, measure)]
        return TurnSerializer(stops, many=True).data

    @extend_schema_field(EvidenceSerializer(many=True))
    def get_files(self, measure: CompulsoryMeasure) -> Any:
        return EvidenceSerializer(evidence.of(measure), many=True).data


_MADE = {200: MeasureSerializer, 201: MeasureSerializer}


class MeasureFilterSet(django_filters.FilterSet):
    """As the filters of the page."""

    state = django_filters.ChoiceFilter(
        method="in_state", choices=CompulsoryMeasure.State.choices, label="状态"
    )

    class Meta:
        model = CompulsoryMeasure
        fields: ClassVar[list[str]] = ["state", "kind", "urgent", "subject", "department"]

    def in_state(
        self, found: QuerySet[CompulsoryMeasure], name: str, value: str
    ) -> QuerySet[CompulsoryMeasure]:
        if self.request is None:
            return found
        return selectors.in_state(actor_of(self.request), found, value)


class MeasurePagination(KeysetPagination):
    """As the list page: newest first."""

    ordering = ORDER


class MeasureViewSet(ActsMixin, viewsets.ReadOnlyModelViewSet[CompulsoryMeasure]):
    """Compulsory measures that the caller may know of; POST applies for one."""

    act_handlers = HANDLERS
    queryset = CompulsoryMeasure.objects.none()
    permission_classes = (IsStaffMember,)
    pagination_class = MeasurePagination
    filterset_class = MeasureFilterSet

    def get_queryset(self) -> QuerySet[CompulsoryMeasure]:
        return selectors.measure_list(api_actor(self.request))

    def get_serializer_class(self) -> type[MeasureRowSerializer]:
        return MeasureRowSerializer if self.action == "list" else MeasureSerializer

    @extend_schema(request=inputs.MeasureApplicationInput, responses=_MADE)
    def create(self, request: Request) -> Response:
        """Apply for a measure of the caller's department; what was sent before is answered with
        200."""
        actor = api_actor(request)
        begin.must_enter(actor)
        given = body_of(request, inputs.MeasureApplicationInput)
        key, ids = given.pop("client_key"), given.pop("files")
        with uploads.opened(actor, ids) as files:
            known = sent_before(CompulsoryMeasure, actor, key)
            made = begin.apply(actor, inputs.data_of(actor, given), files, key=key)
        return self.answer(made.pk, entered(known))

    @extend_schema(request=inputs.UrgentMeasureInput, responses=_MADE)
    @action(detail=False, methods=["post"])
    def urgent(self, request: Request) -> Response:
        """Report a measure that was carried out first."""
        actor = api_actor(request)
        begin.must_enter(actor)
        given = body_of(request, inputs.UrgentMeasureInput)
        key, ids = given.pop("client_key"), given.pop("files")
        spot = given.pop("carried_out")
        data = inputs.data_of(actor, given)
        with (
            uploads.opened(actor, ids) as files,
            inputs.carried_out(actor, spot) as carried,
        ):
            known = sent_before(CompulsoryMeasure, actor, key)
            made = begin.apply_urgent(actor, data, carried, files, key=key)
        return self.answer(made.pk, entered(known))

    @extend_schema(request=inputs.MeasureEditInput, responses=MeasureSerializer)
    @action(detail=True, methods=["post"], url_path="acts/edit")
    def edit(self, request: Request, pk: str) -> Response:
        """Enter anew what has not been approved; files are added to those that are there."""
        actor, measure, given = self.asked(request, MEASURE_ACTS, "edit", inputs.MeasureEditInput)
        with uploads.opened(actor, given.pop("files")) as files:
            begin.edit(actor, measure.pk, inputs.data_of(actor, given), files)
        return self.answer(measure.pk)

    @extend_schema(request=inputs.MeasureCarryOutInput, responses=MeasureSerializer)
    @action(detail=True, methods=["post"], url_path="acts/carry-out")
    def carry_out(self, request: Request, pk: str) -> Response:
        """Enter how an approved measure was carried out, with the list as it became."""
        actor, measure, given = self.asked(
            request, MEASURE_ACTS, "carry-out", inputs.MeasureCarryOutInput
        )
        with inputs.carried_out(actor, given) as carried:
            begin.carry_out(actor, measure.pk, carried)
        return self.answer(measure.pk)

    @extend_schema(request=inputs.MeasureExtensionInput, responses=MeasureSerializer)
    @action(detail=True, methods=["post"], url_path="acts/ask-extension")
    def ask_extension(self, request: Request, pk: str) -> Response:
        """Ask the head for more time."""
        actor, measure, given = self.asked(
            request, MEASURE_ACTS, "ask-extension", inputs.MeasureExtensionInput
        )
        term.ask_extension(actor, measure.pk, **given)
        return self.answer(measure.pk)

    @extend_schema(request=inputs.MeasureTestInput, responses=MeasureSerializer)
    @action(detail=True, methods=["post"], url_path="acts/test")
    def test(self, request: Request, pk: str) -> Response:
        """Begin a test, whose time does not count."""
        actor, measure, given = self.asked(request, MEASURE_ACTS, "test", inputs.MeasureTestInput)
        term.test(actor, measure.pk, term.TestData(**given))
        return self.answer(measure.pk)

    @extend_schema(request=inputs.MeasureDisposalInput, responses=MeasureSerializer)
    @action(detail=True, methods=["post"], url_path="acts/dispose")
    def dispose(self, request: Request, pk: str) -> Response:
        """Put before the head how the measure is to end."""
        actor, measure, given = self.asked(
            request, MEASURE_ACTS, "dispose", inputs.MeasureDisposalInput
        )
        ending.dispose(actor, measure.pk, inputs.disposal_of(given))
        return self.answer(measure.pk)

    @extend_schema(request=inputs.MeasureCloseInput, responses=MeasureSerializer)
    @action(detail=True, methods=["post"], url_path="acts/close")
    def close(self, request: Request, pk: str) -> Response:
        """What was decided has been done."""
        actor, measure, given = self.asked(request, MEASURE_ACTS, "close", inputs.MeasureCloseInput)
        with uploads.opened(actor, given.pop("files")) as files:
            ending.close(actor, measure.pk, **given, files=files)
        return self.answer(measure.pk)
