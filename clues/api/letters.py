"""Letters over REST: the same services, acts and visibility as the pages."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from clues.acts.letters import LETTER_ACTS
from clues.forms.letters import LetterFilter
from clues.models import Clue, Referral
from clues.rules.kinds import FREE_KINDS
from clues.selectors import letters as selectors
from clues.services.letters import answering, drafts
from clues.services.letters.drafts import Content
from clues.views.letters import LETTER_HANDLERS
from credit.models import Subject
from departments.models import Department
from records.actor import Actor
from records.api import (
    ActsSerializer,
    IsStaffMember,
    KeysetPagination,
    OpinionSerializer,
    api_actor,
)

WITH_FIELDS = ("draft-answer", "supplement", "extend")
"""Acts that take more than an opinion; ``edit`` and ``enter-answer``, which needs a scanned file,
are done on the page."""

CODES = (*LETTER_HANDLERS, *WITH_FIELDS)


class LetterRowSerializer(serializers.ModelSerializer[Referral]):
    """A letter in a list."""

    sender = serializers.CharField(source="sender.name", help_text="发函部门")
    to = serializers.CharField(source="addressee", help_text="收函单位")
    answer = serializers.SerializerMethodField(help_text="答复代码，未签发为空")
    answer_label = serializers.SerializerMethodField(help_text="答复，未签发为空")

    class Meta:
        model = Referral
        fields = (
            "id",
            "kind",
            "number",
            "state",
            "confidential",
            "title",
            "sender",
            "to",
            "clue",
            "subject",
            "created_at",
            "sent_at",
            "received_at",
            "answered_at",
            "answer",
            "answer_label",
        )

    def get_answer(self, letter: Referral) -> str:
        return letter.answer if self._shows(letter) else ""

    def get_answer_label(self, letter: Referral) -> str:
        return letter.answer_label if self._shows(letter) else ""

    def _shows(self, letter: Referral) -> bool:
        return selectors.shows_answer(api_actor(self.context["request"]), letter)


class LetterSerializer(ActsSerializer, LetterRowSerializer):
    """A letter as it stands; its answer once it is signed."""

    act_table = LETTER_ACTS
    act_codes = CODES

    answer_text = serializers.SerializerMethodField(help_text="答复内容，未签发为空")
    copies = serializers.SerializerMethodField(help_text="抄送部门")

    class Meta(LetterRowSerializer.Meta):
        fields = (*LetterRowSerializer.Meta.fields, "body", "answer_text", "copies", "acts")

    def get_answer_text(self, letter: Referral) -> str:
        return letter.answer_text if self._shows(letter) else ""

    def get_copies(self, letter: Referral) -> list[str]:
        return [copy.department.name for copy in letter.copies.all()]


class LetterInput(serializers.Serializer[Any]):
    """A draft; files are added on its page."""

    kind = serializers.ChoiceField(
        choices=[(kind.code, kind.label) for kind in FREE_KINDS.values()], help_text="类别"
    )
    title = serializers.CharField(max_length=drafts.TITLE_MOST, help_text="标题")
    body = serializers.CharField(max_length=drafts.BODY_MOST, help_text="正文，一行一段")
    to = serializers.PrimaryKeyRelatedField(
        queryset=Department.objects.all(),
        required=False,
        allow_null=True,
        default=None,
        help_text="收函部门",
    )
    outside = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=100, help_text="平台外收函单位"
    )
    copies = serializers.PrimaryKeyRelatedField(
        queryset=Department.objects.all(),
        many=True,
        required=False,
        default=list,
        help_text="抄送部门",
    )
    subject = serializers.IntegerField(
        required=False, allow_null=True, default=None, help_text="监管对象"
    )
    clue = serializers.IntegerField(
        required=False, allow_null=True, default=None, help_text="所属线索"
    )


class LetterActInput(OpinionSerializer):
    """What an act takes: ``opinion`` for reasons and supplements, an answer, an extension."""

    answer = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=30,
        help_text="答复（draft-answer）",
    )
    text = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=answering.ANSWER_MOST,
        help_text="答复内容（draft-answer）",
    )
    amount = serializers.IntegerField(
        required=False, min_value=1, max_value=365, help_text="延长的工作日数（extend）"
    )


class LetterViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Referral]
):
    """Letters that the caller may see."""

    permission_classes = (IsStaffMember,)
    pagination_class = KeysetPagination
    filterset_class = LetterFilter
    queryset = Referral.objects.none()

    def get_queryset(self) -> QuerySet[Referral]:
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        rows = selectors.listed if self.action == "list" else selectors.in_full
        return rows(api_actor(self.request))

    def get_serializer_class(self) -> type[LetterRowSerializer]:
        return LetterRowSerializer if self.action == "list" else LetterSerializer

    @extend_schema(request=LetterInput, responses={201: LetterSerializer})
    def create(self, request: Request) -> Response:
        """Draft a letter in the name of the caller's department."""
        sent = LetterInput(data=request.data)
        sent.is_valid(raise_exception=True)
        actor, given = api_actor(request), sent.validated_data
        content = Content(
            title=given["title"],
            body=given["body"],
            to=given["to"],
            outside=given["outside"],
            subject=_visible(Subject, actor, given["subject"], "subject"),
            copies=tuple(given["copies"]),
        )
        clue = _visible(Clue, actor, given["clue"], "clue")
        letter = drafts.draft(actor, given["kind"], content, clue=clue)
        return self._answer(letter.pk, status.HTTP_201_CREATED)

    @extend_schema(request=LetterActInput, responses=LetterSerializer)
    @action(detail=True, methods=["post"], url_path=r"acts/(?P<code>[a-z-]+)")
    def act(self, request: Request, pk: str, code: str) -> Response:
        """Do one of ``acts``."""
        if code not in CODES:
            raise Http404
        letter = self.get_object()
        sent = LetterActInput(data=request.data)
        sent.is_valid(raise_exception=True)
        actor, given = api_actor(request), sent.validated_data
        words = given["opinion"]
        if code == "extend":
            if "amount" not in given:
                raise serializers.ValidationError({"amount": "请填写延长的工作日数。"})
            answering.extend(actor, letter.pk, given["amount"], words)
        elif code == "draft-answer":
            answering.propose(actor, letter.pk, given["answer"], given["text"])
        elif code == "supplement":
            answering.supplement(actor, letter.pk, words)
        else:
            LETTER_HANDLERS[code](actor, letter.pk, words)
        return self._answer(letter.pk)

    def _answer(self, pk: int, code: int = status.HTTP_200_OK) -> Response:
        fresh = self.get_queryset().get(pk=pk)
        return Response(LetterSerializer(fresh, context=self.get_serializer_context()).data, code)


def _visible(model: Any, actor: Actor, pk: int | None, field: str) -> Any:
    """The object that the body names, if the caller may see it."""
    if pk is None:
        return None
    found = model.objects.visible_to(actor).filter(pk=pk).first()
    if found is None:
        raise serializers.ValidationError({field: "所选的对象不存在。"})
    return found
