"""Requests for information: the list, a request, writing one and preparing its answer."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views import View

from clues.acts.sharing import REQUEST_ACTS
from clues.forms.sharing import ProposeForm, RequestFilter, RequestForm
from clues.models import SharingRequest
from clues.selectors import sharing as selectors
from clues.services.sharing import requests
from clues.views.sharing.page import NewPage, page_context, tabs
from records import deadlines
from records.actor import Actor
from records.acts import ActTable
from records.form_page import FormPage
from records.middleware import actor_of
from records.selectors import timeline
from records.views import ActView


class RequestListView(View):
    """Requests for information to and from one's department."""

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = selectors.requests(actor_of(request))
        found = RequestFilter(request.GET, queryset=rows, request=request)
        context = page_context(request, found, selectors.REQUEST_ORDER)
        chips = deadlines.chips_for(context["page"].rows)
        context["rows"] = [(each, chips.get(each.pk)) for each in context["page"]]
        context["tabs"] = tabs("clues:sharing-request-list")
        return render(request, "clues/sharing_requests.html", context)


class RequestView(View):
    """One request with its answer, once the person may read it."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        asked = get_object_or_404(selectors.requests(actor), pk=pk)
        context = {
            "asked": asked,
            "shows_answer": bool(asked.answer) and selectors.answer_shown(actor, asked),
            "record": selectors.record_of(actor, asked),
            "chip": deadlines.chips_for([asked]).get(asked.pk),
            "acts": REQUEST_ACTS.buttons(actor, asked),
            "entries": timeline(asked),
        }
        return render(request, "clues/sharing_request.html", context)


class RequestActView(ActView):
    """Sign, approve, reject, withdraw."""

    table: ClassVar[ActTable[Any]] = REQUEST_ACTS
    handlers = requests.HANDLERS
    detail_url = "clues:sharing-request"


class RequestNewView(NewPage):
    title = "申请共享信息"
    note = "目录里没有、或者本部门不在共享范围内的信息在这里申请，由本部门负责人签发。"
    button = "送负责人签发"
    verb = "sharing_request.create"
    listed_at = "clues:sharing-request-list"

    def form(self, actor: Actor, target: Any, *data: Any) -> RequestForm:
        return RequestForm(*data, actor=actor)

    def carry_out(self, actor: Actor, target: Any, form: RequestForm) -> SharingRequest:
        values = dict(form.cleaned_data)
        return requests.create(actor, values.pop("provider").pk, **values)


class RequestProposeView(FormPage):
    title = "拟答复"
    button = "送负责人签发"

    def target(self, actor: Actor) -> SharingRequest:
        return get_object_or_404(SharingRequest.objects.visible_to(actor), pk=self.kwargs["pk"])

    def check(self, actor: Actor, target: SharingRequest) -> None:
        REQUEST_ACTS.check(actor, "propose", target)

    def form(self, actor: Actor, target: Any, *data: Any) -> ProposeForm:
        prepared = selectors.record_of(actor, target)
        initial = {"answer": target.answer, "content": prepared.content if prepared else ""}
        return ProposeForm(*data, initial=initial)

    def carry_out(self, actor: Actor, target: Any, form: ProposeForm) -> SharingRequest:
        values = dict(form.cleaned_data)
        files = values.pop("files")
        return requests.propose(actor, target.pk, files=files, **values)
