"""A page with the form of one act: shown, sent, refused with what was typed kept."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views import View

from records.actor import Actor
from records.errors import Refused
from records.forms import show_refusal
from records.middleware import actor_of
from records.views import done


class FormPage(View):
    """A subclass names title and button, finds the object (404 when unseen), checks that the act
    is possible, builds the form and carries it out; the answer is where to go next."""

    template_name = "records/form_page.html"
    title: ClassVar[str]
    button: ClassVar[str] = "保存"
    note: ClassVar[str] = ""

    def target(self, actor: Actor) -> Any:
        """The object that the act is about, found by ``self.kwargs``; None for something new."""
        raise NotImplementedError

    def check(self, actor: Actor, target: Any) -> None:
        """Raise ``NotAllowed`` or ``Refused`` when the act is not possible."""
        raise NotImplementedError

    def form(self, actor: Actor, target: Any, *sent: Any) -> forms.Form:
        """The form, with what was sent or else with what the object holds."""
        raise NotImplementedError

    def carry_out(self, actor: Actor, target: Any, form: Any) -> Any:
        """Do the act with a valid form; answers with the object to show next."""
        raise NotImplementedError

    def back(self, target: Any) -> str:
        """The address that the page leads to when it is left."""
        return str(target.get_absolute_url())

    def words(self, changed: Any) -> str:
        """What is said afterwards."""
        return done(self.title, changed)

    def after(self, changed: Any) -> Any:
        """Where the page leads to when the act is done, as ``redirect`` takes it."""
        return changed

    def more(self, target: Any, form: Any) -> dict[str, Any]:
        """What the page shows besides."""
        return {}

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        actor = actor_of(request)
        target = self.target(actor)
        try:
            self.check(actor, target)
        except Refused as refusal:
            messages.error(request, refusal.message)
            return redirect(self.back(target))
        return self.show(request, target, self.form(actor, target))

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        actor = actor_of(request)
        target = self.target(actor)
        # Whose act it is comes before what was typed; what the state forbids is said in the form.
        with suppress(Refused):
            self.check(actor, target)
        form = self.form(actor, target, request.POST, request.FILES)
        if form.is_valid():
            try:
                changed = self.carry_out(actor, target, form)
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, self.words(changed))
                return redirect(self.after(changed))
        return self.show(request, target, form, status=422)

    def show(
        self, request: HttpRequest, target: Any, form: forms.Form, status: int = 200
    ) -> HttpResponse:
        context = {
            "form": form,
            "target": target,
            "title": self.title,
            "button": self.button,
            "note": self.note,
            "back": self.back(target),
            **self.more(target, form),
        }
        return render(request, self.template_name, context, status=status)
