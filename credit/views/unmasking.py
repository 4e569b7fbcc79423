"""A natural person's name, identifier and address in full, for one view."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views import View

from credit.services.unmasking import unmask
from credit.views.directory import visible
from records import typed
from records.errors import Refused
from records.middleware import actor_of


class SubjectUnmaskView(View):
    """What somebody gave a reason for; it is neither kept by the browser nor shown again."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        subject = get_object_or_404(visible(actor), pk=pk)
        reason = request.POST.get("opinion", "")
        try:
            subject = unmask(actor, pk, reason)
        except Refused as refusal:
            messages.error(request, refusal.message)
            typed.keep(request)
            return redirect(subject)
        context = {"subject": subject, "reason": reason.strip()}
        response = render(request, "credit/subject_full.html", context)
        response["Cache-Control"] = "no-store"
        return response
