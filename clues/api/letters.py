"""Letters over REST: the same services, acts and visibility as the pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from clues.acts.letters import LETTER_ACTS
from clues.api.named import visible
from clues.forms.letters import LetterFilter
from clues.models import Clue, Referral
from clues.rules.kinds import FREE_KINDS
from clues.selectors import letters as selectors
from clues.services.letters import answering, drafts
from clues.services.letters.checks import OTHER_FILES
from clues.services.letters.drafts import Content
from clues.services.letters.handlers import HANDLERS
from clues.services.uploads import LabelledFiles
from credit.models import Subject
from departments.models import Department
from records import uploads
from records.actor import Actor
from records.api import (
    ActsMixin,
    ActsSerializer,
    IsStaffMember,
    KeysetPagination,
    OpinionSerializer,
    api_actor,
    body_of,
)
from records.api_files import EvidenceSerializer, UploadIdsField
from records.evidence import MOST_FILES

CODES = (*HANDLERS, "edit", "draft-answer", "enter-answer", "supplement", "extend")
"""The acts that this interface offers."""


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
    files = serializers.SerializerMethodField(help_text="附件，答复的附件签发前对方看不到")

    class Meta(LetterRowSerializer.Meta):
        fields = (
            *LetterRowSerializer.Meta.fields,
            "body",
            "answer_text",
            "copies",
            "files",
            "acts",
        )

    def get_answer_text(self, letter: Referral) -> str:
        return letter.answer_text if self._shows(letter) else ""

    @extend_schema_field(EvidenceSerializer(many=True))
    def get_files(self, letter: Referral) -> Any:
        found = selectors.files_of(api_actor(self.context["request"]), letter)
        return EvidenceSerializer((*found.sent, *found.supplements, *found.answer), many=True).data

    def get_copies(self, letter: Referral) -> list[str]:
        return [copy.department.name for copy in letter.copies.all()]


class LetterFileInput(serializers.Serializer[Any]):
    """A file of a letter."""

    upload = serializers.UUIDField(help_text="预先上传的文件编号")
    label = serializers.CharField(
        required=False,
        default=OTHER_FILES,
        max_length=100,
        help_text="材料名称；必附材料写规定的名称",
    )


def _files() -> Any:
    return LetterFileInput(
        many=True, required=False, default=list, max_length=MOST_FILES, help_text="附件"
    )


class LetterContentInput(serializers.Serializer[Any]):
    """The body of ``edit``: the whole content; files are added to those that are there."""

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
    files = _files()


class LetterInput(LetterContentInput):
    """A draft."""

    kind = serializers.ChoiceField(
        choices=[(kind.code, kind.label) for kind in FREE_KINDS.values()], help_text="类别"
    )
    clue = serializers.IntegerField(
        required=False, allow_null=True, default=None, help_text="所属线索"
    )


class LetterAnswerInput(serializers.Serializer[Any]):
    """The body of ``draft-answer`` and ``enter-answer``."""

    answer = serializers.CharField(max_length=30, help_text="答复，该类函件允许的一种")
    text = serializers.CharField(max_length=answering.ANSWER_MOST, help_text="答复内容")
    files = _files()


class LetterSupplementInput(OpinionSerializer):
    """The body of ``supplement``: words, files or both."""

    files = UploadIdsField(help_text="补充材料：预先上传的文件编号")


class LetterExtendInput(OpinionSerializer):
    """The body of ``extend``."""

    amount = serializers.IntegerField(min_value=1, max_value=365, help_text="延长的工作日数")


class LetterPagination(KeysetPagination):
    """As the list page: newest first."""

    ordering = selectors.ORDER


class LetterViewSet(
    ActsMixin,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    viewsets.GenericViewSet[Referral],
):
    """Letters that the caller may see."""

    act_handlers = HANDLERS
    permission_classes = (IsStaffMember,)
    pagination_class = LetterPagination
    queryset = Referral.objects.none()

    @property
    def filterset_class(self) -> type[LetterFilter] | None:
        """Filters narrow the list only."""
        return LetterFilter if self.action == "list" else None

    def get_queryset(self) -> QuerySet[Referral]:
        rows = selectors.listed if self.action == "list" else selectors.in_full
        return rows(api_actor(self.request))

    def get_serializer_class(self) -> type[LetterRowSerializer]:
        return LetterRowSerializer if self.action == "list" else LetterSerializer

    @extend_schema(request=LetterInput, responses={201: LetterSerializer})
    def create(self, request: Request) -> Response:
        """Draft a letter in the name of the caller's department."""
        actor, given = self._given(request, LetterInput)
        clue = visible(Clue, actor, given["clue"], "clue")
        with _content(actor, given) as content:
            letter = drafts.draft(actor, given["kind"], content, clue=clue)
        return self.answer(letter.pk, status.HTTP_201_CREATED)

    @extend_schema(request=LetterContentInput, responses=LetterSerializer)
    @action(detail=True, methods=["post"], url_path="acts/edit")
    def edit(self, request: Request, pk: str) -> Response:
        """Write a draft or a returned letter anew."""
        letter = self.get_object()
        actor, given = self._given(request, LetterContentInput)
        with _content(actor, given) as content:
            drafts.edit(actor, letter.pk, content)
        return self.answer(letter.pk)

    @extend_schema(request=LetterAnswerInput, responses=LetterSerializer)
    @action(detail=True, methods=["post"], url_path="acts/draft-answer")
    def draft_answer(self, request: Request, pk: str) -> Response:
        """Draft the answer for the head to sign."""
        return self._answered(request, answering.propose)

    @extend_schema(request=LetterAnswerInput, responses=LetterSerializer)
    @action(detail=True, methods=["post"], url_path="acts/enter-answer")
    def enter_answer(self, request: Request, pk: str) -> Response:
        """Enter the answer of somebody outside the platform."""
        return self._answered(request, answering.enter_answer)

    @extend_schema(request=LetterSupplementInput, responses=LetterSerializer)
    @action(detail=True, methods=["post"], url_path="acts/supplement")
    def supplement(self, request: Request, pk: str) -> Response:
        """Hand in what was asked for."""
        letter = self.get_object()
        actor, given = self._given(request, LetterSupplementInput)
        with uploads.opened(actor, given["files"]) as files:
            labelled = {answering.SUPPLEMENT_LABEL: files}
            answering.supplement(actor, letter.pk, given["opinion"], labelled)
        return self.answer(letter.pk)

    @extend_schema(request=LetterExtendInput, responses=LetterSerializer)
    @action(detail=True, methods=["post"], url_path="acts/extend")
    def extend(self, request: Request, pk: str) -> Response:
        """Give more time for the answer."""
        letter = self.get_object()
        actor, given = self._given(request, LetterExtendInput)
        answering.extend(actor, letter.pk, given["amount"], given["opinion"])
        return self.answer(letter.pk)

    def _given(
        self, request: Request, kind: type[serializers.Serializer[Any]]
    ) -> tuple[Actor, dict[str, Any]]:
        return api_actor(request), body_of(request, kind)

    def _answered(self, request: Request, service: Callable[..., Referral]) -> Response:
        letter = self.get_object()
        actor, given = self._given(request, LetterAnswerInput)
        with _labelled(actor, given["files"]) as files:
            service(actor, letter.pk, given["answer"], given["text"], files)
        return self.answer(letter.pk)


@contextmanager
def _content(actor: Actor, given: Mapping[str, Any]) -> Iterator[Content]:
    with _labelled(actor, given["files"]) as files:
        yield Content(
            title=given["title"],
            body=given["body"],
            to=given["to"],
            outside=given["outside"],
            subject=visible(Subject, actor, given["subject"], "subject"),
            copies=tuple(given["copies"]),
            files=files,
        )


@contextmanager
def _labelled(actor: Actor, given: Sequence[Mapping[str, Any]]) -> Iterator[LabelledFiles]:
    """The files that the body names, by their label."""
    with uploads.opened(actor, [each["upload"] for each in given]) as files:
        by_label: dict[str, list[Any]] = {}
        for each, file in zip(given, files, strict=True):
            by_label.setdefault(each["label"], []).append(file)
        yield by_label
