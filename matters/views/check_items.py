"""Pages of the departments' catalogues of check items."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views import View

from departments.models import Department
from matters import check_items, selectors
from matters.forms import ALL_DEPARTMENTS, CheckItemFilter, CheckItemForm
from matters.models import CheckItem
from records.errors import NotAllowed, Refused
from records.exports import export_list
from records.forms import show_refusal
from records.middleware import actor_of
from records.paging import capped_count, requested_page
from records.selectors import timeline

ORDERING = ("department_id", "code", "id")


def _sheet_rows(
    items: Iterable[CheckItem], category_names: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    for item in items:
        yield {
            "department": item.department.name,
            "code": item.code,
            "title": item.title,
            "guidance": item.guidance,
            "legal_basis": item.legal_basis,
            "categories": [category_names.get(code, code) for code in item.categories],
        }


class CheckItemListView(View):
    """The catalogue of one department (one's own at first) or of all."""

    def get(self, request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        departments = list(selectors.departments_with_items(actor))
        category_names = selectors.category_names()
        data = request.GET.copy()
        own = str(actor.department_id)
        known = {str(department.pk) for department in departments}
        data.setdefault("department", own if own in known else ALL_DEPARTMENTS)
        found = CheckItemFilter(
            data,
            queryset=selectors.check_items(actor),
            departments=[(str(d.pk), f"{d.short_name}（{d.item_count}）") for d in departments],
            categories=list(category_names.items()),
        )
        if request.GET.get("export") == "xlsx":
            return export_list(
                request,
                check_items.SHEET,
                found.qs.order_by(*ORDERING),
                lambda items: _sheet_rows(items, category_names),
                "检查事项.xlsx",
            )
        page = requested_page(request, found.qs, ORDERING)
        chosen = next((d for d in departments if str(d.pk) == data["department"]), None)
        context = {
            "filter": found,
            "page": page,
            "rows": [
                (item, [category_names.get(code, code) for code in item.categories])
                for item in page
            ],
            "total": capped_count(found.qs),
            "chosen": chosen,
            "may_add": chosen is not None and check_items.may_keep(actor, chosen),
            "may_import": check_items.may_import(actor),
        }
        return render(request, "matters/check_items.html", context)


class CheckItemNewView(View):
    """Add a check item to one's own department's catalogue."""

    def get(self, request: HttpRequest) -> HttpResponse:
        self._department(request)
        form = CheckItemForm(initial={"is_active": True}, categories=_categories())
        return render(request, "matters/check_item_form.html", {"form": form, "back": _back()})

    def post(self, request: HttpRequest) -> HttpResponse:
        department = self._department(request)
        form = CheckItemForm(request.POST, categories=_categories())
        if form.is_valid():
            try:
                check_items.create(actor_of(request), department, form.item_content())
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, "检查事项已新增。")
                return redirect(_back(department))
        context = {"form": form, "back": _back(department)}
        return render(request, "matters/check_item_form.html", context, status=422)

    def _department(self, request: HttpRequest) -> Department:
        department = Department.objects.filter(pk=actor_of(request).department_id).first()
        if department is None or not check_items.may_keep(actor_of(request), department):
            raise NotAllowed("只有部门的经办人或负责人可以新增检查事项。", verb="check_item.create")
        return department


class CheckItemEditView(View):
    """Change a check item of one's own department, or take it out of use."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        item = self._item(request, pk)
        form = CheckItemForm(
            initial=CheckItemForm.initial_of(item),
            categories=_categories(),
        )
        return self._show(request, item, form)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        item = self._item(request, pk)
        form = CheckItemForm(request.POST, categories=_categories())
        if form.is_valid():
            try:
                check_items.change(actor_of(request), pk, form.item_content())
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, "检查事项已保存。")
                return redirect(_back(item.department))
        return self._show(request, item, form, 422)

    def _item(self, request: HttpRequest, pk: int) -> CheckItem:
        item = get_object_or_404(selectors.check_items(actor_of(request)), pk=pk)
        if not check_items.may_keep(actor_of(request), item.department):
            raise NotAllowed(
                f"只有{item.department.name}可以修改该检查事项。",
                verb="check_item.change",
                target=item,
            )
        return item

    def _show(
        self, request: HttpRequest, item: CheckItem, form: CheckItemForm, status: int = 200
    ) -> HttpResponse:
        context = {
            "item": item,
            "form": form,
            "back": _back(item.department),
            "entries": timeline(item),
        }
        return render(request, "matters/check_item_form.html", context, status=status)


def _categories() -> list[tuple[str, str]]:
    return list(selectors.category_names().items())


def _back(department: Department | None = None) -> str:
    page = reverse("matters:check-items")
    return f"{page}?department={department.pk}" if department else page
