"""Clues over REST: the same services, acts and visibility as the pages; contacts always masked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from clues.acts.clue import CLUE_ACTS
from clues.api.clue_acts import CODES, ClueActsMixin
from clues.forms.clue_filter import ClueFilter
from clues.models import Clue
from clues.selectors.clues import ORDER, listed, shows_answer
from clues.services import complainants, intake
from clues.services.clues import HANDLERS
from clues.services.intake_facts import CONTENT_LENGTH, ENTERED_CHANNELS, TITLE_LENGTH, Facts
from credit.models import Subject
from credit.selectors.directory import townships_of
from departments.models import Region
from matters.models import Matter
from records import evidence, uploads
from records.actor import Actor
from records.api import (
    ActsMixin,
    ActsSerializer,
    IsStaffMember,
    KeysetPagination,
    RowSerializer,
    api_actor,
    entered,
)
from records.api_files import EvidenceSerializer, UploadIdsField
from records.params import key_of


class CluePagination(KeysetPagination):
    """As the list page: by receipt, newest first."""

    ordering = ORDER


class ClueSerializer(RowSerializer, serializers.ModelSerializer[Clue]):
    """A clue as lists show it."""

    township = serializers.CharField(
        source="township.code", allow_null=True, default=None, help_text="乡镇街道代码"
    )
    holder = serializers.CharField(source="holder.name", help_text="当前责任部门")
    outcome = serializers.ChoiceField(
        Clue.Outcome.choices, allow_blank=True, read_only=True, help_text="办理结果，未办结的为空"
    )
    subject = serializers.IntegerField(
        source="subject_id", allow_null=True, help_text="监管对象编号"
    )

    class Meta:
        model = Clue
        fields: tuple[str, ...] = (
            "id",
            "number",
            "channel",
            "external_number",
            "title",
            "received_at",
            "occurred_on",
            "township",
            "place",
            "subject",
            "subject_name",
            "holder",
            "state",
            "outcome",
            "closed_at",
            "confidential",
            "emergency",
        )
        read_only_fields = fields

    def to_representation(self, instance: Clue) -> dict[str, Any]:
        """Without what the head has not signed yet."""
        shown: dict[str, Any] = super().to_representation(instance)
        if not shows_answer(api_actor(self.context["request"]), instance):
            shown |= {name: "" for name in ("outcome", "answer") if name in shown}
        return shown


class ComplainantOutput(serializers.Serializer[Any]):
    """A complainant as everybody sees them."""

    name = serializers.CharField(help_text="姓名（脱敏）")
    phone = serializers.CharField(help_text="联系电话（脱敏）")
    wants_answer = serializers.BooleanField(help_text="要求答复")


class ClueDetailSerializer(ActsSerializer, ClueSerializer):
    """One clue in full, with the acts that the caller may do by this interface."""

    act_table = CLUE_ACTS
    act_codes = CODES | HANDLERS.keys()

    receiver = serializers.CharField(source="receiver.name", help_text="首接部门")
    matter = serializers.IntegerField(source="matter_id", allow_null=True, help_text="监管事项")
    merged_into = serializers.SerializerMethodField(help_text="并入的线索编号")
    complainant = serializers.SerializerMethodField(help_text="反映人，没有为空")
    files = serializers.SerializerMethodField(help_text="证据和材料")

    class Meta(ClueSerializer.Meta):
        fields = (
            *ClueSerializer.Meta.fields,
            "content",
            "latitude",
            "longitude",
            "matter",
            "receiver",
            "evidence_at_risk",
            "answer",
            "merged_into",
            "complainant",
            "files",
            "acts",
        )
        read_only_fields = fields

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_merged_into(self, clue: Clue) -> str | None:
        """Only to whoever may know of the main clue."""
        if clue.merged_into_id is None:
            return None
        actor = api_actor(self.context["request"])
        main = Clue.objects.visible_to(actor).filter(pk=clue.merged_into_id)
        return main.values_list("number", flat=True).first()

    @extend_schema_field(EvidenceSerializer(many=True))
    def get_files(self, clue: Clue) -> Any:
        return EvidenceSerializer(evidence.of(clue), many=True).data

    @extend_schema_field(ComplainantOutput(allow_null=True))
    def get_complainant(self, clue: Clue) -> dict[str, Any] | None:
        complainant = complainants.of(clue)
        if complainant is None:
            return None
        masked = complainants.masked(complainant)
        return {
            "name": masked["name"],
            "phone": masked["phone"],
            "wants_answer": complainant.wants_answer,
        }


class ClueInput(serializers.Serializer[Any]):
    """A clue to be registered by the caller's department."""

    channel = serializers.ChoiceField(choices=ENTERED_CHANNELS, help_text="来源")
    external_number = serializers.CharField(
        required=False, max_length=60, help_text="来源编号；重复发送返回已登记的线索"
    )
    client_key = serializers.UUIDField(
        required=False, help_text="发送编号；同一人重复发送返回已登记的线索"
    )
    title = serializers.CharField(
        required=False, max_length=TITLE_LENGTH, help_text="标题；不填取内容的第一句"
    )
    content = serializers.CharField(max_length=CONTENT_LENGTH, help_text="内容")
    received_at = serializers.DateTimeField(required=False, help_text="来源受理时间；不填为现在")
    occurred_on = serializers.DateField(required=False, help_text="发生日期")
    township = serializers.CharField(required=False, max_length=12, help_text="乡镇街道代码")
    place = serializers.CharField(required=False, max_length=200, help_text="地点")
    latitude = serializers.DecimalField(9, 6, required=False, help_text="纬度")
    longitude = serializers.DecimalField(9, 6, required=False, help_text="经度")
    subject = serializers.IntegerField(required=False, help_text="监管对象编号")
    subject_name = serializers.CharField(
        required=False, max_length=120, help_text="被反映对象的名称"
    )
    matter = serializers.IntegerField(required=False, help_text="监管事项")
    evidence_at_risk = serializers.CharField(
        required=False, max_length=200, help_text="证据灭失风险"
    )
    confidential = serializers.BooleanField(required=False, help_text="保密线索")
    complainant_name = serializers.CharField(required=False, max_length=60, help_text="反映人姓名")
    complainant_phone = serializers.CharField(
        required=False, max_length=30, help_text="反映人联系电话"
    )
    complainant_address = serializers.CharField(
        required=False, max_length=200, help_text="反映人联系地址"
    )
    wants_answer = serializers.BooleanField(required=False, help_text="反映人要求答复")
    files = UploadIdsField()
    told_text = serializers.CharField(
        required=False, max_length=500, help_text="受理告知的内容；不填用通用文字"
    )

    def validate_township(self, code: str) -> Region:
        found = {unit.code: unit for unit in townships_of(self._actor.region_code)}
        if code not in found:
            raise serializers.ValidationError("不是本区划的乡镇街道。")
        return found[code]

    def validate_subject(self, pk: int) -> Subject:
        key = key_of(str(pk))
        found = Subject.objects.visible_to(self._actor).filter(pk=key).first() if key else None
        if found is None:
            raise serializers.ValidationError("监管对象不存在。")
        return found

    def validate_matter(self, pk: int) -> Matter:
        key = key_of(str(pk))
        own = Matter.objects.filter(region__code=self._actor.region_code, pk=key) if key else None
        found = own.first() if own is not None else None
        if found is None:
            raise serializers.ValidationError("监管事项不存在。")
        return found

    @property
    def _actor(self) -> Actor:
        return api_actor(self.context["request"])


