"""REST resource of upstream matters: what the levels above have told, and claiming it (M3)."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from matters import selectors, upstream
from matters.acts import UPSTREAM_ACTS
from matters.api import MatterSerializer
from matters.models import MatterVersion, UpstreamMatter, UpstreamVersion
from matters.upstream_forms import UpstreamFilter
from records.api import (
    ActsMixin,
    ActsSerializer,
    IsStaffMember,
    KeysetPagination,
    OpinionSerializer,
    api_actor,
)

_LARGEST_ID = 2**63 - 1


class UpstreamVersionSerializer(serializers.ModelSerializer[UpstreamVersion]):
    """An upstream matter as it was told; departments as the upper level names them."""

    class Meta:
        model = UpstreamVersion
        fields = (
            *("number", "withdrawn", "name", "subjects_text", "content", "legal_bases"),
            *("exercise_level", "lead", "partners", "document", "source", "told_at"),
        )
        read_only_fields = fields


class MatchSerializer(serializers.Serializer[Any]):
    """A department as the upper level names it, and the own one that is known by the name."""

    printed = serializers.CharField(help_text="上级所写的部门")
    department = serializers.IntegerField(
        source="department_id", allow_null=True, help_text="对应的本地区部门，找不到的为空"
    )
    is_lead = serializers.BooleanField(help_text="是否牵头部门")


class UpstreamRowSerializer(ActsSerializer, serializers.ModelSerializer[UpstreamMatter]):
    """An upstream matter with its newest version and the acts allowed to the caller now."""

    act_table = UPSTREAM_ACTS
    act_codes = ("claim", *upstream.HANDLERS)
    matter = serializers.CharField(
        source="matter.code", default=None, allow_null=True, help_text="已认领为的本地区事项编码"
    )
    latest = UpstreamVersionSerializer(help_text="最新版本")

    class Meta:
        model = UpstreamMatter
        fields: tuple[str, ...] = (
            *("id", "issuer", "code", "state", "matter", "settled", "told_at", "latest", "acts"),
        )
        read_only_fields = fields


class UpstreamMatterSerializer(UpstreamRowSerializer):
    """With all versions, and what a claim can name."""

    versions = UpstreamVersionSerializer(many=True, read_only=True, help_text="各版本，新的在前")
    matches = serializers.SerializerMethodField(help_text="上级所写的部门与本地区部门的对应")
    may_be_new = serializers.SerializerMethodField(help_text="认领时可否新增事项")
    own_versions = serializers.SerializerMethodField(
        help_text="认领时可以修改的本地区事项（生效版本的 id）"
    )

    class Meta(UpstreamRowSerializer.Meta):
        fields = (
            *UpstreamRowSerializer.Meta.fields,
            *("versions", "matches", "may_be_new", "own_versions"),
        )
        read_only_fields = fields

    @extend_schema_field(MatchSerializer(many=True))
    def get_matches(self, found: UpstreamMatter) -> Any:
        return MatchSerializer(upstream.matches(found), many=True).data

    def get_may_be_new(self, found: UpstreamMatter) -> bool:
        return upstream.may_be_new(found)

    @extend_schema_field(serializers.ListField(child=serializers.IntegerField()))
    def get_own_versions(self, found: UpstreamMatter) -> list[int]:
        return [version.pk for version in upstream.matters_to_change(found)]


class ClaimInput(serializers.Serializer[Any]):
    """What a claim says beside the upper level's words."""

    lead = serializers.IntegerField(min_value=1, max_value=_LARGEST_ID, help_text="本地区牵头部门")
    partners = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=_LARGEST_ID),
        max_length=60,
        required=False,
        default=list,
        help_text="本地区配合部门，按顺序",
    )
    own = serializers.IntegerField(
        min_value=1,
        max_value=_LARGEST_ID,
        required=False,
        allow_null=True,
        default=None,
        help_text="要修改的本地区事项的生效版本；为空则新增事项",
    )
    seen = serializers.IntegerField(
        min_value=1,
        max_value=_LARGEST_ID,
        required=False,
        allow_null=True,
        default=None,
        help_text="读到的最新版本号；其后又有新版本的不予认领，答 409。不报的不作比对",
    )


class SettleInput(OpinionSerializer):
    """The words of an act, and on what it is."""

    seen = serializers.IntegerField(
        min_value=1,
        max_value=_LARGEST_ID,
        help_text="读到的最新版本号；其后又有新版本的不予办理，答 409",
    )


class UpstreamMatterViewSet(ActsMixin, viewsets.ReadOnlyModelViewSet[UpstreamMatter]):
    """Upstream matters of the caller's region, newest first."""

    queryset = UpstreamMatter.objects.none()
    permission_classes = (IsStaffMember,)
    pagination_class = KeysetPagination
    filterset_class = UpstreamFilter

    def get_queryset(self) -> QuerySet[UpstreamMatter]:
        found = selectors.upstream_list(api_actor(self.request)).select_related("matter")
        return found if self.action == "list" else found.prefetch_related("versions")

    def get_serializer_class(self) -> type[UpstreamRowSerializer]:
        return UpstreamRowSerializer if self.action == "list" else UpstreamMatterSerializer

    @extend_schema(request=SettleInput)
    @action(detail=True, methods=["post"], url_path=r"acts/(?P<code>[a-z_-]+)")
    def acts(self, request: Request, pk: str, code: str) -> Response:
        """Do one of ``acts`` on the version that the caller read."""
        if code not in upstream.HANDLERS:
            raise Http404
        actor, found, given = self.asked(request, UPSTREAM_ACTS, code, SettleInput)
        changed = upstream.HANDLERS[code](actor, found.pk, given["opinion"], given["seen"])
        return self.answer(changed.pk)

    @extend_schema(request=ClaimInput, responses={201: MatterSerializer})
    @action(detail=True, methods=["post"], url_path="acts/claim")
    def claim(self, request: Request, pk: str) -> Response:
        """Make the newest version a draft of the own list; the answer is the draft."""
        actor, found, given = self.asked(request, UPSTREAM_ACTS, "claim", ClaimInput)
        draft = upstream.claim(
            actor,
            found.pk,
            lead_id=given["lead"],
            partner_ids=list(dict.fromkeys(given["partners"])),
            own_id=given["own"],
            seen=given["seen"],
        )
        shown: MatterVersion = selectors.version_details(actor).get(pk=draft.pk)
        context = self.get_serializer_context()
        return Response(MatterSerializer(shown, context=context).data, status.HTTP_201_CREATED)
