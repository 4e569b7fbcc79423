"""Pages of an inspector on site, one thing per screen (I9)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

import segno
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views import View

from inspections.acts.tasks import goes_with
from inspections.models import CheckIn, Inspector, JointTask, TaskItem, TaskPart
from inspections.selectors import tasks as selectors
from inspections.services import visits
from records import clock, typed
from records.errors import NotAllowed, Refused
from records.middleware import actor_of

_QR_SCALE = 6
_PHOTOS_PER_SEND = 9


class MyVisitsView(View):
    """The visits of the inspector: today, missed, this week, later, done."""

    def get(self, request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        groups: dict[str, list[JointTask]] = {}
        submitted = set(
            TaskPart.objects.filter(
                task_officers__inspector__user=actor.user_id, state=TaskPart.State.SUBMITTED
            ).values_list("task_id", flat=True)
        )
        today = clock.today()
        for task in selectors.my_visits(actor).order_by("visit_on", "pk"):
            group = "已完成" if task.pk in submitted else _group_of(task, today)
            groups.setdefault(group, []).append(task)
        order = ("今天", "已过约定日期", "本周", "以后", "已完成")
        context = {
            "groups": [(name, groups[name]) for name in order if name in groups],
            "is_inspector": Inspector.objects.filter(user=actor.user_id).exists(),
        }
        return render(request, "inspections/phone/visits.html", context)


def _group_of(task: JointTask, today: dt.date) -> str:
    day = task.visit_on
    if day is None or day == today:
        return "今天"
    if day < today:
        return "已过约定日期"
    return "本周" if day.isocalendar()[:2] == today.isocalendar()[:2] else "以后"


@dataclass(frozen=True)
class Visit:
    """A visit as one of its inspectors sees it."""

    task: JointTask
    part: TaskPart
    items: list[TaskItem]
    arrivals: dict[int, CheckIn]
    mine: CheckIn | None

    @property
    def officers(self) -> list[tuple[Inspector, CheckIn | None]]:
        return [(o, self.arrivals.get(o.pk)) for o in self.part.officers.all()]

    @property
    def progress(self) -> selectors.Progress:
        return selectors.progress_of(self.part, self.arrivals.values())

    @property
    def missing_officers(self) -> int:
        return max(self.task.officers_per_visit - self.progress.there, 0)

    @property
    def open(self) -> bool:
        """Whether items may be recorded by the person now."""
        return (
            self.mine is not None
            and not self.missing_officers
            and self.part.state == TaskPart.State.ACCEPTED
        )

    @property
    def signed(self) -> bool:
        return bool(self.part.signatures.all())

    @property
    def next_item(self) -> TaskItem | None:
        """The first item that is not recorded yet."""
        return next((item for item in self.items if not item.outcome), None)


class VisitPage(View):
    """What the pages of one visit share: it must be visible, and the person one of its
    inspectors, else the attempt is refused and recorded."""

    def visit(self, request: HttpRequest, pk: int) -> Visit:
        actor = actor_of(request)
        task = get_object_or_404(selectors.task_in_full(actor), pk=pk)
        part = selectors.own_part(actor, task)
        if part is None or not goes_with(actor, part):
            raise NotAllowed("您不是这次检查的执法人员。", verb="task.visit", target=task)
        arrivals = {arrival.inspector_id: arrival for arrival in task.check_ins.all()}
        me = next(o.pk for o in part.officers.all() if o.user_id == actor.user_id)
        return Visit(task, part, list(part.items.all()), arrivals, arrivals.get(me))

    def show(
        self, request: HttpRequest, template: str, visit: Visit, *, status: int = 200, **more: Any
    ) -> HttpResponse:
        context = {"visit": visit, "task": visit.task, "part": visit.part, **more}
        return render(request, f"inspections/phone/{template}.html", context, status=status)


class VisitView(VisitPage):
    """One visit: where, when, who comes, the code to show, and what to do next."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._show(request, pk)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Check in."""
        get_object_or_404(JointTask.objects.visible_to(actor_of(request)), pk=pk)
        try:
            visits.check_in(
                actor_of(request),
                pk,
                _coordinate(request.POST.get("latitude", "")),
                _coordinate(request.POST.get("longitude", "")),
                request.POST.get("reason", ""),
                request.POST.get("client_key", ""),
            )
        except Refused as refusal:
            return self._show(request, pk, refusal)
        messages.success(request, "已签到。")
        return redirect("inspections:visit", pk=pk)

    def _show(self, request: HttpRequest, pk: int, refusal: Refused | None = None) -> HttpResponse:
        visit = self.visit(request, pk)
        public_url = request.build_absolute_uri(reverse("public:visit", args=[visit.task.token]))
        return self.show(
            request,
            "visit",
            visit,
            status=422 if refusal else 200,
            refusal=refusal,
            reason=request.POST.get("reason", ""),
            public_url=public_url,
            qr=segno.make(public_url, error="m").svg_data_uri(scale=_QR_SCALE, border=2),
            may_check_in=visit.task.may_be_entered and visit.mine is None,
            another_day=visit.task.visit_on != clock.today(),
        )


