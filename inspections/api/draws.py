"""Draws over REST: the same services, acts and visibility as the pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from inspections.acts.draws import DRAW_ACTS
from inspections.filters_draws import DrawFilter
from inspections.models import Draw, PlanItem
from inspections.selectors import draw_pages
from inspections.selectors import draws as selectors
from inspections.services import draws
from inspections.views.draws import bundle_response
from records.actor import Actor
from records.acts import LONGEST_OPINION
from records.api import (
    ActsSerializer,
    IsStaffMember,
    KeysetPagination,
    OpinionSerializer,
    api_actor,
    body_of,
)


class DrawSerializer(ActsSerializer, serializers.ModelSerializer[Draw]):
    """A draw as a list shows it."""

    act_table = DRAW_ACTS
    act_codes = ("commit", "freeze", "reveal", "void")
    title = serializers.CharField(source="item.title", help_text="计划项目名称")
    lead = serializers.CharField(source="item.lead.name", help_text="牵头部门")
    parties = serializers.SerializerMethodField(help_text="参与方、承诺和已揭示的随机数")

    class Meta:
        model = Draw
        fields: tuple[str, ...] = (
            "id",
            "number",
            "item",
            "title",
            "lead",
            "occurrence",
            "planned_at",
            "level",
            "state",
            "announced_at",
            "late_reason",
            "obstacle",
            "chain_position",
            "frozen_at",
            "commit_hash",
            "counts",
            "finished_at",
            "certificate_hash",
            "void_reason",
            "void_party",
            "parties",
            "acts",
        )

    @extend_schema_field(serializers.ListField(child=serializers.DictField()))
    def get_parties(self, draw: Draw) -> list[dict[str, Any]]:
        return [
            {
                "code": party.code,
                "department": party.department.name if party.department else None,
                "commitment": party.commitment,
                "nonce": party.nonce if draw.frozen_at else "",
            }
            for party in draw.parties.all()
        ]


class DrawDetailSerializer(DrawSerializer):
    """A draw with the exact texts that were hashed."""

    class Meta:
        model = Draw
        fields: tuple[str, ...] = (
            *DrawSerializer.Meta.fields,
            "commit",
            "rules_json",
            "seed",
            "certificate",
        )


class AnnounceSerializer(serializers.Serializer[Any]):
    """What announcing takes."""

    item = serializers.IntegerField(min_value=1, help_text="计划项目")
    late_reason = serializers.CharField(
        max_length=LONGEST_OPINION,
        required=False,
        default="",
        allow_blank=True,
        help_text="未按时启动的原因",
    )


class DrawActSerializer(OpinionSerializer):
    """What the acts take; each reads only its own."""

    party = serializers.CharField(
        max_length=20, required=False, default="", allow_blank=True, help_text="参与方代号"
    )
    commitment = serializers.CharField(
        max_length=64,
        required=False,
        default="",
        allow_blank=True,
        help_text="承诺，64 个十六进制字符",
    )
    nonce = serializers.CharField(
        max_length=64,
        required=False,
        default="",
        allow_blank=True,
        help_text="随机数，64 个十六进制字符",
    )


HANDLERS: dict[str, Callable[[Actor, int, dict[str, Any]], Draw]] = {
    "commit": lambda actor, pk, d: draws.commit_nonce(actor, pk, d["party"], d["commitment"]),
    "freeze": lambda actor, pk, d: draws.freeze(actor, pk),
    "reveal": lambda actor, pk, d: draws.reveal(actor, pk, d["party"], d["nonce"]),
    "void": lambda actor, pk, d: draws.void(actor, pk, d["opinion"], d["party"]),
}


class DrawViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Draw]):
    """Draws: announced, read, moved on by their acts, handed out as bundles."""

    queryset = Draw.objects.none()
    serializer_class = DrawSerializer
    permission_classes = (IsStaffMember,)
    pagination_class = KeysetPagination
    filterset_class = DrawFilter

    def get_queryset(self) -> QuerySet[Draw]:
        actor = api_actor(self.request)
        if self.action == "list":
            return selectors.draw_list(actor)
        return selectors.draw_detail(actor)

    def get_serializer_class(self) -> type[serializers.BaseSerializer[Any]]:
        return DrawSerializer if self.action == "list" else DrawDetailSerializer

    @extend_schema(request=AnnounceSerializer, responses={201: DrawDetailSerializer})
    def create(self, request: Request) -> Response:
        """Announce the draw of a published plan item."""
        given = body_of(request, AnnounceSerializer)
        actor = api_actor(request)
        item = get_object_or_404(PlanItem.objects.visible_to(actor), pk=given["item"])
        draw = draws.announce(actor, item.pk, given["late_reason"])
        return Response(self._detail(draw.pk), status=status.HTTP_201_CREATED)

    @extend_schema(request=DrawActSerializer, responses=DrawDetailSerializer)
    @action(detail=True, methods=["post"], url_path=r"acts/(?P<code>[a-z]+)")
    def acts(self, request: Request, pk: str, code: str) -> Response:
        """Do one act: commit, freeze, reveal or void."""
        if code not in HANDLERS:
            raise Http404
        draw = self.get_object()
        given = body_of(request, DrawActSerializer)
        HANDLERS[code](api_actor(request), draw.pk, given)
        return Response(self._detail(draw.pk))

    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"])
    def bundle(self, request: Request, pk: str) -> HttpResponse:
        """The bundle of a finished draw, as the page hands it out."""
        draw = self.get_object()
        if not draw_pages.is_over(draw):
            raise Http404
        return bundle_response(draw, draws.hand_out(api_actor(request), draw))

    def _detail(self, pk: int) -> Any:
        draw = selectors.draw_detail(api_actor(self.request)).get(pk=pk)
        return DrawDetailSerializer(draw, context=self.get_serializer_context()).data
