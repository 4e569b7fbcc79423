"""The form of the system administrator for another system, one that calls or one that is told: set
up anew, or changed. What the service refuses stands in the form, with what was typed."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

from django.contrib import messages
from django.db.models import Model
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views import View

from records.actor import Actor
from records.errors import Refused
from records.forms import show_refusal
from records.middleware import actor_of


class SystemFormView(View):
    """A form and what is saved from it; ``saved`` are the words afterwards, about ``{}``."""

    template: ClassVar[str]
    saved: ClassVar[str]

    def get(self, request: HttpRequest, **key: int) -> HttpResponse:
        target = self.target_of(request, **key)
        return self._show(request, target, self.form_of(None, target))

    def post(self, request: HttpRequest, **key: int) -> HttpResponse:
        target = self.target_of(request, **key)
        form = self.form_of(request.POST, target)
        if form.is_valid():
            try:
                saved: Any = self.save(actor_of(request), target, form)
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, self.saved.format(saved))
                return redirect(saved)
        return self._show(request, target, form)

    def _show(self, request: HttpRequest, target: Any, form: Form) -> HttpResponse:
        title, back = self.heading(target)
        context = {"form": form, "title": title, "back": back}
        return render(request, self.template, context, status=422 if form.errors else 200)

    @abstractmethod
    def target_of(self, request: HttpRequest, **key: int) -> Any:
        """What is changed, None for something new; who may not gets no further."""

    @abstractmethod
    def form_of(self, data: Any, target: Any) -> Form:
        """The form with what was sent, else with what holds."""

    @abstractmethod
    def save(self, actor: Actor, target: Any, form: Any) -> Model:
        """Let the service save it."""

    @abstractmethod
    def heading(self, target: Any) -> tuple[str, str]:
        """The title, and the page to go back to."""


class SystemNewView(SystemFormView):
    """Set up something new, from the list at ``back``."""

    title: ClassVar[str]
    back: ClassVar[str]
    form: ClassVar[type[Form]]

    def form_of(self, data: Any, target: Any) -> Form:
        return self.form(data)

    def heading(self, target: Any) -> tuple[str, str]:
        return self.title, reverse(self.back)


class SystemEditView(SystemFormView):
    """Change it; the form's ``of`` fills it with what holds."""

    saved = "已修改“{}”。"
    form: ClassVar[Any]

    def form_of(self, data: Any, target: Any) -> Form:
        form: Form = self.form.of(target) if data is None else self.form(data)
        return form

    def heading(self, target: Any) -> tuple[str, str]:
        return f"修改“{target}”", target.get_absolute_url()
