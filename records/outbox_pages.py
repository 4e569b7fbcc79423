"""Pages of the outbox: what goes to other systems, how it stands, what to do when it stopped."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views import View

from records import clock, outbox, typed
from records.actor import Actor
from records.adapters import Route
from records.delivery import route_of, routes
from records.errors import Refused
from records.excel import Column, Sheet, kinds
from records.exports import export_list
from records.middleware import actor_of
from records.models import OutboxCircuit, OutboxMessage
from records.outbox_content import history, told
from records.outbox_names import STATES, TARGETS, TOPICS
from records.outbox_words import error_for, reads_content
from records.paging import capped_count, requested_page

ORDER = ("-place",)
_MOST_LISTED = 100

SHEET = Sheet(
    title="对外推送",
    columns=(
        Column("created_at", "产生时间", kinds.text(40), width=20),
        Column("target", "接收系统", kinds.text(60), width=28),
        Column("topic", "主题", kinds.text(60), width=22),
        Column("region", "行政区划", kinds.text(12), width=12),
        Column("state", "状态", kinds.text(20), width=14),
        Column("attempts", "尝试次数", kinds.text(10), width=10),
        Column("ended_at", "送达或停止时间", kinds.text(40), width=20),
        Column("error", "最近错误", kinds.text(2000), width=60),
        Column("given_up", "放弃理由", kinds.text(300), width=40),
        Column("receipt", "回执号", kinds.text(100), width=24),
        Column("id", "推送编号", kinds.text(40), width=38),
    ),
)


class OutboxFilter(forms.Form):
    """The filters of the list; an invalid value narrows nothing."""

    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *STATES.items()])
    target = forms.ChoiceField(
        label="接收系统", required=False, choices=[("", "全部"), *TARGETS.items()]
    )
    topic = forms.ChoiceField(label="主题", required=False, choices=[("", "全部"), *TOPICS.items()])
    error = forms.CharField(label="最近错误包含", required=False, max_length=60)
    since = forms.DateField(
        label="自", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label="至", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not reads_content(actor):
            # Whoever may ask what was said of a message can ask for what it told.
            del self.fields["error"]

    def narrow(self, found: QuerySet[OutboxMessage]) -> QuerySet[OutboxMessage]:
        """The messages that match what was filled in."""
        self.is_valid()
        values: dict[str, Any] = {k: v for k, v in self.cleaned_data.items() if v}
        found = outbox.in_state(found, values.get("state", ""))
        names = {
            "target": "target",
            "topic": "topic",
            "error": "last_error__contains",
            "since": "created_at__date__gte",
            "until": "created_at__date__lte",
        }
        return found.filter(**{names[k]: v for k, v in values.items() if k in names})


@dataclass(frozen=True)
class Way:
    """A way to a receiving system and how the system has been doing."""

    route: Route
    name: str
    circuit: OutboxCircuit
    rests: bool


def ways(known: Iterable[Route]) -> list[Way]:
    """The ways with their circuits."""
    circuits = {(each.target, each.region_code): each for each in OutboxCircuit.objects.all()}
    now = clock.now()
    found = []
    for route in known:
        own = (route.target, route.region_code)
        circuit = circuits.get(own) or OutboxCircuit(target=own[0], region_code=own[1])
        rests = circuit.rests_until is not None and circuit.rests_until > now
        found.append(Way(route, TARGETS[route.target], circuit, rests))
    return sorted(found, key=lambda way: (list(TARGETS).index(way.route.target), way.name))


class OutboxView(View):
    """What goes to other systems and how it stands."""

    def get(self, request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        visible = outbox.visible_to(actor)
        form = OutboxFilter(actor, request.GET)
        found = form.narrow(visible)
        if request.GET.get("export") == "xlsx":
            rows = partial(_rows, actor)
            return export_list(request, SHEET, found.order_by(*ORDER), rows, "对外推送.xlsx")
        known = routes()
        page = requested_page(request, found, ORDER)
        near = [way for way in known if _concerns(way, actor)]
        context = {
            "form": form,
            "page": page,
            "rows": [
                (message, error_for(actor, message), *_standing(known, message)) for message in page
            ],
            "unset": _unset(known, visible),
            "total": capped_count(found),
            "counts": outbox.counts(visible),
            "ways": ways(near),
            "acts": _bulk_buttons(actor),
            "all_again": _all_again(actor, visible),
        }
        return render(request, "records/outbox.html", context)


def _concerns(route: Route, actor: Actor) -> bool:
    own = actor.region_code or ""
    return route.region_code.startswith(own) or own.startswith(route.region_code)


def _standing(known: list[Route], message: OutboxMessage) -> tuple[str, str]:
    """The state in words and its tone, with what keeps a waiting message."""
    if message.state == "waiting":
        route = route_of(known, message)
        if route is None:
            return "未配置对接地址", "neutral"
        if not route.on:
            return "对接已停用", "warn"
    return message.state_label, message.state_tone


def _unset(known: list[Route], visible: QuerySet[OutboxMessage]) -> list[str]:
    """The receiving systems that messages wait for and nobody has entered an address of."""
    waiting = outbox.in_state(visible, "waiting").order_by()
    found = waiting.values_list("target", "region_code").distinct()
    asked = [OutboxMessage(target=target, region_code=code) for target, code in found]
    lacking = {each.target for each in asked if route_of(known, each) is None}
    return [name for target, name in TARGETS.items() if target in lacking]


def _moment(at: dt.datetime) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M:%S")


def _rows(actor: Actor, found: Iterable[OutboxMessage]) -> Iterator[dict[str, Any]]:
    for message in found:
        ended = message.delivered_at or message.given_up_at or message.dead_at
        yield {
            "created_at": _moment(message.created_at),
            "target": message.target_name,
            "topic": message.topic_name,
            "region": message.region_code,
            "state": message.state_label,
            "attempts": str(message.attempts),
            "ended_at": _moment(ended) if ended else "",
            "error": error_for(actor, message),
            "given_up": message.given_up_because,
            "receipt": message.receipt,
            "id": str(message.pk),
        }


class OutboxMessageView(View):
    """One message: what was told, how often it was tried, why it stopped, who did what."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        actor = actor_of(request)
        message = get_object_or_404(outbox.visible_to(actor), pk=pk)
        label, tone = _standing(routes(), message)
        ahead = outbox.visible_to(actor).filter(
            ~Q(thread=""),
            target=message.target,
            thread=message.thread,
            place__lt=message.place,
            delivered_at=None,
            given_up_at=None,
        )
        context = {
            "message": message,
            "error": error_for(actor, message),
            "label": label,
            "tone": tone,
            "ahead": ahead.order_by("place").first() if message.state == "waiting" else None,
            "told": told(actor, message),
            "entries": history(message),
            "acts": _buttons(actor, message),
        }
        return render(request, "records/outbox_message.html", context)


