"""Pages of letters (L8): list, writing one, one letter with its acts, the printed letter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views import View

from clues.acts.letters import LETTER_ACTS
from clues.forms.letters import (
    UNSEEN_CLUE,
    AnswerForm,
    ExtendForm,
    LetterFilter,
    LetterForm,
    SupplementForm,
    clue_of,
)
from clues.models import Referral, Stop
from clues.rules.kinds import EXTENSION_MOST, FREE_KINDS
from clues.selectors import letters as selectors
from clues.services.letters import answering, drafts
from clues.services.letters.checks import may_send
from clues.services.letters.handlers import HANDLERS
from clues.services.letters.printing import paper_of, print_letter
from clues.services.letters.supervising import supervise
from credit.models import Subject
from departments.actors import is_clerk_of
from departments.models import Department
from departments.profile import resolve
from records import typed
from records.actor import Actor
from records.acts import ActTable
from records.errors import NotAllowed, Refused
from records.exports import download, export_list
from records.forms import show_refusal
from records.middleware import actor_of
from records.paging import capped_count, requested_page
from records.params import key_of
from records.views import ActView, done


class LetterListView(View):
    """The letters a person may see, narrowed by filters."""

    def get(self, request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        found = LetterFilter(request.GET, selectors.listed(actor), request=request)
        letters = found.qs
        if request.GET.get("export") == "xlsx":
            letters = letters.order_by(*selectors.ORDER)
            return export_list(
                request, selectors.LETTER_SHEET, letters, selectors.excel_rows, "函件.xlsx"
            )
        page = requested_page(request, letters, selectors.ORDER)
        context = {
            "filter": found,
            "rows": selectors.rows_of(page),
            "page": page,
            "total": capped_count(letters),
            "may_write": actor.department_id is not None
            and is_clerk_of(actor, actor.department_id),
        }
        return render(request, "clues/letter_list.html", context)


class LetterKindsView(View):
    """Choose the kind of letter to write; the clue it belongs to is kept in the address."""

    def get(self, request: HttpRequest) -> HttpResponse:
        choices = selectors.kind_choices(actor_of(request))
        if not choices:
            raise NotAllowed("只有部门经办人或负责人可以拟函。", verb="letter.draft")
        return render(request, "clues/letter_kinds.html", {"choices": choices})


class LetterFormView(View):
    """A form about a letter, new or present."""

    template_name = "clues/letter_form.html"

    def show(
        self,
        request: HttpRequest,
        form: LetterForm,
        context: Mapping[str, Any],
        status: int = 200,
    ) -> HttpResponse:
        actor = actor_of(request)
        key = key_of(str(form["subject"].value() or ""))
        visible = Subject.objects.visible_to(actor)
        return render(
            request,
            self.template_name,
            {
                "form": form,
                "choice": selectors.kind_choice(actor.region_code, form.kind),
                "subjects": list(visible.filter(pk=key)) if key else [],
                "chosen": key,
                **context,
            },
            status=status,
        )


class LetterNewView(LetterFormView):
    """Write a letter of one kind; ``?clue=`` names the clue it belongs to."""

    def get(self, request: HttpRequest, kind: str) -> HttpResponse:
        sender = self._sender(request, kind)
        clue = self._clue(request)
        initial: dict[str, Any] = {}
        if clue is not None:
            initial = {"title": f"关于{clue.title[:80]}的函"}
            initial |= {"subject": clue.subject_id or "", "subject_name": clue.subject_name}
        form = LetterForm(actor_of(request), sender, FREE_KINDS[kind], initial=initial)
        return self.show(request, form, {"clue": clue})

    def post(self, request: HttpRequest, kind: str) -> HttpResponse:
        actor, sender = actor_of(request), self._sender(request, kind)
        text = request.GET.get("clue", "")
        clue = clue_of(actor, text)
        form = LetterForm(actor, sender, FREE_KINDS[kind], request.POST, request.FILES)
        if text and clue is None:
            # It may have become confidential while this was written.
            form.add_error(None, UNSEEN_CLUE)
        if form.is_valid():
            try:
                letter = drafts.draft(actor, kind, form.content(), clue=clue)
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, "已保存草稿，核对后送负责人签发。")
                return redirect(letter)
        return self.show(request, form, {"clue": clue}, status=422)

    def _sender(self, request: HttpRequest, kind: str) -> Department:
        if kind not in FREE_KINDS:
            raise Http404
        actor = actor_of(request)
        may = actor.department_id is not None and is_clerk_of(actor, actor.department_id)
        if not may or not may_send(actor.functions, FREE_KINDS[kind]):
            raise NotAllowed(f"您不能拟写{FREE_KINDS[kind].label}。", verb="letter.draft")
        return Department.objects.select_related("region").get(pk=actor.department_id)

    def _clue(self, request: HttpRequest) -> Any:
        text = request.GET.get("clue", "")
        clue = clue_of(actor_of(request), text)
        if text and clue is None:
            raise Http404
        return clue


class LetterView(View):
    """One letter: as it is printed, where it lies, its copies, answer, files and acts."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        letter = get_object_or_404(selectors.in_full(actor), pk=pk)
        copy = selectors.own_copy(actor, letter)
        without = {"read"} if copy is None or copy.read_at else set()
        row = selectors.rows_of([letter])[0]
        stops = Stop.objects.open().of(letter).select_related("department", "person")
        context = {
            "letter": letter,
            "paper": paper_of(letter),
            "chip": row.chip,
            "stops": list(stops),
            "acts": LETTER_ACTS.buttons(actor, letter, without=without),
            "files": selectors.files_of(actor, letter),
            "shows_answer": selectors.shows_answer(actor, letter),
            "cause": selectors.cause_of(actor, letter),
            "clue": clue_of(actor, str(letter.clue_id or "")),
            "follow_ups": selectors.follow_ups(actor, letter),
            "front": letter.answers_to
            and selectors.listed(actor).filter(pk=letter.answers_to_id).first(),
            "choice": selectors.kind_choice(letter.region_code, letter.spec),
            "entries": selectors.history(actor, letter),
        }
        return render(request, "clues/letter.html", context)


