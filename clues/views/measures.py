"""Pages of compulsory measures: list, one, applying, carrying out, and the acts with a form."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views import View

from clues.acts.measures import MEASURE_ACTS
from clues.forms import measures as page_forms
from clues.forms.measures import CarriedOutForm, MeasureFilter, MeasureForm, item_rows, items_of
from clues.models import Clue, CompulsoryMeasure
from clues.selectors import measures as selectors
from clues.selectors.joint import ORDER, standings
from clues.services import measures as services
from clues.services.decisions import may_enforce
from clues.services.measures import begin, ending, term
from clues.views.decisions import from_clue, party_context
from clues.views.procedures import Page, StepView
from records import evidence
from records.actor import Actor
from records.errors import Refused
from records.exports import export_list
from records.forms import show_refusal
from records.middleware import actor_of
from records.paging import capped_count, requested_page
from records.selectors import timeline
from records.views import ActView, done


class MeasureListView(View):
    """The measures a person may know of."""

    def get(self, request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        form = MeasureFilter(actor, request.GET)
        found = form.narrow(selectors.measure_list(actor))
        if request.GET.get("export") == "xlsx":
            found = found.prefetch_related("items").order_by(*ORDER)
            return export_list(
                request,
                selectors.MEASURE_SHEET,
                found,
                partial(selectors.rows_for, actor),
                "行政强制措施.xlsx",
            )
        page = requested_page(request, found, ORDER)
        lying = standings(page.rows)
        context = {
            "form": form,
            "page": page,
            "rows": [(row, selectors.mark_of(actor, row), lying.get(row.pk)) for row in page.rows],
            "total": capped_count(found),
            "may_enter": may_enforce(actor),
        }
        return render(request, "clues/measure_list.html", context)


class MeasureView(View):
    """One measure: what was done, the list, its terms and tests, its papers and how it ends."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        measure = get_object_or_404(selectors.measure_list(actor), pk=pk)
        own = actor.department_id == measure.department_id
        visible = Clue.objects.visible_to(actor)
        entries = timeline(measure, without=("deadline.start",), files_of=measure) if own else []
        context = {
            "measure": measure,
            **selectors.masked_words(measure),
            "state": selectors.mark_of(actor, measure),
            "stops": selectors.standings_of(actor, measure),
            "acts": MEASURE_ACTS.buttons(actor, measure),
            "items": measure.items.select_related("measure__subject"),
            "officers": measure.officers.order_by("pk"),
            "tests": measure.tests.all(),
            "term": selectors.term_in_words(measure),
            "shows_disposal": selectors.shows_disposal(actor, measure),
            "shows_request": selectors.shows_request(actor, measure),
            "others": selectors.in_force_against(actor, measure.subject_id).exclude(pk=pk),
            "files": evidence.of(measure).order_by("uploaded_at"),
            "clue": visible.filter(pk=measure.clue_id).first() if measure.clue_id else None,
            "own": own,
            "entries": entries,
        }
        return render(request, "clues/measure.html", context)


class MeasureActView(ActView):
    """The acts that need no more than an opinion."""

    table = MEASURE_ACTS
    handlers = services.HANDLERS
    detail_url = "clues:measure"


