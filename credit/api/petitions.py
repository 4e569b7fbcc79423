"""REST resource of objections and credit repairs, on the same services and visibility as the
pages."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from credit.acts.petitions import PETITION_ACTS
from credit.forms.petitions import PetitionFilter
from credit.models import Petition, PetitionItem
from credit.selectors.petitions import petitions_for, shows_answer
from credit.services import petitions
from credit.services.petitions import Answer, PetitionInput
from records import uploads
from records.api import (
    ActsMixin,
    ActsSerializer,
    IsStaffMember,
    KeysetPagination,
    api_actor,
    body_of,
)
from records.evidence import MOST_FILES

_LARGEST_ID = 2**63 - 1


def _files(help_text: str, *, required: bool = True) -> serializers.ListField:
    return serializers.ListField(
        child=serializers.UUIDField(),
        min_length=1 if required else 0,
        max_length=MOST_FILES,
        help_text=f"{help_text}，预先上传的文件编号",
        **({} if required else {"required": False, "default": list}),
    )


class PetitionItemSerializer(serializers.ModelSerializer[PetitionItem]):
    """One thing that a petition names."""

    title = serializers.SerializerMethodField(help_text="内容")
    outcome = serializers.SerializerMethodField(help_text="核查结果，签发前只有核查部门看得到")
    note = serializers.SerializerMethodField(help_text="说明，签发前只有核查部门看得到")

    named = serializers.CharField(read_only=True, help_text="修改申请时在 items 中这样指明本项")

    class Meta:
        model = PetitionItem
        fields = (
            "id",
            "named",
            "about",
            "title",
            "event",
            "sanction",
            "outcome",
            "note",
            "ends_on",
        )
        read_only_fields = fields

    def get_title(self, item: PetitionItem) -> str:
        return item.petition.subject.masked(str(item))

    def get_outcome(self, item: PetitionItem) -> str:
        return item.outcome if self._shows(item) else ""

    def get_note(self, item: PetitionItem) -> str:
        return item.note if self._shows(item) else ""

    def _shows(self, item: PetitionItem) -> bool:
        return shows_answer(api_actor(self.context["request"]), item.petition)


class PetitionSerializer(ActsSerializer, serializers.ModelSerializer[Petition]):
    """A petition with the acts that the caller may do by this interface."""

    act_table = PETITION_ACTS
    act_codes = ("edit", "answer", *petitions.HANDLERS)
    items = PetitionItemSerializer(many=True, read_only=True, help_text="所针对的内容")
    finding = serializers.SerializerMethodField(help_text="核查意见，签发前只有核查部门看得到")
    fingerprint = serializers.SerializerMethodField(
        help_text="申请内容的标记；修改时作为 seen 报回，以免覆盖他人的修改"
    )

    class Meta:
        model = Petition
        fields = (
            "id",
            "kind",
            "subject",
            "department",
            "verifier",
            "holder",
            "applicant",
            "contact",
            "reason",
            "state",
            "outcome",
            "created_at",
            "accepted_at",
            "finding",
            "decided_at",
            "decision",
            "informed_at",
            "informed_how",
            "revoked_at",
            "items",
            "fingerprint",
            "acts",
        )
        read_only_fields = fields

    def get_finding(self, petition: Petition) -> str:
        shows = shows_answer(api_actor(self.context["request"]), petition)
        return petition.finding if shows else ""

    def get_fingerprint(self, petition: Petition) -> str:
        return petitions.seen_mark(petition)


class PetitionSaidSerializer(serializers.Serializer[Any]):
    """What an applicant says."""

    applicant = serializers.CharField(max_length=60, help_text="申请人")
    contact = serializers.CharField(max_length=60, help_text="联系方式")
    reason = serializers.CharField(max_length=1000, help_text="申请事由")
    items = serializers.ListField(
        child=serializers.RegexField(r"^[a-z_]{1,20}:(gone-)?[0-9]{1,18}$"),
        min_length=1,
        max_length=200,
        help_text="所针对的内容：信用记录 event:编号，评价扣分 line:指标编号，"
        "等级人工调整 adjustment:编号，失信惩戒 sanction:编号，未列入白名单 white_list:编号",
    )


class PetitionInputSerializer(PetitionSaidSerializer):
    """The body that takes an application in."""

    subject = serializers.IntegerField(min_value=1, max_value=_LARGEST_ID, help_text="监管对象")
    kind = serializers.ChoiceField(Petition.Kind.choices, help_text="种类")
    documents = _files("异议申请书或者信用修复承诺书")
    proofs = _files("证明材料，信用修复必备", required=False)


class PetitionEditSerializer(PetitionSaidSerializer):
    """The body that corrects it; papers are added to those that are there."""

    documents = _files("补充的异议申请书或者信用修复承诺书", required=False)
    proofs = _files("补充的证明材料", required=False)
    seen = serializers.CharField(
        max_length=16, help_text="读到的 fingerprint；其后他人修改过的不予保存，答 409"
    )


class ItemAnswerSerializer(serializers.Serializer[Any]):
    """What was found of one thing."""

    item = serializers.IntegerField(min_value=1, max_value=_LARGEST_ID, help_text="内容的编号")
    outcome = serializers.ChoiceField(
        [
            (code, PetitionItem.Outcome(code).label)
            for each in PetitionItem.ANSWERS.values()
            for code in each
        ],
        help_text="核查结果",
    )
    note = serializers.CharField(
        max_length=300, required=False, default="", allow_blank=True, help_text="说明"
    )


class AnswerSerializer(serializers.Serializer[Any]):
    """The body that prepares the answer."""

    finding = serializers.CharField(max_length=1000, help_text="核查意见")
    items = ItemAnswerSerializer(many=True, help_text="每项内容的核查结果")
    files = _files("核查材料", required=False)


class PetitionViewSet(ActsMixin, viewsets.ReadOnlyModelViewSet[Petition]):
    """Petitions visible to the caller, newest first."""

    act_handlers = petitions.HANDLERS
    queryset = Petition.objects.none()
    serializer_class = PetitionSerializer
    permission_classes = (IsStaffMember,)
    pagination_class = KeysetPagination
    filterset_class = PetitionFilter

    def get_queryset(self) -> QuerySet[Petition]:
        return petitions_for(api_actor(self.request))

    @extend_schema(request=PetitionInputSerializer, responses={201: PetitionSerializer})
    def create(self, request: Request) -> Response:
        """Take in a subject's application in the name of one's own department."""
        actor = api_actor(request)
        petitions.must_enter(actor)
        values = body_of(request, PetitionInputSerializer)
        subject, sent = values.pop("subject"), values.pop("documents")
        with (
            uploads.opened(actor, sent) as documents,
            uploads.opened(actor, values.pop("proofs")) as proofs,
        ):
            said = PetitionInput(**values)
            made = petitions.enter(actor, subject, said, documents, proofs)
        return self.answer(made.pk, status.HTTP_201_CREATED)

    @extend_schema(request=PetitionEditSerializer, responses=PetitionSerializer)
    @action(detail=True, methods=["post"], url_path="acts/edit")
    def correct(self, request: Request, pk: str) -> Response:
        """Correct an application until the head takes it up."""
        actor, petition, values = self.asked(request, PETITION_ACTS, "edit", PetitionEditSerializer)
        seen, sent = values.pop("seen"), values.pop("documents")
        with (
            uploads.opened(actor, sent) as documents,
            uploads.opened(actor, values.pop("proofs")) as proofs,
        ):
            said = PetitionInput(kind=petition.kind, **values)
            petitions.edit(actor, petition.pk, said, documents, proofs, seen=seen)
        return self.answer(petition.pk)

    @extend_schema(request=AnswerSerializer, responses=PetitionSerializer)
    @action(detail=True, methods=["post"], url_path="acts/answer")
    def found(self, request: Request, pk: str) -> Response:
        """Prepare the answer in the name of the verifying department."""
        actor, petition, given = self.asked(request, PETITION_ACTS, "answer", AnswerSerializer)
        answers = {each["item"]: Answer(each["outcome"], each["note"]) for each in given["items"]}
        with uploads.opened(actor, given["files"]) as files:
            petitions.answer(actor, petition.pk, given["finding"], answers, files)
        return self.answer(petition.pk)
