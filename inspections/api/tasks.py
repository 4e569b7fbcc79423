"""Joint tasks over REST: the same services, acts and visibility as the pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiTypes, extend_schema, extend_schema_field
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from inspections.acts.tasks import JOINT_TASK_ACTS, TASK_PART_ACTS
from inspections.models import Draw, JointTask, TaskPart
from inspections.selectors import tasks as selectors
from inspections.services import emergencies, selected, visits
from inspections.services import tasks as services
from inspections.services.dispatch import dispatch
from inspections.services.notices import sign_notice
from records.api import (
    ActsSerializer,
    IsStaffMember,
    KeysetPagination,
    OpinionSerializer,
    api_actor,
    body_of,
)
from records.errors import NotAllowed

TASK_ACTS = ("approve", "decline", "ratify", "refuse", "sign", "cancel", "check-in")
PART_ACTS = ("accept", "agree", "propose")


class TaskPartSerializer(serializers.ModelSerializer[TaskPart]):
    """The part of one department."""

    department = serializers.CharField(source="department.name", help_text="部门")
    officers = serializers.SerializerMethodField(help_text="到场人员")
    items = serializers.SerializerMethodField(help_text="检查事项和检查情况")

    class Meta:
        model = TaskPart
        fields = (
            "id",
            "department",
            "state",
            "agreed_on",
            "accepted_at",
            "submitted_at",
            "officers",
            "items",
        )

    @extend_schema_field(serializers.ListField(child=serializers.DictField()))
    def get_officers(self, part: TaskPart) -> list[dict[str, str]]:
        return [{"name": o.name, "licence": o.licence} for o in part.officers.all()]

    @extend_schema_field(serializers.ListField(child=serializers.DictField()))
    def get_items(self, part: TaskPart) -> list[dict[str, Any]]:
        return [
            {"id": item.pk, "title": item.title, "outcome": item.outcome, "note": item.note}
            for item in part.items.all()
        ]


class TaskSerializer(ActsSerializer, serializers.ModelSerializer[JointTask]):
    """A joint task as it stands; ``acts`` are those on the task and on the caller's own part."""

    act_table = JOINT_TASK_ACTS
    act_codes = TASK_ACTS

    item = serializers.CharField(source="title", help_text="计划项目，个案检查为检查方式")
    subject = serializers.SerializerMethodField(help_text="检查对象")
    lead = serializers.CharField(source="lead.name", help_text="牵头部门")
    notice = serializers.CharField(source="notice.number", help_text="检查通知书文号，未签发为空")
    parts = TaskPartSerializer(many=True, help_text="各部门")

    class Meta:
        model = JointTask
        fields = (
            "id",
            "code",
            "item",
            "origin",
            "reason",
            "subject",
            "lead",
            "team",
            "state",
            "ratification",
            "visit_on",
            "notice",
            "dispatched_at",
            "parts",
            "acts",
        )

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_subject(self, task: JointTask) -> dict[str, Any]:
        subject = task.subject
        return {
            "id": subject.pk,
            "name": subject.shown_name,
            "identifier": subject.shown_identifier,
            "address": subject.shown_address,
        }

    def get_acts(self, task: JointTask) -> list[str]:
        actor = api_actor(self.context["request"])
        own = selectors.own_part(actor, task)
        of_part = TASK_PART_ACTS.allowed(actor, own) if own else []
        return [*super().get_acts(task), *(act.code for act in of_part if act.code in PART_ACTS)]


class DispatchInput(serializers.Serializer[Any]):
    """Which draw to dispatch, and how the dates come about."""

    draw = serializers.IntegerField(help_text="已完成的抽取")
    visit_on = serializers.DateField(
        required=False, allow_null=True, help_text="统一检查日期；不填则按组分散到检查期限内"
    )
    reason = serializers.CharField(
        required=False, allow_blank=True, max_length=300, help_text="在非工作日检查的理由"
    )


class TaskActInput(OpinionSerializer):
    """What an act takes: ``opinion`` for reasons, a date to propose, a place to check in."""

    visit_on = serializers.DateField(required=False, help_text="提出的检查日期（propose）")
    latitude = serializers.DecimalField(
        9, 6, required=False, allow_null=True, help_text="纬度（check-in）"
    )
    longitude = serializers.DecimalField(
        9, 6, required=False, allow_null=True, help_text="经度（check-in）"
    )
    client_key = serializers.UUIDField(
        required=False, help_text="发送编号，同一编号重复发送不会重复办理（check-in）"
    )


class TaskViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[JointTask]
):
    """Joint tasks that the caller may see."""

    serializer_class = TaskSerializer
    permission_classes = (IsStaffMember,)
    pagination_class = KeysetPagination
    filterset_fields = ("state", "origin", "item", "subject", "visit_on")
    queryset = JointTask.objects.none()

    def get_queryset(self) -> QuerySet[JointTask]:
        return selectors.task_in_full(api_actor(self.request))

    @extend_schema(request=DispatchInput, responses={201: TaskSerializer(many=True)})
    def create(self, request: Request) -> Response:
        """Dispatch a draw: one task per drawn subject."""
        values = body_of(request, DispatchInput)
        draw = get_object_or_404(Draw.objects.visible_to(api_actor(request)), pk=values.pop("draw"))
        made = dispatch(api_actor(request), draw.pk, **values)
        tasks = self.get_queryset().filter(pk__in=[task.pk for task in made]).order_by("pk")
        body = TaskSerializer(tasks, many=True, context=self.get_serializer_context()).data
        return Response(body, status=status.HTTP_201_CREATED)

    @extend_schema(request=TaskActInput, responses=TaskSerializer)
    @action(detail=True, methods=["post"], url_path=r"acts/(?P<code>[\w-]+)")
    def act(self, request: Request, pk: str, code: str) -> Response:
        """Do one of the acts that the task lists; those of a part are done for the caller's own
        department."""
        if code not in (*TASK_ACTS, *PART_ACTS):
            raise Http404
        task = self.get_object()
        given = body_of(request, TaskActInput)
        if code == "propose" and "visit_on" not in given:
            raise serializers.ValidationError({"visit_on": "请填写提出的检查日期。"})
        self._handlers(request, task, given)[code]()
        fresh = self.get_queryset().get(pk=task.pk)
        return Response(TaskSerializer(fresh, context=self.get_serializer_context()).data)

    def _handlers(
        self, request: Request, task: JointTask, sent: dict[str, Any]
    ) -> dict[str, Callable[[], Any]]:
        actor, words = api_actor(request), sent["opinion"]

        def own(code: str) -> int:
            part = selectors.own_part(actor, task)
            if part is None:
                raise NotAllowed(
                    "本部门不参加这一户的检查。", verb=f"task-part.{code}", target=task
                )
            return part.pk

        return {
            "approve": lambda: selected.approve(actor, task.pk, words),
            "decline": lambda: selected.decline(actor, task.pk, words),
            "ratify": lambda: emergencies.ratify(actor, task.pk, words),
            "refuse": lambda: emergencies.refuse(actor, task.pk, words),
            "sign": lambda: sign_notice(actor, task.pk, words),
            "cancel": lambda: services.cancel(actor, task.pk, words),
            "check-in": lambda: visits.check_in(
                actor,
                task.pk,
                sent.get("latitude"),
                sent.get("longitude"),
                words,
                str(sent.get("client_key", "")),
            ),
            "accept": lambda: services.accept(actor, own("accept"), words),
            "agree": lambda: services.agree(actor, own("agree"), words),
            "propose": lambda: services.propose_date(
                actor, own("propose"), sent["visit_on"], words
            ),
        }
