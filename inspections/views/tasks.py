"""Pages of joint tasks at the desk (I8): list, dispatch, one task, papers, calendar."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views import View

from departments.actors import is_head_of
from inspections.acts.rectification import RECTIFICATION_ACTS
from inspections.acts.tasks import JOINT_TASK_ACTS, ON_SITE, TASK_PART_ACTS, may_dispatch
from inspections.forms_tasks import DispatchForm, ProposeForm, TaskFilter
from inspections.models import Draw, JointTask, Notice, TaskPart
from inspections.selectors import tasks as selectors
from inspections.services import dispatch as dispatching
from inspections.services import emergencies, rectification, selected, tasks_bulk
from inspections.services import tasks as services
from inspections.services.notices import for_notices, full_name, notice_content, sign_notice
from records import clock, typed
from records.actor import Actor
from records.bulk import preview, report
from records.errors import NotAllowed, Refused
from records.exports import export_list
from records.forms import show_refusal
from records.middleware import actor_of
from records.paging import capped_count, requested_page
from records.params import YEARS, keys_of
from records.selectors import timeline
from records.views import ActView

TASK_HANDLERS = {
    "approve": selected.approve,
    "decline": selected.decline,
    "ratify": emergencies.ratify,
    "refuse": emergencies.refuse,
    "sign": sign_notice,
    "cancel": services.cancel,
}
PART_HANDLERS = {"accept": services.accept, "agree": services.agree}
_OWN_PLACE = ON_SITE | {"propose"}
"""Acts on a part that the page offers in another place: the phone's, and the one with a date."""
_BULK_BUTTONS = {"accept": "接收", "sign": "签发通知书"}


