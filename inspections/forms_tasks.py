"""Forms of joint tasks: the filters of the list, dispatching, another date."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from departments.models import Department, Region
from inspections.models import JointTask, PlanItem, TaskPart
from records.actor import Actor

_DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
_P = TaskPart.State


class TaskFilter(forms.Form):
    """The filters of the task list; an invalid value narrows nothing."""

    text = forms.CharField(label="对象或编号", required=False, max_length=60)
    state = forms.ChoiceField(
        label="状态", required=False, choices=[("", "全部"), *JointTask.State.choices]
    )
    origin = forms.ChoiceField(
        label="检查方式", required=False, choices=[("", "全部"), *JointTask.Origin.choices]
    )
    waiting = forms.ChoiceField(
        label="待办",
        required=False,
        choices=[
            ("", "全部"),
            ("accept", "待本部门接收"),
            ("agree", "待本部门同意日期"),
            ("sign", "待签发通知书"),
        ],
    )
    department = forms.ModelChoiceField(
        label="部门", required=False, empty_label="全部", queryset=Department.objects.none()
    )
    item = forms.ModelChoiceField(
        label="计划", required=False, empty_label="全部", queryset=PlanItem.objects.none()
    )
    township = forms.ModelChoiceField(
        label="乡镇", required=False, empty_label="全部", queryset=Region.objects.none()
    )
    since = forms.DateField(label="检查日期自", required=False, widget=_DATE)
    until = forms.DateField(label="至", required=False, widget=_DATE)

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        tasks = JointTask.objects.visible_to(actor)
        choices: dict[str, QuerySet[Any]] = {
            "department": Department.objects.filter(
                pk__in=TaskPart.objects.filter(task__in=tasks).values("department_id")
            ),
            "item": PlanItem.objects.filter(pk__in=tasks.values("item_id")),
            "township": Region.objects.filter(pk__in=tasks.values("subject__township_id")),
        }
        for name, queryset in choices.items():
            self.fields[name].queryset = queryset  # type: ignore[attr-defined]

    def narrow(self, tasks: QuerySet[JointTask]) -> QuerySet[JointTask]:
        """The tasks that match what was filled in."""
        self.is_valid()
        chosen = {name: value for name, value in self.cleaned_data.items() if value}
        if text := chosen.get("text"):
            tasks = tasks.filter(Q(subject__name__icontains=text) | Q(code__icontains=text))
        if state := chosen.get("state"):
            tasks = tasks.filter(state=state)
        if origin := chosen.get("origin"):
            tasks = tasks.filter(origin=origin)
        if department := chosen.get("department"):
            tasks = tasks.filter(
                pk__in=TaskPart.objects.filter(department=department).values("task_id")
            )
        if item := chosen.get("item"):
            tasks = tasks.filter(item=item)
        if township := chosen.get("township"):
            tasks = tasks.filter(subject__township=township)
        if since := chosen.get("since"):
            tasks = tasks.filter(visit_on__gte=since)
        if until := chosen.get("until"):
            tasks = tasks.filter(visit_on__lte=until)
        return self._waiting(tasks, chosen.get("waiting", ""))

    def _waiting(self, tasks: QuerySet[JointTask], what: str) -> QuerySet[JointTask]:
        if what == "sign":
            own = tasks.filter(lead_id=self.actor.department_id, state=JointTask.State.SCHEDULED)
            return own.exclude(ratification=JointTask.Ratification.PENDING)
        conditions: dict[str, dict[str, Any]] = {
            "accept": {"state": _P.SENT},
            "agree": {"state": _P.ACCEPTED, "agreed_on": None},
        }
        if what not in conditions:
            return tasks
        parts = TaskPart.objects.filter(department_id=self.actor.department_id, **conditions[what])
        return tasks.filter(state=JointTask.State.DISPATCHED, pk__in=parts.values("task_id"))


class DispatchForm(forms.Form):
    """How the dates of the visits come about."""

    visit_on = forms.DateField(
        label="统一检查日期",
        required=False,
        widget=_DATE,
        help_text="留空则按组把检查分散到检查期限内的工作日。",
    )
    reason = forms.CharField(
        label="理由", required=False, max_length=300, help_text="在非工作日检查时必填。"
    )


class ProposeForm(forms.Form):
    """Another date for a visit."""

    visit_on = forms.DateField(label="提出的检查日期", widget=_DATE)
