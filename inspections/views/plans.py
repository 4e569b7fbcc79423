"""Pages of the yearly plan (I2): the county plan, an item, its form, the acts."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views import View

from departments.actors import is_clerk_of, is_staff_member
from departments.roles import Role
from inspections.acts.plans import (
    PLAN_ITEM_ACTS,
    PLAN_PART_ACTS,
    YEAR_PLAN_ACTS,
    receives_plans,
)
from inspections.forms_plans import MatterForm, PlanFilter, PlanItemForm
from inspections.models import PlanItem, PlanItemPart, YearPlan
from inspections.selectors import plan_pages
from inspections.selectors import plans as selectors
from inspections.services import plan_acts
from inspections.services import plans as services
from inspections.services.plan_data import PlanInvalid
from matters.models import CheckItem, MatterVersion
from matters.selectors import category_names
from records import clock, deadlines
from records import selectors as records_selectors
from records.actor import Actor
from records.errors import NotAllowed, Refused
from records.exports import export
from records.forms import show_refusal
from records.middleware import actor_of
from records.params import YEARS, key_of, keys_of
from records.views import ActView


def _staff(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if not is_staff_member(actor):
        raise NotAllowed("请使用部门账号查看年度计划。", verb="plan.view")
    return actor


class PlansView(View):
    """The plan of this year."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return redirect("inspections:plan", year=clock.today().year)


class PlanView(View):
    """The county plan of a year: items, timeline, load, overlaps, who has filed."""

    def get(self, request: HttpRequest, year: int) -> HttpResponse:
        if year not in YEARS:
            raise Http404
        actor = _staff(request)
        plan = YearPlan.objects.visible_to(actor).select_related("region").filter(year=year).first()
        context: dict[str, Any] = {
            "year": year,
            "plan": plan,
            "years": plan_pages.year_tabs(actor, year),
            "may_open": receives_plans(actor, actor.region_code),
            "may_create": actor.has_role(Role.CLERK, Role.HEAD)
            and selectors.matters_led_by(actor.department_id).exists(),
        }
        if plan is None:
            return render(request, "inspections/plans/plan.html", context)
        everything = list(selectors.items_of(actor, plan))
        narrowing = PlanFilter(plan.region.code, request.GET)
        shown_ids = set(
            narrowing.narrow(PlanItem.objects.filter(plan=plan)).values_list("pk", flat=True)
        )
        shown = [item for item in everything if item.pk in shown_ids]
        found = selectors.estimates(plan.region.code, everything)
        names = category_names()
        rows = plan_pages.rows(shown, found, names)
        if request.GET.get("export") == "xlsx":
            return export(
                request,
                plan_pages.PLAN_SHEET,
                plan_pages.excel_rows(rows),
                f"{plan.region.name}{year}年度联合检查计划.xlsx",
            )
        states = {item.state for item in everything}
        needed = {"merge": PlanItem.State.FILED, "publish": PlanItem.State.MERGED}
        filings = selectors.filing_deadlines(actor, plan)
        running = [deadline for deadline in filings if deadline.is_running]
        query = request.GET.copy()
        query["export"] = "xlsx"
        context |= {
            "acts": [
                act for act in YEAR_PLAN_ACTS.buttons(actor, plan) if needed[act["code"]] in states
            ],
            "rows": rows,
            "filter_form": narrowing,
            "export_url": f"?{query.urlencode()}",
            "lanes": plan_pages.lanes(shown),
            "months": range(1, 13),
            "load": plan_pages.load_bars(everything, found),
            "overlaps": plan_pages.overlap_rows(everything, names),
            "chip": deadlines.chips(running[:1])[0] if running else None,
            "filings": zip(filings, deadlines.chips(filings), strict=True),
            "filing_note": plan_pages.filing_note(plan.region.code),
            "filed_count": len(filings) - len(running),
            "filing_count": len(filings),
            "drawn_total": sum(row.estimate.drawn for row in rows if row.counts),
        }
        return render(request, "inspections/plans/plan.html", context)


class PlanOpenView(View):
    """Starts the collecting of a year's plan."""

    http_method_names: ClassVar[list[str]] = ["post"]

    def post(self, request: HttpRequest, year: int) -> HttpResponse:
        try:
            services.open_year(actor_of(request), year)
        except Refused as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, f"已启动 {year} 年度计划编制，备案期限已设定。")
        return redirect("inspections:plan", year=year)


class PlanActView(ActView):
    """Merging and publishing."""

    table = YEAR_PLAN_ACTS
    handlers = plan_acts.YEAR_HANDLERS

    def post(self, request: HttpRequest, year: int, code: str) -> HttpResponse:  # type: ignore[override]
        plan = get_object_or_404(YearPlan.objects.visible_to(actor_of(request)), year=year)
        return super().post(request, plan.pk, code)

    def next_url(self, request: HttpRequest, instance: Any) -> str:
        return str(instance.get_absolute_url())


