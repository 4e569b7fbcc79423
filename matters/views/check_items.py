"""Pages of the departments' catalogues of check items."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views import View

from departments.models import Department
from matters import check_items, selectors
from matters.forms import ALL_DEPARTMENTS, CheckItemFilter, CheckItemForm
from matters.models import CheckItem
from records.actor import Actor
from records.errors import NotAllowed
from records.exports import export_list
from records.form_page import FormPage
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


class CheckItemNewView(FormPage):
    """Add a check item to one's own department's catalogue."""

    template_name = "matters/check_item_form.html"
    title = "新增检查事项"

    def target(self, actor: Actor) -> None:
        return None

    def check(self, actor: Actor, target: None) -> None:
        department = self._department(actor)
        if department is None or not check_items.may_keep(actor, department):
            raise NotAllowed("只有部门的经办人或负责人可以新增检查事项。", verb="check_item.create")

    def form(self, actor: Actor, target: None, *sent: Any) -> CheckItemForm:
        return CheckItemForm(*sent, initial={"is_active": True}, categories=_categories())

    def carry_out(self, actor: Actor, target: None, form: CheckItemForm) -> CheckItem:
        return check_items.create(actor, self._department(actor), form.item_content())

    def back(self, target: None) -> str:
        return _back(self._department(actor_of(self.request)))

    def after(self, changed: CheckItem) -> str:
        return _back(changed.department)

    def _department(self, actor: Actor) -> Department | None:
        return Department.objects.filter(pk=actor.department_id).first()


class CheckItemEditView(FormPage):
    """Change a check item of one's own department, or take it out of use."""

    template_name = "matters/check_item_form.html"
    title = "修改检查事项"

    def target(self, actor: Actor) -> CheckItem:
        return get_object_or_404(selectors.check_items(actor), pk=self.kwargs["pk"])

    def check(self, actor: Actor, target: CheckItem) -> None:
        if not check_items.may_keep(actor, target.department):
            raise NotAllowed(
                f"只有{target.department.name}可以修改该检查事项。",
                verb="check_item.change",
                target=target,
            )

    def form(self, actor: Actor, target: CheckItem, *sent: Any) -> CheckItemForm:
        initial = CheckItemForm.initial_of(target)
        return CheckItemForm(*sent, initial=initial, categories=_categories())

    def carry_out(self, actor: Actor, target: CheckItem, form: CheckItemForm) -> CheckItem:
        return check_items.change(actor, target.pk, form.item_content())

    def back(self, target: CheckItem) -> str:
        return _back(target.department)

    def after(self, changed: CheckItem) -> str:
        return _back(changed.department)

    def more(self, target: CheckItem, form: CheckItemForm) -> dict[str, Any]:
        return {"item": target, "entries": timeline(target)}


def _categories() -> list[tuple[str, str]]:
    return list(selectors.category_names().items())


def _back(department: Department | None = None) -> str:
    page = reverse("matters:check-items")
    return f"{page}?department={department.pk}" if department else page