class VisitItemsView(VisitPage):
    """The items of one's department with what is done and what is left."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        visit = self.visit(request, pk)
        photos = selectors.photos_by_item(visit.part, visit.items)
        rows = [(item, len(photos.get(item.pk, ()))) for item in visit.items]
        return self.show(request, "items", visit, rows=rows)


class VisitItemView(VisitPage):
    """One item: guidance, legal basis, three choices, note, photos; saved in one send."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._show(request, self._item(pk))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        item = self._item(pk)
        actor = actor_of(request)
        get_object_or_404(TaskPart.objects.visible_to(actor), pk=item.part_id)
        errors: dict[str, str] = {}
        try:
            for photo in request.FILES.getlist("photos")[:_PHOTOS_PER_SEND]:
                visits.add_photo(actor, pk, photo, photo.name or "照片")
        except Refused as refusal:
            errors["photos"] = refusal.message
        try:
            visits.record_item(
                actor,
                pk,
                request.POST.get("outcome", ""),
                request.POST.get("note", ""),
                request.POST.get("client_key", ""),
            )
        except Refused as refusal:
            errors.setdefault(refusal.field or "outcome", refusal.message)
        if errors:
            return self._show(request, item, errors)
        visit = self.visit(request, item.part.task_id)
        following = visit.next_item
        if following is not None:
            return redirect("inspections:visit-item", pk=following.pk)
        messages.success(request, "全部事项已记录。")
        return redirect("inspections:visit-items", pk=visit.task.pk)

    def _item(self, pk: int) -> TaskItem:
        return get_object_or_404(TaskItem.objects.select_related("part", "check_item"), pk=pk)

    def _show(
        self, request: HttpRequest, item: TaskItem, errors: dict[str, str] | None = None
    ) -> HttpResponse:
        visit = self.visit(request, item.part.task_id)
        if item.part_id != visit.part.pk:
            raise NotAllowed("这是其他部门的检查事项。", verb="task.visit", target=visit.task)
        number = [row.pk for row in visit.items].index(item.pk) + 1
        return self.show(
            request,
            "item",
            visit,
            status=422 if errors else 200,
            item=item,
            number=number,
            outcome=request.POST.get("outcome", item.outcome),
            note=request.POST.get("note", item.note),
            choices=TaskItem.Outcome.choices,
            photos=selectors.photos_by_item(visit.part, [item]).get(item.pk, []),
            errors=errors or {},
        )


class VisitSignView(VisitPage):
    """One signature: one's own, or that of the other side."""

    SIDES: ClassVar[tuple[str, ...]] = ("own", "subject")

    def get(self, request: HttpRequest, pk: int, side: str) -> HttpResponse:
        return self._show(request, pk, side)

    def post(self, request: HttpRequest, pk: int, side: str) -> HttpResponse:
        visit = self.visit(request, pk)
        actor, sent = actor_of(request), request.POST
        send: dict[str, Callable[[], Any]] = {
            "own": lambda: visits.sign(
                actor, visit.part.pk, sent.get("image", ""), sent.get("client_key", "")
            ),
            "subject": lambda: visits.sign_subject(
                actor,
                visit.part.pk,
                sent.get("signer", ""),
                sent.get("image", ""),
                sent.get("refused_reason", ""),
                sent.get("client_key", ""),
            ),
        }
        if side not in send:
            raise Http404
        try:
            send[side]()
        except Refused as refusal:
            return self._show(request, pk, side, refusal)
        messages.success(request, "签名已保存。")
        return redirect("inspections:visit-submit", pk=pk)

    def _show(
        self, request: HttpRequest, pk: int, side: str, refusal: Refused | None = None
    ) -> HttpResponse:
        if side not in self.SIDES:
            raise Http404
        return self.show(
            request,
            f"sign_{side}",
            self.visit(request, pk),
            status=422 if refusal else 200,
            refusal=refusal,
            sent=request.POST,
        )


class VisitReopenView(VisitPage):
    """Take the signatures back to put the record right."""

    http_method_names: ClassVar[list[str]] = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        visit = self.visit(request, pk)
        try:
            visits.reopen(actor_of(request), visit.part.pk, request.POST.get("opinion", ""))
        except Refused as refusal:
            messages.error(request, refusal.message)
            typed.keep(request)
            return redirect("inspections:visit-submit", pk=pk)
        messages.success(request, "签名已撤回，可以修改检查情况。")
        return redirect("inspections:visit-items", pk=pk)


class VisitSubmitView(VisitPage):
    """What will be sent, what is missing, and sending it."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._show(request, pk)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        visit = self.visit(request, pk)
        try:
            visits.submit_part(actor_of(request), visit.part.pk, request.POST.get("client_key", ""))
        except Refused as refusal:
            return self._show(request, pk, refusal)
        messages.success(request, "现场检查已提交。")
        return redirect("inspections:visit", pk=pk)

    def _show(self, request: HttpRequest, pk: int, refusal: Refused | None = None) -> HttpResponse:
        visit = self.visit(request, pk)
        signatures = list(visit.part.signatures.all())
        signed = {row.inspector_id for row in signatures}
        me = visit.mine.inspector_id if visit.mine else None
        photos = selectors.photos_by_item(visit.part, visit.items)
        return self.show(
            request,
            "submit",
            visit,
            status=422 if refusal else 200,
            refusal=refusal,
            missing=visits.missing_for_submission(visit.part),
            signatures=signatures,
            subject_signed=any(row.side == "subject" for row in signatures),
            i_signed=me in signed,
            rows=[(item, len(photos.get(item.pk, ()))) for item in visit.items],
        )


def _coordinate(text: str) -> Decimal | None:
    """A coordinate as the browser sends it; None when there is none."""
    try:
        return round(Decimal(text), 6)
    except InvalidOperation:
        return None
