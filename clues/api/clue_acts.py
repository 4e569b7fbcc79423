"""The acts on a clue that take more than an opinion, over REST: ``POST …/acts/<code>/``."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from clues.models import Clue
from clues.services import clue_answer, clue_transfer, clues, intake
from departments.models import Department
from records.actor import Actor
from records.api import api_actor

CODES = frozenset(("talk", "prepare", "supplement", "propose", "tell", "extend", "assign", "merge"))
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
    """The body of ``prepare``; the evidence was kept with the clue before."""

    title = _words("标题", 100)
    body = _words("正文", 10000)


class SupplementInput(serializers.Serializer[Any]):
    """The body of ``supplement``; files go with the page's form."""

    note = _words("补充说明", 1000)


class ProposeInput(serializers.Serializer[Any]):
    """The body of ``propose``."""

    outcome = serializers.ChoiceField(choices=Clue.Outcome.choices, help_text="办理结果")
    answer = _words("答复内容", 2000)


class TellInput(serializers.Serializer[Any]):
    """The body of ``tell``."""

    text = _words("告知内容", 500)


class ExtendInput(serializers.Serializer[Any]):
    """The body of ``extend``."""

    amount = serializers.IntegerField(min_value=1, max_value=365, help_text="延长的工作日数")
    opinion = _words("延长理由", 300)


class AssignInput(serializers.Serializer[Any]):
    """The body of ``assign``."""

    department = _department("承办部门")
    opinion = _words("指定理由", 1000)


class MergeInput(serializers.Serializer[Any]):
    """The body of ``merge``."""

    into = serializers.IntegerField(min_value=1, max_value=_LARGEST_ID, help_text="要并入的线索")
    opinion = _words("并案理由", 1000)


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
        return self._answer(clue_transfer.prepare(actor, clue, **given, files=()))

    @extend_schema(request=SupplementInput)
    @action(detail=True, methods=["post"], url_path="acts/supplement")
    def supplement(self, request: Request, pk: str) -> Response:
        """Hand in what was asked for."""
        actor, clue, given = self._given(request, SupplementInput)
        return self._answer(clue_transfer.supplement(actor, clue, **given, files=()))

    @extend_schema(request=ProposeInput)
    @action(detail=True, methods=["post"], url_path="acts/propose")
    def propose(self, request: Request, pk: str) -> Response:
        """Put the final answer before the head."""
        actor, clue, given = self._given(request, ProposeInput)
        return self._answer(clue_answer.propose(actor, clue, **given, files=()))

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

    def _given(
        self: Any, request: Request, kind: type[serializers.Serializer[Any]]
    ) -> tuple[Actor, int, dict[str, Any]]:
        clue = self.get_object()
        body = kind(data=request.data)
        body.is_valid(raise_exception=True)
        return api_actor(request), clue.pk, body.validated_data

    def _answer(self: Any, clue: Clue) -> Response:
        changed: Response = self.answer(clue.pk)
        return changed