class TaskListView(View):
    """The joint tasks a person may see, narrowed by filters; rows can be ticked for bulk acts."""

    def get(self, request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        form = TaskFilter(actor, request.GET)
        tasks = form.narrow(selectors.task_list(actor))
        if request.GET.get("export") == "xlsx":
            return export_list(
                request,
                selectors.TASK_SHEET,
                tasks.order_by("-id"),
                selectors.excel_rows,
                "联合检查任务.xlsx",
            )
        page = requested_page(request, tasks, ("-id",))
        query = request.GET.copy()
        for name in ("after", "before"):
            query.pop(name, None)
        filtered = query.urlencode()
        query["export"] = "xlsx"
        bulk = [code for code in tasks_bulk.BULK_ACTS if _may_in_bulk(actor, code)]
        context = {
            "form": form,
            "page": page,
            "rows": [(task, selectors.own_part(actor, task)) for task in page],
            "total": capped_count(tasks),
            "export_url": f"?{query.urlencode()}",
            "acts": [
                {
                    "label": _BULK_BUTTONS[code],
                    "url": reverse("inspections:task-bulk", args=[code]),
                    "style": "primary",
                }
                for code in bulk
            ],
            "waiting": selectors.waiting_for_acceptance(actor, tasks),
            "accept_all_url": f"{reverse('inspections:task-bulk', args=['accept'])}?{filtered}",
        }
        return render(request, "inspections/tasks/list.html", context)


class TaskBulkView(View):
    """One act on many tasks: first what it will do, then doing it.

    The tasks are the ticked rows, or with ``scope=all`` all that match the list's filters.
    """

    http_method_names: ClassVar[list[str]] = ["post"]

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        if code not in tasks_bulk.BULK_ACTS:
            raise Http404
        actor = actor_of(request)
        ids = keys_of(request.POST.getlist("selected"))
        if request.POST.get("scope") == "all":
            found = TaskFilter(actor, request.GET).narrow(JointTask.objects.visible_to(actor))
            found = found.filter(state=tasks_bulk.WAITING_STATE[code])
            ids = set(found.values_list("pk", flat=True)[: tasks_bulk.MOST_AT_ONCE])
        act = tasks_bulk.act_of(code)
        try:
            if "confirm" in request.POST:
                rows = tasks_bulk.carry_out(actor, code, ids)
                report(request, act.label, rows)
                return redirect("inspections:task-list")
            rows = tasks_bulk.plan(actor, code, ids)
        except Refused as refusal:
            messages.error(request, refusal.message)
            return redirect("inspections:task-list")
        return render(request, "inspections/tasks/bulk.html", {"act": act, **preview(rows)})


class DispatchView(View):
    """What dispatching a draw will make, and doing it."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._show(request, self._draw(request, pk), DispatchForm())

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        draw = self._draw(request, pk)
        form = DispatchForm(request.POST)
        if form.is_valid():
            try:
                tasks = dispatching.dispatch(actor_of(request), pk, **form.cleaned_data)
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, f"已派发 {len(tasks)} 项任务，等待各部门接收。")
                return redirect(reverse("inspections:task-list") + f"?item={draw.item_id}")
        return self._show(request, draw, form, status=422)

    def _draw(self, request: HttpRequest, pk: int) -> Draw:
        visible = Draw.objects.visible_to(actor_of(request))
        draw = get_object_or_404(visible.select_related("item__plan__region", "item__lead"), pk=pk)
        if not may_dispatch(actor_of(request), draw):
            raise NotAllowed(
                "只有牵头部门的经办人或负责人可以派发任务。", verb="task.dispatch", target=draw
            )
        return draw

    def _show(
        self, request: HttpRequest, draw: Draw, form: DispatchForm, status: int = 200
    ) -> HttpResponse:
        context: dict[str, Any] = {"draw": draw, "form": form}
        try:
            visits = dispatching.plan_visits(draw)
        except Refused as refusal:
            context["obstacle"] = refusal.message
        else:
            context |= {"visits": visits, "teams": dispatching.team_plans(visits)}
        return render(request, "inspections/tasks/dispatch.html", context, status=status)


class TaskView(View):
    """One task: facts, dates, departments with their people and progress, papers, course."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        task = get_object_or_404(selectors.task_in_full(actor), pk=pk)
        parts = selectors.link_parts(task)
        own = next((part for part in parts if part.department_id == actor.department_id), None)
        check_ins = {arrival.inspector_id: arrival for arrival in task.check_ins.all()}
        mendings = [part.rectification for part in parts if hasattr(part, "rectification")]
        context = {
            "task": task,
            "steps": _steps(task),
            "parts": [
                {
                    "part": part,
                    "officers": [(o, check_ins.get(o.pk)) for o in part.officers.all()],
                    "progress": selectors.progress_of(part, check_ins.values()),
                    "results": list(part.results.all()),
                    "mending": _mending(actor, part),
                }
                for part in parts
            ],
            "own": own,
            "own_url": f"{reverse('inspections:task-list')}parts/{own.pk}/" if own else "",
            "acts": JOINT_TASK_ACTS.buttons(actor, task),
            "part_acts": TASK_PART_ACTS.buttons(actor, own, without=_OWN_PLACE) if own else [],
            "propose": _propose_form(actor, own),
            "entries": timeline(task, *parts, *mendings),
            "over_cap": emergencies.over_cap_words(task),
            "ratification_clock": emergencies.clock_of(task),
            "demo": settings.DEMO,
            "visit_url": reverse("inspections:visit", args=[task.pk]),
        }
        return render(request, "inspections/tasks/detail.html", context)


class TaskActView(ActView):
    """Acts on a whole task."""

    table = JOINT_TASK_ACTS
    handlers = TASK_HANDLERS
    detail_url = "inspections:task"


class TaskPartActView(ActView):
    """Acts of a department on its own part."""

    table = TASK_PART_ACTS
    handlers = PART_HANDLERS

    def next_url(self, request: HttpRequest, instance: Any) -> str:
        return str(instance.get_absolute_url())


class TaskProposeView(View):
    """Another date, with its reason."""

    http_method_names: ClassVar[list[str]] = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        part = get_object_or_404(TaskPart.objects.visible_to(actor), pk=pk)
        form = ProposeForm(request.POST)
        if not form.is_valid():
            messages.error(request, "请填写提出的检查日期，例如 2026-05-20。")
            return redirect(part.get_absolute_url())
        try:
            services.propose_date(
                actor, pk, form.cleaned_data["visit_on"], request.POST.get("opinion", "")
            )
        except Refused as refusal:
            messages.error(request, refusal.message)
            typed.keep(request)
        else:
            messages.success(request, "已提出新的检查日期，等待其他部门同意。")
        return redirect(part.get_absolute_url())


class NoticeView(View):
    """The 行政检查通知书 as a paper; before it is signed, what it would say."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        task = get_object_or_404(
            for_notices()
            .filter(pk__in=JointTask.objects.visible_to(actor_of(request)))
            .select_related("notice__signed_by"),
            pk=pk,
        )
        signed = task.notice.state == Notice.State.SIGNED
        content = task.notice.content if signed else notice_content(task)
        context = {
            "task": task,
            "notice": task.notice,
            "signed": signed,
            "content": content,
            "visit_on": dt.date.fromisoformat(content["visit_on"]) if content["visit_on"] else None,
        }
        return render(request, "inspections/tasks/notice.html", context)


class RecordView(View):
    """The 检查记录表 of one department, once it was submitted, as a paper."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        part = get_object_or_404(
            TaskPart.objects.visible_to(actor_of(request))
            .filter(state=TaskPart.State.SUBMITTED)
            .select_related(
                "task__subject", "task__item", "task__notice", "task__region", "department"
            )
            .prefetch_related("officers", "signatures__image", "items__check_item"),
            pk=pk,
        )
        items = list(part.items.all())
        photos = selectors.photos_by_item(part, items)
        officers = list(part.officers.all())
        context = {
            "part": part,
            "issuer": full_name(part.department, part.task.region),
            "task": part.task,
            "rows": [(item, photos.get(item.pk, [])) for item in items],
            "check_ins": part.task.check_ins.filter(inspector__in=officers).select_related(
                "inspector"
            ),
            "signatures": list(part.signatures.all()),
            "has_photos": bool(photos),
        }
        return render(request, "inspections/tasks/record.html", context)


