"""How the calls of the gateway are described, with examples that run in the demo county."""

from __future__ import annotations

from typing import Any, TypeVar

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    extend_schema,
    extend_schema_view,
)
from rest_framework import serializers

from supervision.gateway import feed
from supervision.gateway.rules import MOST_ITEMS

V = TypeVar("V", bound=type)

_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!#-\\[\\]-~]{1,128}$"},
    OpenApiParameter.HEADER,
    required=True,
    description="幂等键：每次新的报送换一个，重发时不变；同一键、同一内容得到同一应答",
)
_STRICT = OpenApiParameter(
    "all_or_none",
    {"type": "string", "enum": ["0", "1"]},
    OpenApiParameter.QUERY,
    description="1：有一项不正确就全部不收；缺省为 0，正确的各项照收",
)
_CURSOR = OpenApiParameter(
    "cursor", OpenApiTypes.STR, OpenApiParameter.QUERY, description="上次应答的游标；不填从头获取"
)
_SIZE = OpenApiParameter(
    "page_size",
    {"type": "integer", "minimum": 1, "maximum": feed.MOST_ROWS, "default": feed.PAGE_SIZE},
    OpenApiParameter.QUERY,
    description="一次最多获取多少项",
)


class SignatureScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The signature of a call."""

    target_class = "supervision.gateway.api.door.SignedCall"
    name = "signature"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Signature",
            "description": (
                "HTTP 消息签名（RFC 9421）：请求头 Signature-Input 和 Signature，算法 hmac-sha256"
                " 或 hmac-sm3，有正文时另带 Content-Digest（RFC 9530）；或请求头 X-App-Id、"
                "X-Timestamp、X-Nonce、X-Digest。见 docs/gateway.md。"
            ),
        }


class FaultSerializer(serializers.Serializer[Any]):
    """What is wrong with a field of an item."""

    field = serializers.CharField(help_text="字段", allow_blank=True)
    message = serializers.CharField(help_text="错误说明")


def described_push(view: V) -> V:
    """Describe a push call by its shape."""
    intake = view.intake  # type: ignore[attr-defined]
    name = intake.shape.name
    outcomes = [*intake.outcomes, ("refused", "未收")]
    outcome = type(
        f"{name}OutcomeSerializer",
        (serializers.Serializer,),
        {
            "index": serializers.IntegerField(help_text="第几项，从 0 起"),
            "outcome": serializers.CharField(
                help_text="结果：" + "、".join(f"{code}（{word}）" for code, word in outcomes)
            ),
            "errors": FaultSerializer(many=True, required=False, help_text="未收的原因"),
        },
    )
    body = type(
        f"{name}sSerializer",
        (serializers.Serializer,),
        {
            "items": intake.shape.serializer()(
                many=True, allow_empty=False, max_length=MOST_ITEMS, help_text="逐项"
            )
        },
    )
    answer = type(
        f"{name}sAnswerSerializer",
        (serializers.Serializer,),
        {
            "total": serializers.IntegerField(help_text="报送项数"),
            "accepted": serializers.IntegerField(help_text="收下项数"),
            "refused": serializers.IntegerField(help_text="未收项数"),
            "items": outcome(many=True, help_text="逐项结果"),
        },
    )
    operation = extend_schema(
        operation_id=f"gateway_{_word(view)}_push",
        parameters=[_KEY, _STRICT],
        request=body,
        responses=answer,
        examples=[
            OpenApiExample("示例", value={"items": [intake.shape.example]}, request_only=True)
        ],
    )
    return extend_schema_view(post=operation)(view)


def described_pull(view: V) -> V:
    """Describe a pull call by what it shows."""
    shown = view.serializer  # type: ignore[attr-defined]
    name = shown.__name__.removesuffix("Serializer")
    change = type(
        f"{name}ChangeSerializer",
        (serializers.Serializer,),
        {
            "id": serializers.IntegerField(help_text="编号，同一对象不变"),
            "change": serializers.ChoiceField(
                choices=[("changed", "新增或变化"), ("removed", "不再提供")],
                help_text="新增或变化，或不再提供",
            ),
            "data": shown(allow_null=True, help_text="现状；不再提供的为空"),
        },
    )
    page = type(
        f"{name}PageSerializer",
        (serializers.Serializer,),
        {
            "changes": change(many=True, help_text="变化，按先后"),
            "cursor": serializers.CharField(help_text="游标，下次从这里继续"),
            "more": serializers.BooleanField(help_text="后面是否还有"),
        },
    )
    operation = extend_schema(
        operation_id=f"gateway_{_word(view)}_pull",
        parameters=[_CURSOR, _SIZE],
        responses=page,
    )
    return extend_schema_view(get=operation)(view)


def _word(view: type) -> str:
    words = {"FactsView": "credit_facts"}
    return words.get(view.__name__, view.__name__.removesuffix("View").lower())
