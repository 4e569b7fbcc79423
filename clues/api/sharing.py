"""Information sharing over REST: the same services, acts and visibility as the pages."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from clues.acts.sharing import ENTRY_ACTS, RECORD_ACTS, REQUEST_ACTS
from clues.forms.sharing import EntryFilter, RecordFilter, RequestFilter
from clues.models import SharedRecord, ShareReceipt, SharingEntry, SharingRequest
from clues.selectors import sharing as selectors
from clues.services.sharing import adapters, catalogue, events, records, requests
from clues.services.sharing.catalogue import EntryInput
from records import evidence, uploads
from records.api import (
    ActsMixin,
    ActsSerializer,
    IsStaffMember,
    KeysetPagination,
    api_actor,
    body_of,
)
from records.api_files import EvidenceSerializer, UploadIdsField


class SharingEntrySerializer(ActsSerializer, serializers.ModelSerializer[SharingEntry]):
    """A version of a catalogue entry with the acts allowed to the caller now."""

    act_table = ENTRY_ACTS
    act_codes = tuple(catalogue.HANDLERS)
    provider_name = serializers.CharField(source="provider.name", help_text="提供部门全称")
    receivers: Any = serializers.PrimaryKeyRelatedField(
        many=True, read_only=True, help_text="接收部门，面向全部部门的为空"
    )

    class Meta:
        model = SharingEntry
        fields = (
            "id",
            "number",
            "version",
            "state",
            "provider",
            "provider_name",
            "category",
            "title",
            "content",
            "for_all",
            "receivers",
            "way",
            "adapter",
            "procedure",
            "limit_days",
            "frequency",
            "secrecy",
            "signed_by_head",
            "opens_on",
            "confirmed_by",
            "confirmed_at",
            "acts",
        )
        read_only_fields = fields


class EntryInputSerializer(serializers.Serializer[Any]):
    """The body that draws up an entry."""

    category = serializers.ChoiceField(SharingEntry.Category.choices, help_text="信息类别")
    title = serializers.CharField(max_length=100, help_text="信息名称")
    content = serializers.CharField(max_length=2000, help_text="信息内容")
    for_all = serializers.BooleanField(default=False, help_text="共享给本地区全部部门")
    receivers = serializers.ListField(
        child=serializers.IntegerField(), default=list, max_length=200, help_text="接收部门"
    )
    way = serializers.ChoiceField(SharingEntry.Way.choices, help_text="共享方式")
    adapter = serializers.ChoiceField(
        [("", "不适用"), *adapters.CHOICES], default="", help_text="基础库"
    )
    procedure = serializers.CharField(max_length=1000, help_text="共享程序")
    limit_days = serializers.IntegerField(min_value=1, help_text="共享期限，工作日")
    frequency = serializers.ChoiceField(SharingEntry.Frequency.choices, help_text="共享频率")
    secrecy = serializers.ChoiceField(SharingEntry.Secrecy.choices, help_text="使用限制")
    signed_by_head = serializers.BooleanField(default=False, help_text="由负责人签发共享")
    opens_on = serializers.ChoiceField(
        [("", "不自动登记"), *events.CHOICES], default="", help_text="自动登记"
    )


class SharingEntryViewSet(ActsMixin, viewsets.ReadOnlyModelViewSet[SharingEntry]):
    """The sharing catalogue as the caller sees it, newest first."""

    act_handlers = catalogue.HANDLERS
    queryset = SharingEntry.objects.none()
    serializer_class = SharingEntrySerializer
    permission_classes = (IsStaffMember,)
    pagination_class = KeysetPagination
    filterset_class = EntryFilter

    def get_queryset(self) -> QuerySet[SharingEntry]:
        return selectors.entries(api_actor(self.request))

    @extend_schema(request=EntryInputSerializer, responses={201: SharingEntrySerializer})
    def create(self, request: Request) -> Response:
        """Draw up an entry of one's own department for its head to confirm."""
        given = body_of(request, EntryInputSerializer)
        values = {**given, "receivers": tuple(given["receivers"])}
        made = catalogue.create(api_actor(request), EntryInput(**values))
        return self.answer(made.pk, status.HTTP_201_CREATED)


