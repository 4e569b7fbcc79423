"""The acts on a clue that take more than an opinion, over REST: ``POST …/acts/<code>/``; files are
named by the ids of uploads."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from clues.acts.clue import CLUE_ACTS
from clues.models import Clue
from clues.services import clue_answer, clue_secrecy, clue_transfer, clues, intake
from departments.models import Department
from records import uploads
from records.actor import Actor
from records.acts import LONGEST_OPINION
from records.api import api_actor, body_of
from records.api_files import UploadIdsField

CODES = frozenset(
    (
        *("talk", "prepare", "add-evidence", "supplement", "propose", "tell"),
        *("extend", "assign", "merge", "name"),
    )
)
"""The acts that this interface offers besides those of ``clues.services.clues.HANDLERS``."""

_LARGEST_ID = 2**63 - 1


def _words(label: str, most: int, **kwargs: Any) -> serializers.CharField:
    return serializers.CharField(max_length=most, help_text=label, **kwargs)


def _department(label: str) -> serializers.PrimaryKeyRelatedField[Department]:
    """A department at work; the services refuse those of another region."""
    at_work = Department.objects.filter(is_active=True).select_related("region")
    return serializers.PrimaryKeyRelatedField(queryset=at_work, help_text=label)


class TalkInput(serializers.Serializer[Any]):
    """The body of ``talk``."""

    department = _department("沟通部门")
    talked_at = serializers.DateTimeField(help_text="沟通时间")
    note = _words("沟通情况", 2000)


class PrepareInput(serializers.Serializer[Any]):
    """The body of ``prepare``; without ``files`` the clue must have evidence already."""

    title = _words("标题", 100)
    body = _words("正文", 10000)
    files = UploadIdsField(help_text="证据材料：预先上传的文件编号")


class AddEvidenceInput(serializers.Serializer[Any]):
    """The body of ``add-evidence``."""

    files = UploadIdsField(help_text="证据材料：预先上传的文件编号")


class SupplementInput(serializers.Serializer[Any]):
    """The body of ``supplement``: words, files or both."""

    note = _words("补充说明", 1000, required=False, default="", allow_blank=True)
    files = UploadIdsField(help_text="补充材料：预先上传的文件编号")


class ProposeInput(serializers.Serializer[Any]):
    """The body of ``propose``."""

    outcome = serializers.ChoiceField(choices=Clue.Outcome.choices, help_text="办理结果")
    answer = _words("答复内容", 2000)
    files = UploadIdsField(help_text="办理材料：预先上传的文件编号")


class TellInput(serializers.Serializer[Any]):
    """The body of ``tell``."""

    text = _words("告知内容", 500)


class ExtendInput(serializers.Serializer[Any]):
    """The body of ``extend``."""

    amount = serializers.IntegerField(min_value=1, max_value=365, help_text="延长的工作日数")
    opinion = _words("延长理由", LONGEST_OPINION)


class AssignInput(serializers.Serializer[Any]):
    """The body of ``assign``."""

    department = _department("承办部门")
    opinion = _words("指定理由", LONGEST_OPINION)


class MergeInput(serializers.Serializer[Any]):
    """The body of ``merge``."""

    into = serializers.IntegerField(min_value=1, max_value=_LARGEST_ID, help_text="要并入的线索")
    opinion = _words("并案理由", LONGEST_OPINION)


class NameInput(serializers.Serializer[Any]):
    """The body of ``name``: ids out of ``people``."""

    people = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=_LARGEST_ID),
        allow_empty=False,
        max_length=100,
        help_text="知悉人",
    )


class PersonOutput(serializers.Serializer[Any]):
    """Somebody who may be named to know a confidential clue."""

    id = serializers.IntegerField(help_text="人员编号")
    name = serializers.CharField(help_text="姓名")
    department = serializers.CharField(source="department.name", help_text="部门")
    named = serializers.BooleanField(help_text="是否已经是知悉人")


class ClueActsMixin:
    """The doors of the clue viewset to these acts; who may not see the clue gets 404."""

    @extend_schema(request=TalkInput)
    @action(detail=True, methods=["post"], url_path="acts/talk")
    def talk(self, request: Request, pk: str) -> Response:
        """Record the talk with the department concerned."""
        actor, clue, given = self._given(request, TalkInput)
        return self._answer(clue_transfer.talk(actor, clue, **given))

    @extend_schema(request=PrepareInput)
    @action(detail=True, methods=["post"], url_path="acts/prepare")
    def prepare(self, request: Request, pk: str) -> Response:
        """Put the letter of transfer before the head."""
        actor, clue, given = self._given(request, PrepareInput)
        with uploads.opened(actor, given.pop("files")) as files:
            return self._answer(clue_transfer.prepare(actor, clue, **given, files=files))

    @extend_schema(request=AddEvidenceInput)
    @action(detail=True, methods=["post"], url_path="acts/add-evidence")
    def add_evidence(self, request: Request, pk: str) -> Response:
        """Add evidence to the clue."""
        actor, clue, given = self._given(request, AddEvidenceInput)
        with uploads.opened(actor, given.pop("files")) as files:
            return self._answer(clue_transfer.add_evidence(actor, clue, **given, files=files))

    @extend_schema(request=SupplementInput)
    @action(detail=True, methods=["post"], url_path="acts/supplement")
    def supplement(self, request: Request, pk: str) -> Response:
        """Hand in what was asked for."""
        actor, clue, given = self._given(request, SupplementInput)
        with uploads.opened(actor, given.pop("files")) as files:
            return self._answer(clue_transfer.supplement(actor, clue, **given, files=files))

    @extend_schema(request=ProposeInput)
    @action(detail=True, methods=["post"], url_path="acts/propose")
    def propose(self, request: Request, pk: str) -> Response:
        """Put the final answer before the head."""
        actor, clue, given = self._given(request, ProposeInput)
        with uploads.opened(actor, given.pop("files")) as files:
            return self._answer(clue_answer.propose(actor, clue, **given, files=files))

    @extend_schema(request=TellInput)
    @action(detail=True, methods=["post"], url_path="acts/tell")
    def tell(self, request: Request, pk: str) -> Response:
        """Tell the complainant of the transfer."""
        actor, clue, given = self._given(request, TellInput)
        return self._answer(clue_answer.tell(actor, clue, **given))

    @extend_schema(request=ExtendInput)
    @action(detail=True, methods=["post"], url_path="acts/extend")
    def extend(self, request: Request, pk: str) -> Response:
        """Give more time to handle the clue."""
        actor, clue, given = self._given(request, ExtendInput)
        return self._answer(clues.extend(actor, clue, **given))

    @extend_schema(request=AssignInput)
    @action(detail=True, methods=["post"], url_path="acts/assign")
    def assign(self, request: Request, pk: str) -> Response:
        """Name the handling department."""
        actor, clue, given = self._given(request, AssignInput)
        return self._answer(clue_transfer.assign(actor, clue, **given))

    @extend_schema(request=MergeInput)
    @action(detail=True, methods=["post"], url_path="acts/merge")
    def merge(self, request: Request, pk: str) -> Response:
        """Join the clue to the main one of the same matter."""
        actor, clue, given = self._given(request, MergeInput)
        return self._answer(intake.merge(actor, clue, given["into"], given["opinion"]))

    @extend_schema(request=NameInput)
    @action(detail=True, methods=["post"], url_path="acts/name", url_name="name")
    def name_people(self, request: Request, pk: str) -> Response:
        """Name people to know the confidential clue."""
        actor, clue, given = self._given(request, NameInput)
        return self._answer(clue_secrecy.name(actor, clue, people=given["people"]))

    @extend_schema(responses=PersonOutput(many=True))
    @action(detail=True, methods=["get"], pagination_class=None)
    def people(self: Any, request: Request, pk: str) -> Response:
        """Who may be named to know the confidential clue, and who is."""
        clue = self.get_object()
        CLUE_ACTS.check(api_actor(request), "name", clue)
        found = clue_secrecy.candidates(clue)
        return Response(PersonOutput(found, many=True).data)

    def _given(
        self: Any, request: Request, kind: type[serializers.Serializer[Any]]
    ) -> tuple[Actor, int, dict[str, Any]]:
        clue = self.get_object()
        return api_actor(request), clue.pk, body_of(request, kind)

    def _answer(self: Any, clue: Clue) -> Response:
        changed: Response = self.answer(clue.pk)
        return changed
