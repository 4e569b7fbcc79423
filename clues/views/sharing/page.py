"""What the pages of information sharing have in common: tabs, lists, a form of one act."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms as django_forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views import View

from departments.actors import is_clerk_of
from records.actor import Actor
from records.errors import Conflict, NotAllowed, Refused
from records.forms import show_refusal
from records.middleware import actor_of
from records.paging import capped_count, requested_page
from records.views import done

_TABS = (
    ("共享目录", "clues:sharing-list"),
    ("共享信息", "clues:shared-record-list"),
    ("信息申请", "clues:sharing-request-list"),
    ("共享统计", "clues:sharing-statistics"),
)


def tabs(active: str) -> list[dict[str, Any]]:
    """The tabs of the list pages; ``active`` is the address name of the one shown."""
    return [
        {"label": label, "url": reverse(name), "active": name == active} for label, name in _TABS
    ]


def may_prepare(actor: Actor) -> bool:
    """Whether the person enters something in the name of a department."""
    return actor.department_id is not None and is_clerk_of(actor, actor.department_id)


def page_context(request: HttpRequest, found: Any, order: tuple[str, ...]) -> dict[str, Any]:
    """What every list page shows of the rows that its filter found."""
    return {
        "filter": found,
        "page": requested_page(request, found.qs, order),
        "total": capped_count(found.qs),
        "filtered": any(found.form.cleaned_data.values()) if found.form.is_bound else False,
        "may_prepare": may_prepare(actor_of(request)),
    }


class FormView(View):
    """A page with one form: shown, refused with what was typed kept, or done and away."""

    template_name = "clues/sharing_form.html"
    heading: ClassVar[str]
    note: ClassVar[str] = ""
    button: ClassVar[str] = "提交"

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        actor = actor_of(request)
        try:
            target = self.target(actor, **kwargs)
        except Conflict as conflict:
            messages.error(request, conflict.message)
            return redirect(self.back(**kwargs))
        return self._show(request, self.form(actor, target))

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        actor = actor_of(request)
        try:
            target = self.target(actor, **kwargs)
            form = self.form(actor, target, request.POST, request.FILES)
        except Conflict as conflict:
            messages.error(request, conflict.message)
            return redirect(self.back(**kwargs))
        if form.is_valid():
            try:
                changed = self.carry_out(actor, target, form)
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, done(self.heading, changed))
                return redirect(changed)
        return self._show(request, form, 422)

    def target(self, actor: Actor, **kwargs: Any) -> Any:
        """What the form is about; raises 404, ``NotAllowed`` or ``Conflict``."""
        raise NotImplementedError

    def form(self, actor: Actor, target: Any, *data: Any) -> django_forms.Form:
        """The form, filled in with ``data`` or with what ``target`` holds."""
        raise NotImplementedError

    def carry_out(self, actor: Actor, target: Any, form: Any) -> Any:
        """Call the service; returns the object to show."""
        raise NotImplementedError

    def back(self, **kwargs: Any) -> str:
        """Where the page leads when it is left."""
        raise NotImplementedError

    def _show(
        self, request: HttpRequest, form: django_forms.Form, status: int = 200
    ) -> HttpResponse:
        context = {
            "form": form,
            "heading": self.heading,
            "note": self.note,
            "button": self.button,
            "back": self.back(**self.kwargs),
        }
        return render(request, self.template_name, context, status=status)


class NewView(FormView):
    """A form that makes something new, for the clerks of any department."""

    verb: ClassVar[str]

    def target(self, actor: Actor, **kwargs: Any) -> Any:
        if not may_prepare(actor):
            raise NotAllowed(f"只有部门经办人可以{self.heading}。", verb=self.verb)
        return None
