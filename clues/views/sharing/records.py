"""What is shared: the list with how the limits were kept, a record, registering one."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views import View

from clues.acts.sharing import RECORD_ACTS
from clues.forms.sharing import CompleteForm, RecordFilter, RecordForm
from clues.models import SharedRecord
from clues.selectors import sharing as selectors
from clues.services.sharing import records
from clues.views.sharing.page import NewPage, page_context, tabs
from records import deadlines, evidence
from records.actor import Actor
from records.acts import ActTable
from records.exports import export_list
from records.form_page import FormPage
from records.middleware import actor_of
from records.selectors import timeline
from records.views import ActView


class RecordListView(View):
    """What is or was to be shared, with how the limits were kept."""

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = selectors.records(actor_of(request))
        found = RecordFilter(request.GET, queryset=rows, request=request)
        if request.GET.get("export") == "xlsx":
            listed = found.qs.order_by(*selectors.RECORD_ORDER)
            return export_list(
                request, selectors.RECORD_SHEET, listed, selectors.record_rows, "共享信息.xlsx"
            )
        context = page_context(request, found, selectors.RECORD_ORDER)
        chips = deadlines.chips_for(context["page"].rows)
        context["rows"] = [
            {
                "record": record,
                "chip": chips.get(record.pk) if record.state == "pending" else None,
                "timing": selectors.TIMINGS[record.timing],
                "tone": selectors.TIMING_TONES[record.timing],
                "given": len(record.receipts.all()),
                "read": sum(each.read_at is not None for each in record.receipts.all()),
            }
            for record in context["page"]
        ]
        context["tabs"] = tabs("clues:shared-record-list")
        return render(request, "clues/shared_records.html", context)


class RecordView(View):
    """One shared record: content, files, who received and read it."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        record = get_object_or_404(selectors.records(actor), pk=pk)
        receipts = list(record.receipts.all())
        own = next((r for r in receipts if r.department_id == actor.department_id), None)
        without = ("read",) if own is None or own.read_at else ()
        pending = record.state == SharedRecord.State.PENDING
        context = {
            "record": record,
            "timing": selectors.TIMINGS[record.timing],
            "tone": selectors.TIMING_TONES[record.timing],
            "chip": deadlines.chips_for([record]).get(record.pk) if pending else None,
            "receipts": receipts,
            "files": evidence.of(record),
            "acts": RECORD_ACTS.buttons(actor, record, without=without),
            "entries": timeline(record),
        }
        return render(request, "clues/shared_record.html", context)


class RecordActView(ActView):
    """Share, cancel, read."""

    table: ClassVar[ActTable[Any]] = RECORD_ACTS
    handlers = records.HANDLERS
    detail_url = "clues:shared-record"


class RecordNewView(NewPage):
    title = "登记共享信息"
    note = "形成或者收到之日起五个工作日内共享（郯政发〔2023〕1号（十）），目录定得更短的从目录。"
    button = "登记"
    verb = "shared_record.register"
    listed_at = "clues:shared-record-list"

    def form(self, actor: Actor, target: Any, *data: Any) -> RecordForm:
        return RecordForm(*data, actor=actor)

    def carry_out(self, actor: Actor, target: Any, form: RecordForm) -> SharedRecord:
        values = dict(form.cleaned_data)
        clue = values.pop("clue")
        return records.register(
            actor,
            values.pop("entry").pk,
            clue_id=clue.pk if clue else None,
            files=values.pop("files"),
            **values,
        )


class RecordCompleteView(FormPage):
    title = "补充内容"
    button = "保存"

    def target(self, actor: Actor) -> SharedRecord:
        return get_object_or_404(SharedRecord.objects.visible_to(actor), pk=self.kwargs["pk"])

    def check(self, actor: Actor, target: SharedRecord) -> None:
        RECORD_ACTS.check(actor, "complete", target)

    def form(self, actor: Actor, target: Any, *data: Any) -> CompleteForm:
        return CompleteForm(*data, initial={"content": target.content})

    def carry_out(self, actor: Actor, target: Any, form: CompleteForm) -> SharedRecord:
        files = form.cleaned_data["files"]
        return records.complete(actor, target.pk, form.cleaned_data["content"], files)