class PlanItemView(View):
    """One item: facts, parts, parties, estimate, draws, trail."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        item = get_object_or_404(
            selectors.with_relations(PlanItem.objects.visible_to(actor)), pk=pk
        )
        parts = list(item.parts.all())
        for part in parts:
            part.item = item  # saves a query per part
        names = category_names()
        filings = selectors.filing_deadlines(actor, item.plan)
        rule = selectors.filing_rule(item.matter_version.matter_id)
        own = [d for d in filings if d.rule == rule and d.department_id == item.lead_id]
        licensed = selectors.licensed_counts(
            (part.department_id for part in parts), timezone.localtime(item.draw_at).date()
        )
        estimated = selectors.estimates(item.region_code, [item])[item.pk]
        context = {
            "item": item,
            "acts": PLAN_ITEM_ACTS.buttons(actor, item),
            "parts": [
                {
                    "part": part,
                    "acts": PLAN_PART_ACTS.buttons(actor, part),
                    "url": reverse("inspections:plan-part", args=[part.pk]),
                    "licensed": licensed[part.department_id],
                }
                for part in parts
            ],
            "declined": [p for p in parts if p.state == PlanItemPart.State.DECLINED],
            "categories": [names.get(code, code) for code in item.categories],
            "estimate": plan_pages.estimate_rows(item, estimated),
            "estimated": estimated,
            "chip": deadlines.chips(own[:1])[0] if own else None,
            "timeline": records_selectors.timeline(item, *parts),
            "kicker": f"{item.plan.year} 年度计划第 {item.number} 项 · 第 {item.version} 版",
            "may_draw": item.state == PlanItem.State.PUBLISHED and is_clerk_of(actor, item.lead_id),
        }
        return render(request, "inspections/plans/item.html", context)


class PlanItemActView(ActView):
    """The acts on an item. One forged on an item that the person cannot see is refused and
    recorded like any other."""

    table = PLAN_ITEM_ACTS
    detail_url = "inspections:plan-item"
    handlers = plan_acts.ITEM_HANDLERS

    def post(self, request: HttpRequest, pk: Any, code: str) -> HttpResponse:
        item = get_object_or_404(PlanItem, pk=pk)
        plan_acts.must_see(actor_of(request), item, f"plan-item.{code}")
        return super().post(request, pk, code)


def _visible_parts(actor: Actor) -> Any:
    return PlanItemPart.objects.filter(item__in=PlanItem.objects.visible_to(actor))


class PlanPartActView(ActView):
    """What a department that takes part answers."""

    table = PLAN_PART_ACTS
    handlers = plan_acts.PART_HANDLERS

    def post(self, request: HttpRequest, pk: Any, code: str) -> HttpResponse:
        part = get_object_or_404(PlanItemPart.objects.select_related("item"), pk=pk)
        plan_acts.must_see(actor_of(request), part.item, f"plan-part.{code}")
        return super().post(request, pk, code)

    def visible(self, actor: Actor) -> Any:
        return _visible_parts(actor)

    def next_url(self, request: HttpRequest, instance: Any) -> str:
        return reverse("inspections:plan-item", args=[instance.item_id])


class PlanPartView(View):
    """A part is shown on the page of its item."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        part = get_object_or_404(_visible_parts(actor_of(request)), pk=pk)
        return redirect("inspections:plan-item", pk=part.item_id)