class LetterActView(ActView):
    """The acts on a letter that need no more than an opinion."""

    table: ClassVar[ActTable[Any]] = LETTER_ACTS
    handlers = HANDLERS
    detail_url = "clues:letter"


class ActPage(View):
    """A page of one act on a letter; whoever comes too late is told so at the letter."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().dispatch(request, *args, **kwargs)
        except Refused as refusal:
            messages.error(request, refusal.message)
            return redirect("clues:letter", pk=kwargs["pk"])


class LetterEditView(ActPage, LetterFormView):
    """Change a draft or a returned letter."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        letter = _letter(request, pk, "edit")
        initial = {
            "title": letter.title,
            "body": letter.body,
            "to": letter.to,
            "outside": letter.outside,
            "subject": letter.subject_id or "",
            "subject_name": letter.subject.shown_name if letter.subject else "",
            "copies": [copy.department for copy in letter.copies.all()],
        }
        form = LetterForm(actor_of(request), letter.sender, letter.spec, initial=initial)
        return self.show(request, form, self._context(request, letter))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        letter = _letter(request, pk, "edit")
        actor = actor_of(request)
        form = LetterForm(actor, letter.sender, letter.spec, request.POST, request.FILES)
        if form.is_valid():
            try:
                drafts.edit(actor, pk, form.content())
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, "已保存。")
                return redirect(letter)
        return self.show(request, form, self._context(request, letter), status=422)

    def _context(self, request: HttpRequest, letter: Referral) -> dict[str, Any]:
        files = selectors.files_of(actor_of(request), letter).sent
        return {"letter": letter, "clue": letter.clue, "files": files}


