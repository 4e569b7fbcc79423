"""Pages of subjects that stand twice in the directory: finding, telling apart, merging (S1)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views import View

from credit.acts import SUBJECT_ACTS, may_keep_directory
from credit.acts.duplicates import DUPLICATE_ACTS
from credit.forms.duplicates import DuplicateFilter, ProposeForm, TellForm
from credit.likeness import REASONS, Entry
from credit.models import DuplicatePair, Subject, SubjectMerge
from credit.selectors import duplicates as selectors
from credit.services import duplicates as services
from credit.services.lookalikes import resembling, tell_duplicate
from credit.services.merging import TAKEABLE, obstacles
from departments.models import Region
from records.actor import Actor
from records.errors import NotAllowed
from records.exports import export_list
from records.form_page import FormPage
from records.middleware import actor_of
from records.paging import capped_count, requested_page
from records.selectors import timeline
from records.views import ActView


class DuplicateListView(View):
    """The pairs a person may know of; ``?export=xlsx`` hands out what is shown."""

    def get(self, request: HttpRequest) -> HttpResponse:
        found = DuplicateFilter(
            request.GET, queryset=selectors.pairs_for(actor_of(request)), request=request
        )
        if request.GET.get("export") == "xlsx":
            return export_list(
                request,
                selectors.DUPLICATE_SHEET,
                found.qs.order_by("-id"),
                selectors.sheet_rows,
                "疑似重复对象.xlsx",
            )
        context = {
            "filter": found,
            "page": requested_page(request, found.qs, selectors.ORDER),
            "total": capped_count(found.qs),
        }
        return render(request, "credit/duplicates/list.html", context)


class DuplicateView(View):
    """One pair side by side: the facts, what names each of them, and what was decided."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        pair = get_object_or_404(selectors.pairs_for(actor), pk=pk)
        merge = SubjectMerge.objects.filter(pair=pair).first()
        if merge:
            selectors.as_they_were(pair, merge)
        acts = DUPLICATE_ACTS.buttons(actor, pair)
        open_ = pair.state in pair.WAITING
        context = {
            "pair": pair,
            "comparison": "合并前的内容" if merge else "对比",
            "rows": selectors.compared(pair),
            "acts": acts,
            "tallies": selectors.tallies(actor, pair) if open_ else [],
            # Only for who acts: they tell of visits that are not announced yet.
            "obstacles": obstacles(pair.first, pair.second) if open_ and acts else [],
            "taken": [str(Subject._meta.get_field(name).verbose_name) for name in pair.taken],
            "merge": merge,
            "moved": selectors.moved_by(actor, merge) if merge else [],
            "entries": timeline(pair),
        }
        return render(request, "credit/duplicates/detail.html", context)


class DuplicateActView(ActView):
    """Approve, reject, withdraw, tell apart, look again."""

    table = DUPLICATE_ACTS
    handlers = services.HANDLERS
    detail_url = "credit:duplicate"


class DuplicateProposeView(FormPage):
    """Propose which of the two stays, and with which facts."""

    template_name = "credit/duplicates/propose.html"
    title = "提出合并"

    def target(self, actor: Actor) -> DuplicatePair:
        return get_object_or_404(selectors.pairs_for(actor), pk=self.kwargs["pk"])

    def check(self, actor: Actor, target: DuplicatePair) -> None:
        DUPLICATE_ACTS.check(actor, "propose", target, "打开页面")

    def form(self, actor: Actor, target: DuplicatePair, *sent: Any) -> ProposeForm:
        return ProposeForm(target, *sent)

    def carry_out(self, actor: Actor, target: DuplicatePair, form: ProposeForm) -> DuplicatePair:
        reason = form.cleaned_data["reason"]
        return services.propose(actor, target.pk, form.stays, form.taken, reason)

    def words(self, changed: DuplicatePair) -> str:
        return "已提出合并，由负责人批准后生效。"

    def more(self, target: DuplicatePair, form: ProposeForm) -> dict[str, Any]:
        rows = [
            (row, form[f"from_{row.name}"] if row.name in TAKEABLE and not row.same else None)
            for row in selectors.compared(target)
        ]
        return {
            "pair": target,
            "rows": rows,
            "tallies": selectors.tallies(actor_of(self.request), target),
            "obstacles": obstacles(target.first, target.second),
        }


class DuplicateAddView(FormPage):
    """Enter by hand that a subject stands in the directory once more."""

    template_name = "credit/duplicates/add.html"
    title = "登记重复"

    def target(self, actor: Actor) -> Subject:
        visible = Subject.objects.visible_to(actor).select_related("region")
        return get_object_or_404(visible, pk=self.kwargs["pk"])

    def check(self, actor: Actor, target: Subject) -> None:
        SUBJECT_ACTS.authorise(actor, "duplicate", target)

    def form(self, actor: Actor, target: Subject, *sent: Any) -> TellForm:
        return TellForm(*sent)

    def carry_out(self, actor: Actor, target: Subject, form: TellForm) -> DuplicatePair:
        given = form.cleaned_data
        return tell_duplicate(actor, target.pk, given["identifier"], given["reason"])

    def words(self, changed: DuplicatePair) -> str:
        return "已登记，请核对后提出合并。"

    def more(self, target: Subject, form: TellForm) -> dict[str, Any]:
        return {"subject": target}


class SubjectSimilarView(View):
    """Hints at duplicates of what is being entered; posted: no name stands in addresses."""

    http_method_names: ClassVar[list[str]] = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        if not may_keep_directory(actor):
            raise NotAllowed("您没有新增监管对象的权限。", verb="subject.create")
        region = Region.objects.get(code=actor.region_code)
        township = Region.objects.filter(
            code=request.POST.get("township", "")[:12], level=Region.Level.TOWNSHIP
        ).first()
        entry = Entry(
            id_kind=request.POST.get("id_kind", "")[:10],
            identifier=request.POST.get("identifier", "")[:60],
            name=request.POST.get("name", "")[:120],
            address=request.POST.get("address", "")[:200],
            township=township.pk if township else None,
        )
        found = [
            (one.subject, [REASONS[code] for code in one.reasons])
            for one in (resembling(actor, entry, region) if entry.name.strip() else [])
        ]
        return render(request, "credit/duplicates/_similar.html", {"similar": found})


def merged_page(request: HttpRequest, subject: Subject) -> HttpResponse:
    """What the address of a merged subject answers: where it went, and what went with it."""
    actor = actor_of(request)
    merge = selectors.merge_of(subject)
    context = {
        "subject": subject,
        "merge": merge,
        "moved": selectors.moved_by(actor, merge) if merge else [],
    }
    return render(request, "credit/duplicates/merged.html", context)