@dataclass(frozen=True)
class _Doing:
    label: str
    confirm: str
    may: Callable[[Actor], bool]
    from_states: tuple[str, ...]
    one: Callable[[Actor, Any, str], OutboxMessage]
    many: Callable[[Actor, QuerySet[OutboxMessage], str], int]
    style: str


ACTS: Mapping[str, _Doing] = {
    "send-again": _Doing(
        "重新推送",
        "重新排队，失败后再按间隔重试。推送编号不变，对方已经收到过的不会重复登记。",
        outbox.may_resend,
        ("dead", "given_up"),
        outbox.send_again,
        outbox.send_all_again,
        "primary",
    ),
    "give-up": _Doing(
        "放弃推送",
        "对方系统将不会收到这些信息；排在后面的同一事情的信息继续推送。",
        outbox.may_give_up,
        ("dead",),
        outbox.give_up,
        outbox.give_all_up,
        "danger",
    ),
}


def allowed(actor: Actor, message: OutboxMessage) -> list[str]:
    """The codes of the acts that the person may do with the message now."""
    return [c for c, act in ACTS.items() if message.state in act.from_states and act.may(actor)]


def _buttons(actor: Actor, message: OutboxMessage) -> list[dict[str, Any]]:
    return [
        {
            "code": code,
            "label": ACTS[code].label,
            "style": ACTS[code].style,
            "reason": True,
            "reason_label": "理由",
            "confirm": ACTS[code].confirm,
            "url": "",
        }
        for code in allowed(actor, message)
    ]


def _bulk_buttons(actor: Actor) -> list[dict[str, str]]:
    return [
        {
            "label": act.label,
            "url": reverse("records:outbox-bulk", args=[code]),
            "style": act.style,
        }
        for code, act in ACTS.items()
        if act.may(actor)
    ]


def _all_again(actor: Actor, visible: QuerySet[OutboxMessage]) -> list[tuple[str, str]]:
    """The targets with dead messages, for "all of a target"."""
    if not outbox.may_resend(actor):
        return []
    dead = outbox.in_state(visible, "dead").order_by().values_list("target", flat=True).distinct()
    return [(target, TARGETS.get(target, target)) for target in sorted(dead)]


class OutboxActView(View):
    """Send one message again, or give it up."""

    def post(self, request: HttpRequest, pk: UUID, code: str) -> HttpResponse:
        actor = actor_of(request)
        if code not in ACTS:
            raise Http404
        message = get_object_or_404(outbox.visible_to(actor), pk=pk)
        try:
            ACTS[code].one(actor, pk, request.POST.get("opinion", ""))
        except Refused as refusal:
            messages.error(request, refusal.message)
            typed.keep(request)
        else:
            messages.success(request, f"已完成：{ACTS[code].label}（{message}）。")
        return redirect(message)


class OutboxBulkView(View):
    """The same with the ticked messages or all dead ones of a target: first what will be done."""

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        actor = actor_of(request)
        if code not in ACTS:
            raise Http404
        target = request.POST.get("target", "")
        chosen = outbox.in_state(self._chosen(request, actor, target), "dead")
        error = ""
        if "confirm" in request.POST:
            try:
                done = ACTS[code].many(actor, chosen, request.POST.get("opinion", ""))
            except Refused as refusal:
                error = refusal.message
            else:
                messages.success(request, f"已完成：{ACTS[code].label} {done} 条。")
                return redirect(f"{reverse('records:outbox')}?state=dead")
        context = {
            "act": ACTS[code],
            "code": code,
            "target": target,
            "target_name": TARGETS.get(target, ""),
            "count": chosen.count(),
            "listed": [
                (message, error_for(actor, message))
                for message in chosen.order_by(*ORDER)[:_MOST_LISTED]
            ],
            "opinion": request.POST.get("opinion", ""),
            "error": error,
        }
        return render(request, "records/outbox_bulk.html", context, status=422 if error else 200)

    def _chosen(self, request: HttpRequest, actor: Actor, target: str) -> QuerySet[OutboxMessage]:
        found = outbox.visible_to(actor)
        if target:
            return found.filter(target=target)
        return found.filter(pk__in=list(_ids(request.POST.getlist("selected"))))


def _ids(texts: Iterable[str]) -> Iterator[UUID]:
    for text in texts:
        try:
            yield UUID(text)
        except ValueError:
            continue
