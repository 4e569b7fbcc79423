"""Pages of the draw (I4): list, start, the draw itself, a party's screen, papers, downloads."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

import segno
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views import View

from departments.actors import is_staff_member
from inspections import draw as dr
from inspections.acts.draws import DRAW_ACTS, may_announce, own_party
from inspections.acts.tasks import may_dispatch
from inspections.filters_draws import DrawFilter
from inspections.models import Draw, JointTask, PlanItem
from inspections.selectors import draw_pages as pages
from inspections.selectors import draws as selectors
from inspections.services import draws
from inspections.services.draws.gathering import EXCLUSIONS
from inspections.views.damage import TellsDamage
from records.actor import Actor
from records.errors import NotAllowed, Refused
from records.excel import Column, Sheet, kinds
from records.exports import download, export
from records.middleware import actor_of
from records.paging import capped_count, requested_page
from records.params import key_of
from records.selectors import timeline
from records.views import ActView

ROWS = 100
SHOWN_TICKETS = 100
"""So many tickets of each grade, chosen and reserves, stand on the draw's page."""

DRAWS_SHEET = Sheet(
    title="随机抽取",
    columns=(
        Column("number", "抽取编号", kinds.integer(), width=10),
        Column("item", "计划项目", kinds.text(300), width=40),
        Column("lead", "牵头部门", kinds.text(300), width=24),
        Column("level", "公信级别", kinds.text(300), width=20),
        Column("planned_at", "计划时间", kinds.text(300), width=18),
        Column("state", "状态", kinds.text(300), width=16),
        Column("finished_at", "完成时间", kinds.text(300), width=18),
        Column("commit", "冻结哈希", kinds.text(300), width=66),
        Column("certificate", "证书哈希", kinds.text(300), width=66),
    ),
)