class ShareReceiptSerializer(serializers.ModelSerializer[ShareReceipt]):
    """A department that was given a record."""

    class Meta:
        model = ShareReceipt
        fields = ("department", "read_at", "read_by")
        read_only_fields = fields


class SharedRecordSerializer(ActsSerializer, serializers.ModelSerializer[SharedRecord]):
    """A shared record with the acts allowed to the caller now."""

    act_table = RECORD_ACTS
    act_codes = ("complete", *records.HANDLERS)
    receipts = ShareReceiptSerializer(many=True, read_only=True, help_text="接收部门")
    due_at = serializers.DateTimeField(read_only=True, allow_null=True, help_text="共享期限")
    timing = serializers.ChoiceField(
        list(selectors.TIMINGS.items()), read_only=True, help_text="时限情况"
    )

    class Meta:
        model = SharedRecord
        fields = (
            "id",
            "entry",
            "request",
            "provider",
            "clue",
            "title",
            "content",
            "event_on",
            "state",
            "due_at",
            "timing",
            "created_at",
            "shared_at",
            "shared_by",
            "confidential",
            "receipts",
            "acts",
        )
        read_only_fields = fields


class SharedRecordDetailSerializer(SharedRecordSerializer):
    """One shared record with its files."""

    files = serializers.SerializerMethodField(help_text="附件")

    class Meta(SharedRecordSerializer.Meta):
        fields = (*SharedRecordSerializer.Meta.fields, "files")
        read_only_fields = fields

    @extend_schema_field(EvidenceSerializer(many=True))
    def get_files(self, record: SharedRecord) -> Any:
        return EvidenceSerializer(evidence.of(record), many=True).data


class RecordInputSerializer(serializers.Serializer[Any]):
    """The body that registers a record."""

    entry = serializers.IntegerField(help_text="共享目录")
    title = serializers.CharField(max_length=100, help_text="标题")
    content = serializers.CharField(max_length=5000, help_text="内容")
    event_on = serializers.DateField(help_text="形成或者收到日期")
    clue = serializers.IntegerField(
        required=False, allow_null=True, default=None, help_text="产生该信息的线索"
    )
    files = UploadIdsField()


class CompletionSerializer(serializers.Serializer[Any]):
    """The body of ``complete``."""

    content = serializers.CharField(max_length=5000, help_text="内容")
    files = UploadIdsField(help_text="补充附件：预先上传的文件编号")


class SharedRecordPagination(KeysetPagination):
    """As the list page: by registration, newest first."""

    ordering = selectors.RECORD_ORDER


class SharedRecordViewSet(ActsMixin, viewsets.ReadOnlyModelViewSet[SharedRecord]):
    """Shared records visible to the caller, newest first."""

    act_handlers = records.HANDLERS
    queryset = SharedRecord.objects.none()
    permission_classes = (IsStaffMember,)
    pagination_class = SharedRecordPagination
    filterset_class = RecordFilter

    def get_serializer_class(self) -> type[SharedRecordSerializer]:
        return SharedRecordSerializer if self.action == "list" else SharedRecordDetailSerializer

    def get_queryset(self) -> QuerySet[SharedRecord]:
        return selectors.records(api_actor(self.request))

    @extend_schema(request=RecordInputSerializer, responses={201: SharedRecordDetailSerializer})
    def create(self, request: Request) -> Response:
        """Register what one's own department has to share."""
        values = body_of(request, RecordInputSerializer)
        actor, clue_id = api_actor(request), values.pop("clue")
        with uploads.opened(actor, values.pop("files")) as files:
            made = records.register(
                actor, values.pop("entry"), clue_id=clue_id, files=files, **values
            )
        return self.answer(made.pk, status.HTTP_201_CREATED)

    @extend_schema(request=CompletionSerializer, responses=SharedRecordDetailSerializer)
    @action(detail=True, methods=["post"], url_path="acts/complete")
    def complete(self, request: Request, pk: str) -> Response:
        """Put the content right and add files before it is shared."""
        record, actor = self.get_object(), api_actor(request)
        given = body_of(request, CompletionSerializer)
        with uploads.opened(actor, given["files"]) as files:
            records.complete(actor, record.pk, given["content"], files)
        return self.answer(record.pk)


