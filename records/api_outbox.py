"""What goes to other systems, over REST: the list, one message, sending it again, giving it up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers, viewsets
from rest_framework.permissions import IsAuthenticated

from records import outbox
from records.actor import Actor
from records.api import ActsMixin, KeysetPagination, api_actor
from records.models import OutboxMessage
from records.outbox_names import STATES
from records.outbox_pages import ACTS, allowed
from records.outbox_words import error_for


class OutboxMessageSerializer(serializers.ModelSerializer[OutboxMessage]):
    """How a message stands; what it told is not shown."""

    state = serializers.ChoiceField(choices=tuple(STATES.items()), help_text="状态")
    target_name = serializers.CharField(help_text="接收系统名称")
    topic_name = serializers.CharField(help_text="主题名称")
    last_error = serializers.SerializerMethodField(help_text="最近错误")
    acts = serializers.SerializerMethodField(help_text="当前可以执行的操作")

    class Meta:
        model = OutboxMessage
        fields = (
            "id",
            "target",
            "target_name",
            "topic",
            "topic_name",
            "region_code",
            "state",
            "attempts",
            "last_error",
            "receipt",
            "created_at",
            "next_attempt_at",
            "delivered_at",
            "dead_at",
            "given_up_at",
            "given_up_because",
            "acts",
        )
        read_only_fields = fields

    def get_last_error(self, message: OutboxMessage) -> str:
        return error_for(api_actor(self.context["request"]), message)

    def get_acts(self, message: OutboxMessage) -> list[str]:
        return allowed(api_actor(self.context["request"]), message)


class OutboxPagination(KeysetPagination):
    """As the list page: newest first."""

    ordering = "-place"


@extend_schema_view(
    list=extend_schema(
        parameters=[
            OpenApiParameter("state", enum=list(STATES), description="状态；其他值不起作用")
        ]
    )
)
class OutboxViewSet(ActsMixin, viewsets.ReadOnlyModelViewSet[OutboxMessage]):
    """Messages to other systems, for the coordination office and the system administrator."""

    act_handlers: ClassVar[Mapping[str, Callable[[Actor, Any, str], Any]]] = {
        code: act.one for code, act in ACTS.items()
    }
    queryset = OutboxMessage.objects.none()
    serializer_class = OutboxMessageSerializer
    permission_classes = (IsAuthenticated,)
    pagination_class = OutboxPagination
    filterset_fields = ("target", "topic")
    lookup_value_regex = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"

    def get_queryset(self) -> QuerySet[OutboxMessage]:
        found = outbox.visible_to(api_actor(self.request))
        if self.action != "list":
            return found
        return outbox.in_state(found, self.request.query_params.get("state", ""))