class _FormView(View):
    """A page with up to three forms: what is applied for, how it was done, and the list."""

    applies: ClassVar[bool] = True
    carries: ClassVar[bool] = False
    code: ClassVar[str] = ""
    title: ClassVar[str]
    note: ClassVar[str]
    button: ClassVar[str]

    def get(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        actor = actor_of(request)
        measure = self._measure(actor, pk)
        if measure is not None:
            try:
                MEASURE_ACTS.check(actor, self.code, measure)
            except Refused as refusal:
                messages.error(request, refusal.message)
                return redirect(measure)
        first = page_forms.initial_of(measure) if measure else from_clue(request, actor)
        application = MeasureForm(actor, initial=first) if self.applies else None
        spot = self._spot(actor, measure, initial={"at": page_forms.now_typed()})
        return self._show(request, measure, application, spot, item_rows(measure=measure))

    def post(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        actor = actor_of(request)
        measure = self._measure(actor, pk)
        sent = (request.POST, request.FILES)
        application = MeasureForm(actor, *sent) if self.applies else None
        spot = self._spot(actor, measure, *sent)
        rows = item_rows(request.POST)
        present: list[Any] = [form for form in (application, spot, rows) if form is not None]
        if all([form.is_valid() for form in present]):
            try:
                changed = self.carry_out(actor, measure, application, spot, items_of(rows))
            except Refused as refusal:
                _show_where_it_belongs(present[:-1], refusal)
            else:
                messages.success(request, done(self.title, changed))
                return redirect(changed)
        return self._show(request, measure, application, spot, rows, 422)

    def carry_out(
        self, actor: Actor, measure: Any, application: Any, spot: Any, items: Any
    ) -> CompulsoryMeasure:
        """The service behind the page; what it is not about is None."""
        raise NotImplementedError

    def _measure(self, actor: Actor, pk: int | None) -> CompulsoryMeasure | None:
        if pk is None:
            begin.must_enter(actor)
            return None
        measure: CompulsoryMeasure = get_object_or_404(selectors.measure_list(actor), pk=pk)
        MEASURE_ACTS.authorise(actor, self.code, measure)
        return measure

    def _spot(
        self, actor: Actor, measure: CompulsoryMeasure | None, *sent: Any, **kwargs: Any
    ) -> CarriedOutForm | None:
        if not self.carries:
            return None
        kind = measure.kind if measure else None
        return CarriedOutForm(actor.department_id, kind, *sent, **kwargs)

    def _show(
        self,
        request: HttpRequest,
        measure: CompulsoryMeasure | None,
        application: MeasureForm | None,
        spot: CarriedOutForm | None,
        rows: Any,
        status: int = 200,
    ) -> HttpResponse:
        context = {
            "measure": measure,
            "title": self.title,
            "note": self.note,
            "button": self.button,
            "code": self.code or ("urgent" if self.carries else "new"),
            "application": application,
            "spot": spot,
            "rows": rows,
            "terms": page_forms.longest_terms(actor_of(request).region_code),
            "secret": measure is not None and measure.confidential,
            **(party_context(application) if application else {}),
        }
        return render(request, "clues/measure_form.html", context, status=status)


def _show_where_it_belongs(present: list[forms.Form], refusal: Refused) -> None:
    """Show a refusal in the form that has its field, else above the first."""
    names = {"subject": "subject_name"}
    field = names.get(refusal.field or "", refusal.field or "")
    show_refusal(next((form for form in present if field in form.fields), present[0]), refusal)


class MeasureFormView(_FormView):
    """Apply for a measure; ``?clue=`` fills in what its clue tells."""

    title = "申请行政强制措施"
    note = "负责人批准后实施（《中华人民共和国行政强制法》第十八条第一项）。"
    button = "送负责人批准"

    def carry_out(
        self, actor: Actor, measure: Any, application: Any, spot: Any, items: Any
    ) -> CompulsoryMeasure:
        given = application.cleaned_data
        return begin.apply(actor, application.data_of(items), given["files"], key=given["key"])


class MeasureUrgentView(_FormView):
    """Report a measure that was carried out first."""

    carries = True
    title = "报告先行实施的强制措施"
    note = (
        "情况紧急、当场实施的，二十四小时内向负责人报告并补办批准手续"
        "（《中华人民共和国行政强制法》第十九条）。"
    )
    button = "报告负责人"

    def carry_out(
        self, actor: Actor, measure: Any, application: Any, spot: Any, items: Any
    ) -> CompulsoryMeasure:
        given = application.cleaned_data
        data, carried = application.data_of(items), spot.carried_out(None)
        return begin.apply_urgent(actor, data, carried, given["files"], key=given["key"])


class MeasureEditView(_FormView):
    """Change what has not been approved."""

    code = "edit"
    title = "修改强制措施申请"
    note = MeasureFormView.note
    button = MeasureFormView.button

    def carry_out(
        self, actor: Actor, measure: Any, application: Any, spot: Any, items: Any
    ) -> CompulsoryMeasure:
        files = application.cleaned_data["files"]
        return begin.edit(actor, measure.pk, application.data_of(items), files)


class MeasureCarryOutView(_FormView):
    """Enter how an approved measure was carried out."""

    applies, carries = False, True
    code = "carry-out"
    title = "登记强制措施实施"
    note = "清单按现场实际填写；期限自实施次日起算。"
    button = "登记实施"

    def carry_out(
        self, actor: Actor, measure: Any, application: Any, spot: Any, items: Any
    ) -> CompulsoryMeasure:
        return begin.carry_out(actor, measure.pk, spot.carried_out(items))


class MeasureStepView(StepView):
    """The acts with a form of their own."""

    table = MEASURE_ACTS
    pages: ClassVar = {
        "ask-extension": Page(
            page_forms.ExtensionForm,
            lambda actor, pk, given: term.ask_extension(actor, pk, given["days"], given["reason"]),
            "送负责人批准",
            "情况复杂的，经负责人批准可以延长；延长决定应当书面告知当事人并说明理由。",
        ),
        "test": Page(
            page_forms.TestForm,
            lambda actor, pk, given: term.test(actor, pk, term.TestData(**given)),
            "开始检测",
            "检测、检验、检疫或者技术鉴定的期间不计入查封、扣押期限，应当明确并书面告知当事人"
            "（第二十五条第三款）。",
        ),
        "dispose": Page(
            page_forms.DisposalForm,
            lambda actor, pk, given: ending.dispose(actor, pk, given["disposal"]),
            "送负责人签发",
            "在期限内作出处理决定（第二十七条、第三十二条）；期限届满的只能解除。",
        ),
        "close": Page(
            page_forms.CloseForm,
            lambda actor, pk, given: ending.close(actor, pk, **given),
            "办结",
            "解除的应当立即退还财物（第二十八条第二款）。",
        ),
    }
