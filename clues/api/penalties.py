"""Penalties over REST: the same services, acts and visibility as the pages."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from clues.acts.penalties import PENALTY_ACTS
from clues.api.named import visible
from clues.models import Clue, Penalty
from clues.selectors.joint import ORDER, penalty_list
from clues.services import penalties
from clues.services.penalties import PenaltyData
from credit.models import Subject
from matters.models import CheckItem
from records import evidence, uploads
from records.actor import Actor
from records.api import (
    ActsMixin,
    ActsSerializer,
    IsStaffMember,
    KeysetPagination,
    api_actor,
    body_of,
)
from records.api_files import EvidenceSerializer, UploadIdsField

_LARGEST_ID = 2**63 - 1


class PenaltyRowSerializer(serializers.ModelSerializer[Penalty]):
    """A penalty as lists show it."""

    subject_name = serializers.CharField(source="subject.shown_name", help_text="当事人名称")
    department_name = serializers.CharField(source="department.name", help_text="决定机关名称")
    amount = serializers.IntegerField(allow_null=True, help_text="罚款金额，单位为分")

    class Meta:
        model = Penalty
        fields: tuple[str, ...] = (
            "id",
            "number",
            "subject",
            "subject_name",
            "department",
            "department_name",
            "check_item",
            "act",
            "occurred_from",
            "occurred_to",
            "kind",
            "amount",
            "decided_on",
            "state",
            "confidential",
            "created_at",
        )
        read_only_fields = fields


class PenaltySerializer(ActsSerializer, PenaltyRowSerializer):
    """A penalty in full, with what the caller may do."""

    act_table = PENALTY_ACTS
    act_codes = ("edit", *penalties.HANDLERS)
    clue = serializers.SerializerMethodField(help_text="来源线索，没有或者无权查看的为空")
    files = serializers.SerializerMethodField(help_text="处罚材料")

    class Meta(PenaltyRowSerializer.Meta):
        fields = (
            *PenaltyRowSerializer.Meta.fields,
            "clue",
            "signed_by",
            "withdrawn_reason",
            "files",
            "acts",
        )
        read_only_fields = fields

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_clue(self, penalty: Penalty) -> int | None:
        found = Clue.objects.visible_to(api_actor(self.context["request"]))
        return found.filter(pk=penalty.clue_id).values_list("pk", flat=True).first()

    @extend_schema_field(EvidenceSerializer(many=True))
    def get_files(self, penalty: Penalty) -> Any:
        return EvidenceSerializer(evidence.of(penalty), many=True).data


class PenaltyInput(serializers.Serializer[Any]):
    """A penalty as the decision states it."""

    subject = serializers.IntegerField(
        min_value=1, max_value=_LARGEST_ID, help_text="当事人（监管对象）"
    )
    clue = serializers.IntegerField(
        min_value=1,
        max_value=_LARGEST_ID,
        required=False,
        allow_null=True,
        default=None,
        help_text="来源线索",
    )
    check_item = serializers.PrimaryKeyRelatedField(
        queryset=CheckItem.objects.filter(is_active=True),
        required=False,
        allow_null=True,
        default=None,
        help_text="违法行为对应的检查事项",
    )
    act = serializers.CharField(
        max_length=200,
        required=False,
        allow_blank=True,
        default="",
        help_text="违法行为，不在检查事项内的才填写",
    )
    occurred_from = serializers.DateField(help_text="违法行为开始日期")
    occurred_to = serializers.DateField(help_text="违法行为终了日期")
    number = serializers.CharField(max_length=60, help_text="决定书文号")
    kind = serializers.ChoiceField(Penalty.Kind.choices, help_text="处罚种类")
    amount = serializers.IntegerField(
        min_value=1,
        max_value=_LARGEST_ID,
        required=False,
        allow_null=True,
        default=None,
        help_text="罚款金额，单位为分；只有罚款填写",
    )
    decided_on = serializers.DateField(help_text="决定日期")
    files = UploadIdsField(help_text="处罚材料：预先上传的文件编号")


class PenaltyPagination(KeysetPagination):
    """As the list page: newest first."""

    ordering = ORDER


class PenaltyViewSet(ActsMixin, viewsets.ReadOnlyModelViewSet[Penalty]):
    """Penalties that the caller may know of; POST puts one before the head."""

    act_handlers = penalties.HANDLERS
    queryset = Penalty.objects.none()
    permission_classes = (IsStaffMember,)
    pagination_class = PenaltyPagination
    filterset_fields = ("state", "kind", "subject", "department")

    def get_queryset(self) -> QuerySet[Penalty]:
        return penalty_list(api_actor(self.request))

    def get_serializer_class(self) -> type[PenaltyRowSerializer]:
        return PenaltyRowSerializer if self.action == "list" else PenaltySerializer

    @extend_schema(request=PenaltyInput, responses={201: PenaltySerializer})
    def create(self, request: Request) -> Response:
        """Enter a penalty of the caller's department for its head to sign."""
        actor = api_actor(request)
        penalties.must_enter(actor)
        given = body_of(request, PenaltyInput)
        with uploads.opened(actor, given.pop("files")) as files:
            penalty = penalties.enter(actor, _data(actor, given), files)
        return self.answer(penalty.pk, status.HTTP_201_CREATED)

    @extend_schema(request=PenaltyInput, responses=PenaltySerializer)
    @action(detail=True, methods=["post"], url_path="acts/edit")
    def edit(self, request: Request, pk: str) -> Response:
        """Enter anew what has not been signed; files are added to those that are there."""
        actor, penalty, given = self.asked(request, PENALTY_ACTS, "edit", PenaltyInput)
        with uploads.opened(actor, given.pop("files")) as files:
            penalties.edit(actor, penalty.pk, _data(actor, given), files)
        return self.answer(penalty.pk)


def _data(actor: Actor, given: dict[str, Any]) -> PenaltyData:
    subject = visible(Subject, actor, given.pop("subject"), "subject")
    clue = visible(Clue, actor, given.pop("clue"), "clue")
    return PenaltyData(subject=subject, clue=clue, **given)