class CalendarView(View):
    """The visits of a month."""

    def get(self, request: HttpRequest) -> HttpResponse:
        today = clock.today()
        year, month = _month_of(request.GET.get("month", ""), today)
        weeks = selectors.calendar_of(actor_of(request), year, month)
        context = {
            "weeks": weeks,
            "days": [day for week in weeks for day in week if day.in_month and day.tasks],
            "title": f"{year} 年 {month} 月",
            "today": today,
            "previous": _shift(year, month, -1),
            "next": _shift(year, month, 1),
        }
        return render(request, "inspections/tasks/calendar.html", context)


def _mending(actor: Actor, part: TaskPart) -> dict[str, Any] | None:
    """What the department ordered to be put right, with its clock and the person's buttons."""
    found = getattr(part, "rectification", None)
    if found is None:
        return None
    found.part = part
    acts = RECTIFICATION_ACTS.buttons(actor, found)
    url = reverse("inspections:rectification-act", args=[found.pk, acts[0]["code"]]) if acts else ""
    return {
        "found": found,
        "chip": rectification.chip_of(found),
        "acts": acts,
        "url": url.partition("act/")[0],
    }


def _may_in_bulk(actor: Actor, code: str) -> bool:
    if code == "sign":
        return is_head_of(actor, actor.department_id)
    return selectors.may_accept(actor)


def _propose_form(actor: Actor, part: TaskPart | None) -> ProposeForm | None:
    if part is None or "propose" not in {a.code for a in TASK_PART_ACTS.allowed(actor, part)}:
        return None
    return ProposeForm(initial={"visit_on": part.task.visit_on})


def _steps(task: JointTask) -> list[dict[str, Any]]:
    """The course of a task as ``{% steps %}`` draws it."""
    first = "派发接收" if task.origin == JointTask.Origin.DRAW else "批准接收"
    if task.ratification:
        first = "紧急派发"
    course = [first, "约定日期", "签发通知书", "现场检查", "结果公示"]
    order = [
        JointTask.State.DISPATCHED,
        JointTask.State.SCHEDULED,
        JointTask.State.NOTIFIED,
        JointTask.State.IN_PROGRESS,
        JointTask.State.CHECKED,
        JointTask.State.CLOSED,
        JointTask.State.PROPOSED,
    ]
    # The state says what is done; the step after it is the current one.
    current = {0: 0, 1: 2, 2: 3, 3: 3, 4: 4, 5: 5, 6: 0}
    if task.state == JointTask.State.DECLINED:
        return [{"label": "未批准", "state": "failed"}]
    if task.state == JointTask.State.CANCELLED:
        return [{"label": first, "state": "done"}, {"label": "已取消", "state": "failed"}]
    position = current[order.index(JointTask.State(task.state))]
    return [
        {
            "label": label,
            "state": "done" if at < position else "current" if at == position else "todo",
        }
        for at, label in enumerate(course)
    ]


def _month_of(text: str, today: dt.date) -> tuple[int, int]:
    """The month that the address asks for; this month for what is none."""
    try:
        month = dt.datetime.strptime(text, "%Y-%m")
    except ValueError:
        return today.year, today.month
    return (month.year, month.month) if month.year in YEARS else (today.year, today.month)


def _shift(year: int, month: int, by: int) -> str:
    months = year * 12 + month - 1 + by
    return f"{months // 12}-{months % 12 + 1:02d}"