class SharingRequestSerializer(ActsSerializer, serializers.ModelSerializer[SharingRequest]):
    """A request for information with the acts allowed to the caller now."""

    act_table = REQUEST_ACTS
    act_codes = ("propose", *requests.HANDLERS)
    grants = serializers.SerializerMethodField(help_text="是否提供，签发前申请部门看不到")
    answer = serializers.SerializerMethodField(help_text="答复，签发前申请部门看不到")

    class Meta:
        model = SharingRequest
        fields = (
            "id",
            "requester",
            "provider",
            "title",
            "purpose",
            "basis",
            "content",
            "state",
            "created_at",
            "signed_at",
            "signed_by",
            "grants",
            "answer",
            "answered_at",
            "answered_by",
            "acts",
        )
        read_only_fields = fields

    def get_grants(self, request: SharingRequest) -> bool | None:
        return request.grants if self._shown(request) else None

    def get_answer(self, request: SharingRequest) -> str:
        return request.answer if self._shown(request) else ""

    def _shown(self, request: SharingRequest) -> bool:
        return selectors.answer_shown(api_actor(self.context["request"]), request)


class RequestInputSerializer(serializers.Serializer[Any]):
    """The body that draws up a request."""

    provider = serializers.IntegerField(help_text="被申请部门")
    title = serializers.CharField(max_length=100, help_text="所需信息")
    purpose = serializers.CharField(max_length=300, help_text="用途")
    basis = serializers.CharField(max_length=300, help_text="依据")
    content = serializers.CharField(max_length=2000, help_text="具体要求")


class ProposalSerializer(serializers.Serializer[Any]):
    """The body of ``propose``."""

    grants = serializers.BooleanField(help_text="是否提供")
    answer = serializers.CharField(max_length=5000, help_text="答复或者不予提供的理由")
    content = serializers.CharField(
        max_length=5000, required=False, allow_blank=True, default="", help_text="提供的信息"
    )
    files = UploadIdsField()


class SharingRequestPagination(KeysetPagination):
    """As the list page: newest first."""

    ordering = selectors.REQUEST_ORDER


class SharingRequestViewSet(ActsMixin, viewsets.ReadOnlyModelViewSet[SharingRequest]):
    """Requests for information visible to the caller, newest first."""

    act_handlers = requests.HANDLERS
    queryset = SharingRequest.objects.none()
    serializer_class = SharingRequestSerializer
    permission_classes = (IsStaffMember,)
    pagination_class = SharingRequestPagination
    filterset_class = RequestFilter

    def get_queryset(self) -> QuerySet[SharingRequest]:
        return selectors.requests(api_actor(self.request))

    @extend_schema(request=RequestInputSerializer, responses={201: SharingRequestSerializer})
    def create(self, request: Request) -> Response:
        """Draw up a request for one's head to sign."""
        values = body_of(request, RequestInputSerializer)
        made = requests.create(api_actor(request), values.pop("provider"), **values)
        return self.answer(made.pk, status.HTTP_201_CREATED)

    @extend_schema(request=ProposalSerializer, responses=SharingRequestSerializer)
    @action(detail=True, methods=["post"], url_path="acts/propose")
    def propose(self, request: Request, pk: str) -> Response:
        """Prepare the answer for the head to sign."""
        asked = self.get_object()
        actor, values = api_actor(request), body_of(request, ProposalSerializer)
        with uploads.opened(actor, values.pop("files")) as files:
            requests.propose(actor, asked.pk, files=files, **values)
        return self.answer(asked.pk)