def _staff(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if not is_staff_member(actor):
        raise NotAllowed("请使用部门账号查看随机抽取。", verb="draw.view")
    return actor


def _time(moment: Any) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else ""


class DrawListView(View):
    """The draws one may see, newest first; ``?export=xlsx`` hands out exactly what is shown."""

    def get(self, request: HttpRequest) -> HttpResponse:
        actor = _staff(request)
        found = DrawFilter(request.GET, queryset=selectors.draw_list(actor), request=request)
        if request.GET.get("export") == "xlsx":
            rows = (
                {
                    "number": draw.number,
                    "item": draw.item.title,
                    "lead": draw.item.lead.name,
                    "level": draw.get_level_display(),
                    "planned_at": _time(draw.planned_at),
                    "state": draw.get_state_display(),
                    "finished_at": _time(draw.finished_at),
                    "commit": draw.commit_hash,
                    "certificate": draw.certificate_hash,
                }
                for draw in found.qs.order_by("-number")
            )
            return export(request, DRAWS_SHEET, rows, "随机抽取.xlsx")
        page = requested_page(request, found.qs, ("-number",))
        context = {
            "filter": found,
            "page": page,
            "total": capped_count(found.qs),
            "waiting": draws.pending_draw_work(actor),
        }
        return render(request, "inspections/draws/list.html", context)


class DrawStartView(View):
    """What a draw of a plan item would freeze as things stand; confirming announces it."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._show(request, self._item(request, pk))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        item = self._item(request, pk)
        try:
            draw = draws.announce(actor_of(request), item.pk, request.POST.get("late_reason", ""))
        except Refused as refusal:
            return self._show(request, item, refusal.message)
        messages.success(request, f"已公告{draw}。")
        return redirect(draw)

    def _item(self, request: HttpRequest, pk: int) -> PlanItem:
        actor = actor_of(request)
        item = get_object_or_404(
            PlanItem.objects.visible_to(actor).select_related(
                "plan__region", "lead", "matter_version"
            ),
            pk=pk,
        )
        if not may_announce(actor, item):
            raise NotAllowed("随机抽取由牵头部门启动。", verb="draw.announce", target=item)
        return item

    def _show(self, request: HttpRequest, item: PlanItem, error: str = "") -> HttpResponse:
        context: dict[str, Any] = {
            "item": item,
            "error": error,
            "late_reason": request.POST.get("late_reason", ""),
            "parties": item.parties.select_related("department"),
            "earlier": Draw.objects.filter(item=item).defer(*selectors.HEAVY),
        }
        try:
            gathered = draws.gather(item, dr.new_nonce())
        except Refused as refusal:
            context["problem"] = refusal.message
        else:
            quotas = draws.quotas(gathered.rules, gathered.pool)
            short = [
                row
                for row in gathered.counts["officers"]
                if row["able"] < gathered.rules.staffing.size
            ]
            context |= {
                "counts": gathered.counts,
                "pool": len(gathered.pool),
                "strata": pages.strata(quotas),
                "drawn": sum(row["quota"] for row in quotas.values()),
                "reasons": pages.reasons(gathered.counts["excluded"], EXCLUSIONS),
                "short": short,
                "size": gathered.rules.staffing.size,
            }
        return render(
            request, "inspections/draws/start.html", context, status=422 if error else 200
        )


def detail_context(
    request: HttpRequest, draw: Draw, most: int | None = SHOWN_TICKETS
) -> dict[str, Any]:
    """What the draw's page and its living part show; ``most`` tickets of each grade."""
    actor = actor_of(request)
    done = draw.state == Draw.State.DONE
    public_url = request.build_absolute_uri(reverse("public:draw", args=[draw.number]))
    context = {
        "draw": draw,
        "item": draw.item,
        "course": pages.course(draw),
        "awaited": pages.awaited(draw),
        "parties": list(draw.parties.all()),
        "own": own_party(actor, draw),
        "progress": pages.progress(draw),
        "stage": pages.stage(draw),
        "over": pages.is_over(draw),
        "public_url": public_url,
    }
    if draw.frozen_at:
        strata = pages.strata(draw.counts["strata"])
        context |= {
            "strata": strata,
            "quota_total": sum(row.quota for row in strata),
            "excluded_total": sum(draw.counts["excluded"].values()),
            "reasons": pages.reasons(draw.counts["excluded"], pages.exclusion_labels(draw)),
        }
    if done:
        context |= {"results": pages.results(draw, most), "teams": pages.teams(draw)}
    if pages.is_over(draw):
        context["qr"] = segno.make(public_url, error="m").svg_data_uri(scale=4)
    return context


def _draw(request: HttpRequest, pk: int) -> Draw:
    found: QuerySet[Draw] = selectors.draw_detail(actor_of(request))
    return get_object_or_404(found, pk=pk)


class DrawView(TellsDamage):
    """The draw, fit for a projector; its living part is asked for again until it is over."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        draw = _draw(request, pk)
        if request.GET.get("export") == "xlsx" and draw.state == Draw.State.DONE:
            rows = pages.result_rows(draw)
            return export(request, pages.RESULT_SHEET, rows, f"抽取结果-{draw.number}.xlsx")
        return self.show(request, draw)

    @staticmethod
    def show(request: HttpRequest, draw: Draw, error: str = "") -> HttpResponse:
        actor = actor_of(request)
        allowed = {act.code: act for act in DRAW_ACTS.allowed(actor, draw)}
        context = detail_context(request, draw) | {
            "acts": [act for code, act in allowed.items() if code == "freeze"],
            "void": allowed.get("void"),
            "may_dispatch": draw.state == Draw.State.DONE
            and may_dispatch(actor, draw)
            and not JointTask.objects.filter(selected__draw=draw).exists(),
            "may_commit": "commit" in allowed,
            "may_reveal": "reveal" in allowed,
            "proofs": pages.proofs(draw),
            "entries": timeline(draw),
            "earlier_voids": selectors.earlier_voids(draw),
            "error": error,
        }
        return render(
            request, "inspections/draws/detail.html", context, status=422 if error else 200
        )


class DrawLiveView(TellsDamage):
    """The living part: 204 while nothing happened, a whole reload when other acts are due."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        draw = _draw(request, pk)
        seen = request.GET.get("seen", "")
        if seen == pages.progress(draw):
            return HttpResponse(status=204)
        if seen.partition("-")[0] != pages.stage(draw):
            return HttpResponse(status=204, headers={"HX-Refresh": "true"})
        return render(request, "inspections/draws/_live.html", detail_context(request, draw))


class DrawPartyView(TellsDamage):
    """A party's own screen, for the phone; also where commitments and numbers are sent to."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._show(request, _draw(request, pk))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        draw = _draw(request, pk)
        actor = actor_of(request)
        party = request.POST.get("party", "")
        on_phone = "phone" in request.POST
        try:
            if "commitment" in request.POST:
                draws.commit_nonce(actor, pk, party, request.POST["commitment"])
                messages.success(request, "承诺已提交，请保管好随机数，等待冻结后揭示。")
            elif "nonce" in request.POST:
                draws.reveal(actor, pk, party, request.POST["nonce"])
                messages.success(request, "随机数已揭示，与承诺一致。")
            else:
                raise Http404
        except Refused as refusal:
            show = self._show if on_phone else DrawView.show
            return show(request, _draw(request, draw.pk), refusal.message)
        return redirect("inspections:draw-party" if on_phone else "inspections:draw", pk)

    @staticmethod
    def _show(request: HttpRequest, draw: Draw, error: str = "") -> HttpResponse:
        party = own_party(actor_of(request), draw)
        if party is None:
            raise NotAllowed("您不是本次抽取的参与方。", verb="draw.party", target=draw)
        context = {
            "draw": draw,
            "item": draw.item,
            "party": party,
            "awaited": pages.awaited(draw),
            "progress": pages.progress(draw),
            "over": pages.is_over(draw),
            "error": error,
        }
        return render(
            request, "inspections/draws/party.html", context, status=422 if error else 200
        )


class DrawPartyLiveView(TellsDamage):
    """Tells a waiting phone to look again once something happened."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        same = request.GET.get("seen", "") == pages.progress(_draw(request, pk))
        return HttpResponse(status=204, headers={} if same else {"HX-Refresh": "true"})


class DrawActView(ActView):
    """The acts with an opinion: freeze and void."""

    table = DRAW_ACTS
    detail_url = "inspections:draw"
    handlers: ClassVar[dict[str, Any]] = {
        "freeze": lambda actor, pk, _: draws.freeze(actor, pk),
        "void": draws.void,
    }

    def handler_for(self, request: HttpRequest, code: str) -> Callable[[Actor, Any, str], Any]:
        if code == "void":
            return partial(draws.void, party_code=request.POST.get("party", ""))
        return super().handler_for(request, code)


class DrawRowsView(TellsDamage):
    """The frozen candidates of a grade, or those excluded for a reason, page by page."""

    def get(self, request: HttpRequest, pk: int, kind: str) -> HttpResponse:
        draw = _draw(request, pk)
        if not draw.frozen_at or kind not in ("pool", "excluded"):
            raise Http404
        chosen = request.GET.get("only", "")
        text = draw.pool_tsv if kind == "pool" else draw.excluded_tsv
        labels = pages.GRADES if kind == "pool" else pages.exclusion_labels(draw)
        rows = pages.table_rows(text, chosen)
        first = min(key_of(request.GET.get("from", "")) or 0, len(rows))
        shown = rows[first : first + ROWS]
        subjects = pages.subjects_by_id(draw, [id_ for id_, _ in shown])
        context = {
            "draw": draw,
            "kind": kind,
            "only": labels.get(chosen, "") if chosen else "",
            "rows": [(id_, labels.get(right, right), subjects.get(id_)) for id_, right in shown],
            "total": len(rows),
            "label": f"第 {first + 1}–{first + len(shown)} 户" if shown else "",
            "next": first + ROWS if first + ROWS < len(rows) else None,
            "previous": max(first - ROWS, 0) if first else None,
            "chosen": chosen,
        }
        return render(request, "inspections/draws/rows.html", context)


class DrawPaperView(TellsDamage):
    """The draw as a paper: registration slip after the freeze, certificate at the end."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        draw = _draw(request, pk)
        if not draw.frozen_at and draw.state != Draw.State.VOID:
            raise Http404
        context = detail_context(request, draw, most=None) | {
            "qr": segno.make(
                request.build_absolute_uri(reverse("public:draw", args=[draw.number])), error="m"
            ).svg_data_uri(scale=4),
            "earlier_voids": selectors.earlier_voids(draw),
        }
        return render(request, "inspections/draws/paper.html", context)


def bundle_response(draw: Draw, content: bytes) -> HttpResponse:
    """The bundle of a draw as a download."""
    return download(content, "application/zip", f"抽取包-{draw.number}.zip")


class DrawBundleView(View):
    """The bundle, for those who see the draw; that somebody took it is recorded."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        draw = _draw(request, pk)
        if not pages.is_over(draw):
            raise Http404
        return bundle_response(draw, draws.hand_out(actor_of(request), draw))


class DrawVerificationView(View):
    """Runs the independent verifier on the stored draw and shows each of its steps."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        draw = _draw(request, pk)
        if not pages.is_over(draw):
            raise Http404
        findings = draws.verification(draw)
        context = {
            "draw": draw,
            "findings": findings,
            "holds": all(finding.ok for finding in findings),
        }
        return render(request, "inspections/draws/verification.html", context)
