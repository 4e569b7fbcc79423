"""Hand-overs, disputes and refusals over REST: read, begin, and the acts that need only an
opinion."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from clues.acts.crime import CRIME_ACTS
from clues.acts.disputes import DISPUTE_ACTS
from clues.acts.refusals import REFUSAL_ACTS
from clues.api import procedure_inputs as inputs
from clues.api.named import sent_before
from clues.forms.crime import CrimeFilter
from clues.forms.disputes import DisputeFilter, RefusalFilter
from clues.models import CrimeHandover, Dispute, DisputeParty, DisputeTalk, Refusal, Stop
from clues.models.procedure import Procedure
from clues.selectors import procedures as selectors
from clues.services import crime, disputes, refusals
from clues.services.crime import begin as beginning
from clues.services.procedures import must_work_in_department
from departments.actors import is_staff_member
from records import uploads
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
from records.middleware import actor_of

_COMMON = ("id", "number", "title", "facts", "clue", "confidential", "state")
_TIMES = ("created_at", "closed_at")


class TurnSerializer(serializers.ModelSerializer[Stop]):
    """Whose turn it is at one stop."""

    department_name = serializers.CharField(source="department.name", help_text="责任部门")
    due_at = serializers.DateTimeField(
        source="deadline.due_at", allow_null=True, help_text="期限，暂停时为空"
    )

    class Meta:
        model = Stop
        fields = ("department", "department_name", "waits", "for_head", "entered_at", "due_at")
        read_only_fields = fields


class ProcedureSerializer(ActsSerializer):
    """What every procedure tells: whose turn it is, and what the caller may do."""

    turn = serializers.SerializerMethodField(help_text="现在该谁办，结束后为空")

    @extend_schema_field(TurnSerializer(allow_null=True))
    def get_turn(self, instance: Any) -> dict[str, Any] | None:
        rows = selectors.rows_of([instance])
        return dict(TurnSerializer(rows[0].stop).data) if rows[0].stop else None


class CrimeRowSerializer(serializers.ModelSerializer[CrimeHandover]):
    """A hand-over between administrative and criminal justice."""

    department_name = serializers.CharField(source="department.name", help_text="行政执法机关名称")
    police_name = serializers.CharField(source="police.name", help_text="公安机关名称")

    class Meta:
        model = CrimeHandover
        fields = (
            *_COMMON,
            "direction",
            "suspect",
            "offence",
            "department",
            "department_name",
            "police",
            "police_name",
            "procuratorate",
            "report",
            "penalties",
            "decision",
            "result",
            "reported_at",
            "approved_at",
            "sent_at",
            "received_at",
            "decided_at",
            "delivered_at",
            *_TIMES,
        )
        read_only_fields = fields


class CrimeSerializer(ProcedureSerializer, CrimeRowSerializer):
    """A hand-over, with whose turn it is and what the caller may do."""

    act_table = CRIME_ACTS
    act_codes = tuple(crime.HANDLERS)

    class Meta(CrimeRowSerializer.Meta):
        fields = (*CrimeRowSerializer.Meta.fields, "turn", "acts")
        read_only_fields = fields


class PartySerializer(serializers.ModelSerializer[DisputeParty]):
    """A department in a dispute."""

    department_name = serializers.CharField(source="department.name", help_text="部门名称")

    class Meta:
        model = DisputeParty
        fields = (
            "department",
            "department_name",
            "done",
            "done_at",
            "confirmed_at",
            "statement",
            "stated_at",
        )
        read_only_fields = fields


class TalkSerializer(serializers.ModelSerializer[DisputeTalk]):
    """A recorded negotiation."""

    class Meta:
        model = DisputeTalk
        fields = ("held_on", "participants", "minutes", "agreed_on", "by", "at")
        read_only_fields = fields


class DisputeRowSerializer(serializers.ModelSerializer[Dispute]):
    """A dispute about who has to act."""

    parties = PartySerializer(many=True, help_text="各方")
    talks = TalkSerializer(many=True, help_text="协商记录")

    class Meta:
        model = Dispute
        fields = (
            *_COMMON,
            "about",
            "matter",
            "raiser",
            "office",
            "parties",
            "talks",
            "legal_opinion",
            "responsible",
            "conclusion",
            "raised_at",
            "submitted_at",
            *_TIMES,
        )
        read_only_fields = fields


class DisputeSerializer(ProcedureSerializer, DisputeRowSerializer):
    """A dispute, with whose turn it is and what the caller may do."""

    act_table = DISPUTE_ACTS
    act_codes = tuple(disputes.HANDLERS)

    class Meta(DisputeRowSerializer.Meta):
        fields = (*DisputeRowSerializer.Meta.fields, "turn", "acts")
        read_only_fields = fields


class RefusalRowSerializer(serializers.ModelSerializer[Refusal]):
    """A refusal of duty."""

    department_name = serializers.CharField(source="department.name", help_text="建议部门名称")
    addressee_name = serializers.CharField(source="addressee.name", help_text="被建议部门名称")

    class Meta:
        model = Refusal
        fields = (
            *_COMMON,
            "matter",
            "department",
            "department_name",
            "addressee",
            "addressee_name",
            "government",
            "discipline",
            "basis",
            "advice",
            "answer",
            "correction",
            "order",
            "outcome",
            "advised_at",
            "reported_at",
            "criticised_at",
            "referred_at",
            *_TIMES,
        )
        read_only_fields = fields


class RefusalSerializer(ProcedureSerializer, RefusalRowSerializer):
    """A refusal, with whose turn it is and what the caller may do."""

    act_table = REFUSAL_ACTS
    act_codes = tuple(refusals.HANDLERS)

    class Meta(RefusalRowSerializer.Meta):
        fields = (*RefusalRowSerializer.Meta.fields, "turn", "acts")
        read_only_fields = fields


class WorksInDepartment(IsStaffMember):
    """People of a department; administrators act for none."""

    def has_permission(self, request: Any, view: Any) -> bool:
        return is_staff_member(actor_of(request._request))


class _ProcedureViewSet(ActsMixin, viewsets.ReadOnlyModelViewSet[Any]):
    """Reading, and beginning in the name of the caller's department: what was sent before is
    answered with 200, a new one with 201."""

    permission_classes = (WorksInDepartment,)
    pagination_class = KeysetPagination
    row_serializer_class: ClassVar[type[serializers.BaseSerializer[Any]]]

    def get_serializer_class(self) -> Any:
        """Rows of a list tell neither turn nor acts, which cost queries for each."""
        return self.row_serializer_class if self.action == "list" else self.serializer_class

    def _begun(
        self,
        request: Request,
        kind: type[serializers.Serializer[Any]],
        begin: Callable[[Actor, dict[str, Any], uuid.UUID], Procedure],
    ) -> Response:
        actor = api_actor(request)
        must_work_in_department(actor, f"{self.basename}.begin")
        given = body_of(request, kind)
        key = given.get("client_key") or uuid.uuid4()
        model = self.serializer_class.Meta.model  # type: ignore[union-attr]
        known = sent_before(model, actor, key)
        begun = begin(actor, given, key)
        return self.answer(begun.pk, entered(known))


class CrimeViewSet(_ProcedureViewSet):
    """Hand-overs of suspected crimes visible to the caller, newest first."""

    queryset = CrimeHandover.objects.none()
    serializer_class = CrimeSerializer
    row_serializer_class = CrimeRowSerializer
    filterset_class = CrimeFilter
    act_handlers = crime.HANDLERS

    @extend_schema(
        request=inputs.CrimeInput, responses={200: CrimeSerializer, 201: CrimeSerializer}
    )
    def create(self, request: Request) -> Response:
        """Name case officers for a suspected crime, or prepare a hand-over by the police."""
        return self._begun(request, inputs.CrimeInput, _begin_crime)

    def get_queryset(self) -> QuerySet[CrimeHandover]:
        return selectors.crimes(api_actor(self.request))


class DisputeViewSet(_ProcedureViewSet):
    """Disputes visible to the caller, newest first."""

    queryset = Dispute.objects.none()
    serializer_class = DisputeSerializer
    row_serializer_class = DisputeRowSerializer
    filterset_class = DisputeFilter
    act_handlers = disputes.HANDLERS

    @extend_schema(
        request=inputs.DisputeInput, responses={200: DisputeSerializer, 201: DisputeSerializer}
    )
    def create(self, request: Request) -> Response:
        """Prepare a dispute for the head to raise."""
        return self._begun(request, inputs.DisputeInput, _begin_dispute)

    def get_queryset(self) -> QuerySet[Dispute]:
        return selectors.disputes(api_actor(self.request)).prefetch_related("talks")


class RefusalViewSet(_ProcedureViewSet):
    """Refusals of duty visible to the caller, newest first."""

    queryset = Refusal.objects.none()
    serializer_class = RefusalSerializer
    row_serializer_class = RefusalRowSerializer
    filterset_class = RefusalFilter
    act_handlers = refusals.HANDLERS

    @extend_schema(
        request=inputs.RefusalInput, responses={200: RefusalSerializer, 201: RefusalSerializer}
    )
    def create(self, request: Request) -> Response:
        """Prepare the written advice for the head to sign."""
        return self._begun(request, inputs.RefusalInput, _begin_refusal)

    def get_queryset(self) -> QuerySet[Refusal]:
        return selectors.refusals(api_actor(self.request))


def _begin_crime(actor: Actor, given: dict[str, Any], key: uuid.UUID) -> CrimeHandover:
    case = beginning.Case(
        title=given["title"],
        facts=given["facts"],
        suspect=given["suspect"],
        clue_id=given.get("clue"),
    )
    if given["direction"] == CrimeHandover.Direction.TO_POLICE:
        return beginning.begin(actor, case, given["officers"], key=key)
    with uploads.opened(actor, given["files"]) as files:
        return beginning.begin_back(actor, case, given["department"], files, key=key)


def _begin_dispute(actor: Actor, given: dict[str, Any], key: uuid.UUID) -> Dispute:
    question = disputes.Question(
        about=given["about"],
        title=given["title"],
        facts=given["facts"],
        clue_id=given.get("clue"),
        matter_id=given.get("matter"),
    )
    return disputes.begin(actor, question, given["departments"], key=key)


def _begin_refusal(actor: Actor, given: dict[str, Any], key: uuid.UUID) -> Refusal:
    complaint = refusals.Complaint(
        title=given["title"],
        facts=given["facts"],
        basis=given["basis"],
        advice=given["advice"],
        clue_id=given.get("clue"),
        matter_id=given.get("matter"),
    )
    with uploads.opened(actor, given["files"]) as files:
        return refusals.begin(actor, complaint, given["addressee"], files, key=key)
