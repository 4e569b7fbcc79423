"""What the pages of the three procedures share: lists, forms that begin one, forms of acts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views import View

from clues.forms.letters import UNSEEN_CLUE, clue_of
from clues.forms.procedures import BeginForm, ProcedureFilter, StepForm
from clues.models import Clue
from clues.models.procedure import Procedure
from clues.selectors import procedures as selectors
from clues.selectors.stops import works_here
from clues.stages import StagedActs
from departments.roles import Role
from records.actor import Actor
from records.errors import Conflict, NotAllowed, Refused
from records.excel import Sheet
from records.exports import export_list
from records.forms import show_refusal
from records.middleware import actor_of
from records.paging import capped_count, requested_page
from records.params import key_of
from records.views import done

TABS = (
    ("行刑衔接", "clues:crime-list"),
    ("职责争议", "clues:dispute-list"),
    ("履职推诿", "clues:refusal-list"),
)


@dataclass(frozen=True)
class Button:
    """A way to begin a procedure."""

    label: str
    url: str


class ProcedureListView(View):
    """One procedure's list: what a person sees of it, where each lies, and the totals by state."""

    title: ClassVar[str]
    note: ClassVar[str]
    url_name: ClassVar[str]
    empty: ClassVar[str]
    filter_class: ClassVar[type[ProcedureFilter]]
    sheet: ClassVar[Sheet]
    groups: ClassVar[Sequence[selectors.Group]]

    def rows(self, actor: Actor) -> QuerySet[Any]:
        """What the person sees."""
        raise NotImplementedError

    def buttons(self, actor: Actor) -> list[Button]:
        """What the person may begin."""
        raise NotImplementedError

    def may_open(self, actor: Actor) -> bool:
        """Whether the list is for this person at all."""
        return works_here(actor)

    def get(self, request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        if not self.may_open(actor):
            raise NotAllowed(f"{self.title}供各部门工作人员使用。", verb="procedure.list")
        visible = self.rows(actor)
        found = self.filter_class(request.GET, queryset=visible, request=request)
        if request.GET.get("export") == "xlsx":
            return export_list(
                request,
                self.sheet,
                found.qs.order_by(*selectors.ORDERING),
                selectors.excel_rows,
                f"{self.sheet.title}.xlsx",
            )
        page = requested_page(request, found.qs, selectors.ORDERING)
        own_url = reverse(self.url_name)
        context = {
            "title": self.title,
            "note": self.note,
            "empty": self.empty,
            "tabs": [
                {"label": label, "url": reverse(name), "active": name == self.url_name}
                for label, name in TABS
            ],
            "stats": [
                (group, many, f"{own_url}?group={group.code}")
                for group, many in selectors.counts(visible, self.groups)
            ],
            "filter": found,
            "filtered": any(found.form.cleaned_data.values()),
            "page": page,
            "rows": selectors.rows_of(page.rows),
            "total": capped_count(found.qs),
            "buttons": self.buttons(actor),
        }
        return render(request, "clues/procedure_list.html", context)


class BeginView(View):
    """The form that begins a procedure, from a clue (``?clue=``) or without one."""

    title: ClassVar[str]
    note: ClassVar[str] = ""
    button: ClassVar[str]
    list_url: ClassVar[str]
    form_class: ClassVar[type[BeginForm]]
    refusal: ClassVar[str] = "只有部门的经办人或者负责人可以办理。"

    def begin(self, actor: Actor, data: dict[str, Any], clue: Clue | None) -> Procedure:
        """The service behind the form."""
        raise NotImplementedError

    def may(self, actor: Actor) -> bool:
        """Whether the person may begin one."""
        return may_begin(actor)

    def get(self, request: HttpRequest) -> HttpResponse:
        actor, clue, unseen = self._who(request)
        if unseen:
            raise Http404
        return self._show(request, self.form_class(actor, clue), clue)

    def post(self, request: HttpRequest) -> HttpResponse:
        actor, clue, unseen = self._who(request)
        form = self.form_class(actor, clue, request.POST, request.FILES)
        if unseen:
            # It may have become confidential while this was written.
            form.add_error(None, UNSEEN_CLUE)
        if form.is_valid():
            try:
                begun = self.begin(actor, form.cleaned_data, clue)
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, f"已保存 {begun.number}。")
                return redirect(begun)
        return self._show(request, form, clue, 422)

    def _who(self, request: HttpRequest) -> tuple[Actor, Clue | None, bool]:
        """Who begins, from which clue, and whether one was named that is not there for them."""
        actor = actor_of(request)
        if not self.may(actor):
            raise NotAllowed(self.refusal, verb="procedure.begin")
        text = request.GET.get("clue", "")
        clue = clue_of(actor, text)
        return actor, clue, clue is None and key_of(text) is not None

    def _show(
        self, request: HttpRequest, form: BeginForm, clue: Clue | None, status: int = 200
    ) -> HttpResponse:
        context = {
            "title": self.title,
            "note": self.note,
            "button": self.button,
            "back": clue.get_absolute_url() if clue else reverse(self.list_url),
            "clue": clue,
            "form": form,
            "secret": clue is not None and clue.confidential,
            "draft": f"{self.list_url}-{clue.pk if clue else 'new'}",
        }
        return render(request, "clues/procedure_form.html", context, status=status)


def may_begin(actor: Actor) -> bool:
    """Clerks and heads prepare in the name of their department."""
    return works_here(actor) and actor.has_role(Role.CLERK, Role.HEAD)


@dataclass(frozen=True)
class Page:
    """The page of an act with fields of its own: its form, what it is sent to, its words."""

    form: type[StepForm]
    carry_out: Callable[[Actor, int, dict[str, Any]], Any]
    button: str
    note: str = ""


class StepView(View):
    """The page of one act; ``code`` is a key of ``pages``."""

    table: ClassVar[StagedActs[Any]]
    pages: ClassVar[dict[str, Page]]
    code: str = ""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor, procedure = actor_of(request), self._procedure(request, pk)
        try:
            self.table.check(actor, self.code, procedure, opinion=self.code)
        except Refused as refusal:
            messages.error(request, refusal.message)
            return redirect(procedure)
        return self._show(request, procedure, self._page.form(actor, procedure))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor, procedure = actor_of(request), self._procedure(request, pk)
        self.table.authorise(actor, self.code, procedure)
        form = self._page.form(actor, procedure, request.POST, request.FILES)
        if form.is_valid():
            try:
                self._page.carry_out(actor, pk, form.cleaned_data)
            except Conflict as conflict:
                messages.error(request, conflict.message)
                return redirect(procedure)
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, done(self.table[self.code].label, procedure))
                return redirect(procedure)
        return self._show(request, procedure, form, 422)

    @property
    def _page(self) -> Page:
        return self.pages[self.code]

    def _procedure(self, request: HttpRequest, pk: int) -> Any:
        visible = self.table.model._default_manager.visible_to(actor_of(request))
        return get_object_or_404(visible, pk=pk)

    def _show(
        self, request: HttpRequest, procedure: Procedure, form: StepForm, status: int = 200
    ) -> HttpResponse:
        context = {
            "title": self.table[self.code].label,
            "note": self._page.note,
            "button": self._page.button,
            "kicker": procedure.number,
            "back": procedure.get_absolute_url(),
            "back_label": procedure.title,
            "form": form,
            "secret": procedure.confidential,
            "draft": f"{self.table.name}-{self.code}-{procedure.pk}",
        }
        return render(request, "clues/procedure_form.html", context, status=status)