class ClueViewSet(
    ClueActsMixin,
    ActsMixin,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    viewsets.GenericViewSet[Clue],
):
    """Clues that the caller may know of, newest first; POST registers one.

    A clue that was sent before is answered with 200, a new one with 201.
    """

    queryset = Clue.objects.none()
    permission_classes = (IsStaffMember,)
    pagination_class = CluePagination
    act_handlers: Mapping[str, Callable[[Actor, Any, str], Any]] = HANDLERS

    def get_serializer_class(self) -> Any:
        return ClueSerializer if self.action == "list" else ClueDetailSerializer

    @property
    def filterset_class(self) -> type[ClueFilter] | None:
        """Filters narrow the list only: a clue is opened, not searched."""
        return ClueFilter if self.action == "list" else None

    def get_queryset(self) -> QuerySet[Clue]:
        actor = api_actor(self.request)
        if self.action == "list":
            return listed(actor)
        return Clue.objects.visible_to(actor).select_related("holder", "receiver", "township")

    @extend_schema(
        request=ClueInput,
        responses={200: ClueDetailSerializer, 201: ClueDetailSerializer},
    )
    def create(self, request: Request) -> Response:
        """Register a clue."""
        body = ClueInput(data=request.data, context={"request": request})
        body.is_valid(raise_exception=True)
        actor = api_actor(request)
        given = body.validated_data
        sent = given.pop("files")
        known = intake.may_register(actor) and intake.registered_before(actor, Facts(**given))
        with uploads.opened(actor, () if known else sent) as files:
            clue = intake.register(actor, files=files, **given)
        return self.answer(clue.pk, entered(known))
