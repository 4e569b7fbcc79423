"""Files over REST: sending them ahead, naming them in a call, and how they are shown."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status, viewsets
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from records import uploads
from records.api import IsStaffMember, api_actor
from records.evidence import MOST_FILES
from records.models import Evidence, Upload

_HOURS = int(uploads.KEPT_FOR.total_seconds() // 3600)


class UploadIdsField(serializers.ListField):
    """The ids of uploads that a call uses."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "附件：预先上传的文件编号")
        super().__init__(
            child=serializers.UUIDField(),
            required=False,
            default=list,
            max_length=MOST_FILES,
            **kwargs,
        )


class UploadInput(serializers.Serializer[Any]):
    """One file."""

    file = serializers.FileField(help_text="文件：照片或 PDF，不超过 20 MB")


class UploadSerializer(serializers.ModelSerializer[Upload]):
    """An upload, named by its id in the calls that use it."""

    expires_at = serializers.SerializerMethodField(help_text=f"有效至，上传后 {_HOURS} 小时")

    class Meta:
        model = Upload
        fields = ("id", "name", "size", "mime", "sha256", "uploaded_at", "expires_at")

    @extend_schema_field(serializers.DateTimeField())
    def get_expires_at(self, upload: Upload) -> Any:
        return serializers.DateTimeField().to_representation(upload.uploaded_at + uploads.KEPT_FOR)


class UploadViewSet(viewsets.GenericViewSet[Upload]):
    """The door of files that later calls name."""

    queryset = Upload.objects.none()
    serializer_class = UploadSerializer
    permission_classes = (IsStaffMember,)
    parser_classes = (MultiPartParser,)

    @extend_schema(request={"multipart/form-data": UploadInput}, responses={201: UploadSerializer})
    def create(self, request: Request) -> Response:
        """Send a file ahead."""
        sent = UploadInput(data=request.data)
        sent.is_valid(raise_exception=True)
        upload = uploads.receive(api_actor(request), sent.validated_data["file"])
        return Response(self.get_serializer(upload).data, status.HTTP_201_CREATED)


class EvidenceSerializer(serializers.ModelSerializer[Evidence]):
    """A file of an object that the caller sees."""

    url = serializers.SerializerMethodField(help_text="下载地址")

    class Meta:
        model = Evidence
        fields = ("id", "name", "label", "size", "mime", "sha256", "uploaded_at", "url")
        read_only_fields = fields

    def get_url(self, found: Evidence) -> str:
        return reverse("records:file", args=[found.pk])
