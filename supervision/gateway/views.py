"""Pages of the systems that are let in, for the system administrator."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views import View

from records.actor import Actor
from records.errors import NotAllowed, Refused
from records.form_page import FormPage
from records.forms import show_refusal
from records.middleware import actor_of
from records.paging import requested_page
from records.selectors import timeline
from records.views import ActView
from supervision.gateway.acts import CLIENT_ACTS, KEY_ACTS, administers
from supervision.gateway.forms import ClientForm, IssueKeyForm, NewClientForm, ReplaceKeyForm
from supervision.gateway.models import GatewayClient, GatewayKey, GatewayRefusal
from supervision.gateway.reasons import REASONS
from supervision.gateway.services import clients as services

_SHOWN_REFUSALS = 20


def _ensure_administrator(request: HttpRequest) -> None:
    if not administers(actor_of(request)):
        raise NotAllowed("只有系统管理员可以管理接入系统。", verb="gateway_client.manage")


def _clients(actor: Actor) -> QuerySet[GatewayClient]:
    return GatewayClient.objects.visible_to(actor).select_related("region")


class ClientListView(View):
    """The systems that may call."""

    def get(self, request: HttpRequest) -> HttpResponse:
        _ensure_administrator(request)
        found = _clients(actor_of(request)).prefetch_related("keys")
        page = requested_page(request, found, ("-id",))
        rows = [
            (client, [key for key in client.keys.all() if key.is_valid], _last_use(client))
            for client in page
        ]
        refusals = _in_words(GatewayRefusal.objects.filter(client=None))
        context = {"page": page, "rows": rows, "refusals": refusals}
        return render(request, "gateway/clients.html", context)


def _in_words(refusals: QuerySet[GatewayRefusal]) -> list[tuple[GatewayRefusal, str]]:
    """The newest refusals, each with its reason in words."""
    return [(row, REASONS.get(row.reason, row.reason)) for row in refusals[:_SHOWN_REFUSALS]]


def _last_use(client: GatewayClient) -> Any:
    used = [key.last_used_at for key in client.keys.all() if key.last_used_at]
    return max(used, default=None)


class ClientNewView(FormPage):
    """Register a system."""

    template_name = "gateway/client_form.html"
    title = "登记接入系统"

    def target(self, actor: Actor) -> None:
        return None

    def check(self, actor: Actor, target: None) -> None:
        _ensure_administrator(self.request)

    def form(self, actor: Actor, target: None, *sent: Any) -> NewClientForm:
        return NewClientForm(*sent)

    def carry_out(self, actor: Actor, target: None, form: NewClientForm) -> GatewayClient:
        given = form.cleaned_data
        return services.create(actor, given["region"], form.given(), given["reason"])

    def back(self, target: None) -> str:
        return reverse("gateway:clients")

    def words(self, changed: GatewayClient) -> str:
        return f"已登记“{changed}”，请为其签发密钥。"


class ClientView(View):
    """One system: what it may do, its keys, what was refused, its trail."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        client = get_object_or_404(_clients(actor), pk=pk)
        context = {
            "client": client,
            "acts": CLIENT_ACTS.buttons(actor, client),
            "keys": [(key, _key_buttons(actor, key)) for key in client.keys.all()],
            "refusals": _in_words(client.refusals.all()),
            "entries": timeline(client),
        }
        return render(request, "gateway/client.html", context)


def _key_buttons(actor: Actor, key: GatewayKey) -> list[tuple[dict[str, Any], str]]:
    """The acts of a key, each with the address it is done at."""
    return [
        (each, each["url"] or reverse("gateway:key-act", args=[key.pk, each["code"]]))
        for each in KEY_ACTS.buttons(actor, key)
    ]


class ClientEditView(FormPage):
    """Change what a system may do."""

    template_name = "gateway/client_form.html"
    title = "修改接入系统"

    def target(self, actor: Actor) -> GatewayClient:
        return get_object_or_404(_clients(actor), pk=self.kwargs["pk"])

    def check(self, actor: Actor, target: GatewayClient) -> None:
        CLIENT_ACTS.authorise(actor, "edit", target)

    def form(self, actor: Actor, target: GatewayClient, *sent: Any) -> ClientForm:
        return ClientForm(*sent) if sent else ClientForm.of(target)

    def carry_out(self, actor: Actor, target: GatewayClient, form: ClientForm) -> GatewayClient:
        return services.edit(actor, target.pk, form.given(), form.cleaned_data["reason"])


class ClientActView(ActView):
    """Suspend and resume."""

    table = CLIENT_ACTS
    handlers = services.CLIENT_HANDLERS
    detail_url = "gateway:client"


class KeyActView(ActView):
    """Revoke a key."""

    table = KEY_ACTS
    handlers = services.KEY_HANDLERS

    def next_url(self, request: HttpRequest, instance: Any) -> str:
        return reverse("gateway:client", args=[instance.client_id])


class _SecretOnceView(View):
    """A form whose answer shows a new secret, once: neither the database nor a cache can give it
    again, and the same form sent again makes no other key."""

    title = ""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        client = self.client_of(request, pk)
        form = self.form_of(None, {"key_id": services.new_key_id(client)})
        return self._show(request, client, form)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        client = self.client_of(request, pk)
        form = self.form_of(request.POST, None)
        if not form.is_valid():
            return self._show(request, client, form)
        try:
            issued = self.make(actor_of(request), pk, form.cleaned_data)
        except Refused as refusal:
            show_refusal(form, refusal)
            return self._show(request, client, form)
        context = {"client": client, "key": issued.key, "secret": issued.secret}
        response = render(request, "gateway/key_issued.html", context)
        response["Cache-Control"] = "no-store"
        return response

    def _show(self, request: HttpRequest, client: GatewayClient, form: Form) -> HttpResponse:
        context = {"form": form, "client": client, "title": self.title}
        return render(request, "gateway/key_form.html", context, status=422 if form.errors else 200)

    @abstractmethod
    def client_of(self, request: HttpRequest, pk: int) -> GatewayClient:
        """Whose key it will be."""

    @abstractmethod
    def form_of(self, data: Any, initial: Any) -> Form:
        """What is asked."""

    @abstractmethod
    def make(self, actor: Actor, pk: int, given: dict[str, Any]) -> services.Issued:
        """The new key with its secret."""


class KeyIssueView(_SecretOnceView):
    """A further key for a client."""

    title = "签发密钥"

    def client_of(self, request: HttpRequest, pk: int) -> GatewayClient:
        return get_object_or_404(_clients(actor_of(request)), pk=pk)

    def form_of(self, data: Any, initial: Any) -> Form:
        return IssueKeyForm(data, initial=initial)

    def make(self, actor: Actor, pk: int, given: dict[str, Any]) -> services.Issued:
        return services.issue(actor, pk, given["algorithm"], given["key_id"], given["reason"])


class KeyRotateView(_SecretOnceView):
    """A key in the place of another."""

    title = "更换密钥"

    def client_of(self, request: HttpRequest, pk: int) -> GatewayClient:
        found = GatewayKey.objects.visible_to(actor_of(request))
        return get_object_or_404(found.select_related("client__region"), pk=pk).client

    def form_of(self, data: Any, initial: Any) -> Form:
        return ReplaceKeyForm(data, initial=initial)

    def make(self, actor: Actor, pk: int, given: dict[str, Any]) -> services.Issued:
        return services.rotate(actor, pk, given["key_id"], given["reason"])