class PlanPartItemsView(View):
    """A partner chooses its own check items before it confirms."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        part = get_object_or_404(
            _visible_parts(actor).select_related("item__plan", "department"), pk=pk
        )
        try:
            PLAN_PART_ACTS.check(actor, "items", part)
        except Refused as refusal:
            messages.error(request, refusal.message)
            return redirect("inspections:plan-item", pk=part.item_id)
        chosen = set(part.check_items.values_list("pk", flat=True))
        return self._page(request, part, chosen)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        part = get_object_or_404(PlanItemPart.objects.select_related("item", "department"), pk=pk)
        plan_acts.must_see(actor, part.item, "plan-part.items")
        chosen = keys_of(request.POST.getlist("check_items"))
        try:
            plan_acts.choose_check_items(actor, pk, chosen)
        except Refused as refusal:
            return self._page(request, part, chosen, refusal.message)
        messages.success(request, "已保存本部门的检查事项。")
        return redirect("inspections:plan-item", pk=part.item_id)

    def _page(
        self, request: HttpRequest, part: PlanItemPart, chosen: set[int], error: str = ""
    ) -> HttpResponse:
        options: list[tuple[CheckItem, bool]] = [
            (entry, entry.pk in chosen)
            for entry in selectors.fitting_check_items([part.department_id], part.item.categories)
        ]
        context = {"part": part, "item": part.item, "options": options, "error": error}
        return render(
            request,
            "inspections/plans/part_items.html",
            context,
            status=422 if error else 200,
        )


class PlanItemCreateView(View):
    """The form of a new item; the matter comes first and fills in the rest."""

    def get(self, request: HttpRequest, year: int) -> HttpResponse:
        actor = self._clerk(request)
        led = list(selectors.matters_led_by(actor.department_id))
        chosen = request.GET.get("matter_version", str(led[0].pk) if len(led) == 1 else "")
        version = next((each for each in led if str(each.pk) == chosen), None)
        matter_form = MatterForm(actor.department_id, initial={"matter_version": version})
        form = PlanItemForm(version, year=year) if version else None
        return self._page(request, year, matter_form, form)

    def post(self, request: HttpRequest, year: int) -> HttpResponse:
        actor = self._clerk(request)
        chosen = request.POST.get("matter_version", "")
        version = (
            MatterVersion.objects.in_force()
            .select_related("lead", "matter__region")
            .filter(pk=key_of(chosen))
            .first()
        )
        if version is not None:
            services.must_lead(actor, version)
        matter_form = MatterForm(actor.department_id, request.POST)
        if not matter_form.is_valid() or version is None:
            return self._page(request, year, matter_form, None, status=422)
        form = PlanItemForm(version, request.POST, year=year)
        if form.is_valid():
            try:
                item = services.create_item(actor, year, version.pk, form.item_data())
            except PlanInvalid as invalid:
                form.take_problems(invalid)
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, "已保存为草稿，核对无误后请“提请确认”。")
                return redirect(item)
        return self._page(request, year, matter_form, form, status=422)

    def _clerk(self, request: HttpRequest) -> Actor:
        actor = _staff(request)
        if not actor.has_role(Role.CLERK, Role.HEAD):
            raise NotAllowed("只有部门经办人或负责人可以编制计划项目。", verb="plan-item.create")
        return actor

    def _page(
        self,
        request: HttpRequest,
        year: int,
        matter_form: MatterForm,
        form: PlanItemForm | None,
        status: int = 200,
    ) -> HttpResponse:
        context = {
            "year": year,
            "matter_form": matter_form,
            "form": form,
            "notes": form.rule_notes() if form else {},
            "estimate": form.estimate() if form else None,
            "fields_url": reverse("inspections:plan-item-fields", args=[year]),
            "has_matters": matter_form.fields["matter_version"].queryset.exists(),  # type: ignore[attr-defined]
        }
        return render(request, "inspections/plans/item_form.html", context, status=status)


class PlanItemFieldsView(View):
    """Fragments of the form for htmx: all that hangs on the matter, the departments after the
    categories changed, and the live estimate."""

    templates: ClassVar[dict[str, str]] = {
        "all": "inspections/plans/_fields.html",
        "departments": "inspections/plans/_departments.html",
        "estimate": "inspections/plans/_estimate.html",
    }

    def get(self, request: HttpRequest, year: int) -> HttpResponse:
        actor = _staff(request)
        part = request.GET.get("part", "all")
        if part not in self.templates:
            raise Http404
        chosen = request.GET.get("matter_version", "")
        version = (
            MatterVersion.objects.visible_to(actor)
            .select_related("lead", "matter__region")
            .filter(pk=key_of(chosen))
            .first()
        )
        if version is None:
            return render(request, self.templates["all"], {"form": None})
        form = (
            PlanItemForm(version, year=year)
            if part == "all"
            else PlanItemForm(version, request.GET, year=year)
        )
        context = {
            "form": form,
            "year": year,
            "notes": form.rule_notes(),
            "estimate": form.estimate() if part != "departments" else None,
            "fields_url": reverse("inspections:plan-item-fields", args=[year]),
        }
        return render(request, self.templates[part], context)


class PlanItemEditView(View):
    """The same form for a draft."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        item = get_object_or_404(PlanItem.objects.visible_to(actor), pk=pk)
        try:
            PLAN_ITEM_ACTS.check(actor, "edit", item)
        except Refused as refusal:
            messages.error(request, refusal.message)
            return redirect(item)
        return self._page(request, item, PlanItemForm(services.current_version(item), item=item))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        actor = actor_of(request)
        item = get_object_or_404(PlanItem, pk=pk)
        plan_acts.must_see(actor, item, "plan-item.edit")
        try:
            PLAN_ITEM_ACTS.check(actor, "edit", item)
        except Refused as refusal:
            messages.error(request, refusal.message)
            return redirect(item)
        form = PlanItemForm(services.current_version(item), request.POST, item=item)
        if form.is_valid():
            try:
                services.update_item(actor, pk, form.item_data())
            except PlanInvalid as invalid:
                form.take_problems(invalid)
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, "已保存修改。")
                return redirect(item)
        return self._page(request, item, form, status=422)

    def _page(
        self, request: HttpRequest, item: PlanItem, form: PlanItemForm, status: int = 200
    ) -> HttpResponse:
        year = item.plan.year
        context = {
            "item": item,
            "year": year,
            "form": form,
            "notes": form.rule_notes(),
            "estimate": form.estimate(),
            "fields_url": reverse("inspections:plan-item-fields", args=[year]),
            "has_matters": True,
        }
        return render(request, "inspections/plans/item_form.html", context, status=status)