class LetterStepView(ActPage):
    """An act on a letter with fields of its own."""

    template_name: ClassVar[str]
    code: ClassVar[str]

    def form(self, letter: Referral, *args: Any) -> forms.Form:
        """The form of the act."""
        raise NotImplementedError

    def act(self, actor: Actor, letter: Referral, form: Any) -> None:
        """Do the act with a valid form."""
        raise NotImplementedError

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        letter = _letter(request, pk, self.code)
        return self._show(request, letter, self.form(letter))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        letter = _letter(request, pk, self.code)
        form = self.form(letter, request.POST, request.FILES)
        if form.is_valid():
            try:
                self.act(actor_of(request), letter, form)
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, done(LETTER_ACTS[self.code].label, letter))
                return redirect(letter)
        return self._show(request, letter, form, status=422)

    def _show(
        self, request: HttpRequest, letter: Referral, form: forms.Form, status: int = 200
    ) -> HttpResponse:
        context = {
            "letter": letter,
            "form": form,
            "act": LETTER_ACTS[self.code],
            "choice": selectors.kind_choice(letter.region_code, letter.spec),
            "files": selectors.files_of(actor_of(request), letter),
            **self.more(letter),
        }
        return render(request, self.template_name, context, status=status)

    def more(self, letter: Referral) -> dict[str, Any]:
        """What else the page shows."""
        return {}


class LetterAnswerView(LetterStepView):
    """Draft the answer."""

    template_name = "clues/letter_answer.html"
    code = "draft-answer"

    def form(self, letter: Referral, *args: Any) -> AnswerForm:
        initial = {"answer": letter.answer, "text": letter.answer_text}
        return AnswerForm(letter, *args, initial=initial)

    def act(self, actor: Actor, letter: Referral, form: AnswerForm) -> None:
        given = form.cleaned_data
        answering.propose(actor, letter.pk, given["answer"], given["text"], form.uploads())


class LetterEnterAnswerView(LetterAnswerView):
    """Enter the answer of somebody outside the platform."""

    code = "enter-answer"

    def act(self, actor: Actor, letter: Referral, form: AnswerForm) -> None:
        given = form.cleaned_data
        answering.enter_answer(actor, letter.pk, given["answer"], given["text"], form.uploads())


class LetterSupplementView(LetterStepView):
    """Add what the addressee asked for."""

    template_name = "clues/letter_supplement.html"
    code = "supplement"

    def form(self, letter: Referral, *args: Any) -> SupplementForm:
        return SupplementForm(*args)

    def act(self, actor: Actor, letter: Referral, form: SupplementForm) -> None:
        answering.supplement(actor, letter.pk, form.cleaned_data["text"], form.uploads())

    def more(self, letter: Referral) -> dict[str, Any]:
        return {"asked": selectors.asked_for(letter)}


class LetterExtendView(LetterStepView):
    """Give more time for the answer."""

    template_name = "clues/letter_extend.html"
    code = "extend"

    def form(self, letter: Referral, *args: Any) -> ExtendForm:
        return ExtendForm(*args)

    def act(self, actor: Actor, letter: Referral, form: ExtendForm) -> None:
        given = form.cleaned_data
        answering.extend(actor, letter.pk, given["amount"], given["opinion"])

    def more(self, letter: Referral) -> dict[str, Any]:
        most = resolve(letter.region_code, EXTENSION_MOST)
        words = f"部门负责人延长一次，最多 {most.value} 个工作日；再延长由综合协调组办理。"
        return {"rule": words + most.source, "chip": selectors.rows_of([letter])[0].chip}


class LetterPrintView(View):
    """The printed letter as a file."""

    def get(self, request: HttpRequest, pk: int, form: str) -> HttpResponse:
        actor = actor_of(request)
        get_object_or_404(Referral.objects.visible_to(actor), pk=pk)
        printed = print_letter(actor, pk, form)
        return download(printed.content, printed.mime, printed.name)


class SuperviseView(View):
    """Draft a letter of supervision about where something lies; ``opinion`` goes into it."""

    http_method_names: ClassVar[list[str]] = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        stop = get_object_or_404(Stop.objects.visible_to(actor), pk=pk)
        try:
            letter = supervise(actor, stop.pk, request.POST.get("opinion", ""))
        except Refused as refusal:
            messages.error(request, refusal.message)
            typed.keep(request)
            return redirect("clues:stop", pk=pk)
        messages.success(request, "已拟好督办函草稿，核对后送负责人签发。")
        return redirect(letter)


def _letter(request: HttpRequest, pk: int, code: str) -> Referral:
    """The letter on which the act is to be done; 404, 403 or words as everywhere."""
    actor = actor_of(request)
    letter = get_object_or_404(selectors.in_full(actor), pk=pk)
    LETTER_ACTS.check(actor, code, letter, opinion="—")
    return letter
