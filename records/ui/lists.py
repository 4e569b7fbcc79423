"""Components of list pages: filters, table, sorting, pager, ticking rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.forms import BaseForm
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from records.ui.base import draw, get, inner
from records.ui.marks import capped_count, icon

register = template.Library()


@register.simple_block_tag(takes_context=True, end_name="end_filters")
def filters(context: Context, content: str, form: BaseForm) -> SafeString:
    """The filter bar of a list, a GET form. See components/filters.html."""
    bound = [form[name] for name in form.fields]
    active = any(field.value() not in (None, "", [], False) for field in bound) and form.is_bound
    return draw(
        "filters",
        request=context.get("request"),
        extra=inner(content),
        fields=bound,
        form=form,
        active=active,
    )


@register.simple_block_tag(end_name="end_list_head")
def list_head(
    content: str,
    total: Any = None,
    limit: int = 1000,
    unit: str = "条",
    export_url: str = "",
) -> SafeString:
    """The line above a table: how many, export, and further buttons as content."""
    return draw(
        "list_head",
        extra=inner(content),
        count="" if total is None else capped_count(total, limit, unit),
        export_url=export_url,
    )


@register.simple_block_tag(end_name="end_list_table")
def list_table(
    content: str, caption: Any, stack: bool = True, sticky: bool = True, matrix: bool = False
) -> SafeString:
    """A table that scrolls inside its frame. See components/list_table.html."""
    return draw(
        "list_table", content=content, caption=caption, stack=stack, sticky=sticky, matrix=matrix
    )


@register.simple_tag(takes_context=True)
def sort_header(context: Context, label: Any, key: str, css: str = "") -> SafeString:
    """A ``<th>`` whose link sorts by ``key`` through ``?sort=key`` / ``?sort=-key``."""
    query = context["request"].GET.copy()
    current = query.get("sort", "")
    spoken, arrow = {key: ("ascending", "arrow-up"), f"-{key}": ("descending", "arrow-down")}.get(
        current, ("none", "arrows-sort")
    )
    query["sort"] = f"-{key}" if current == key else key
    for cursor in ("after", "before"):
        query.pop(cursor, None)
    return format_html(
        '<th scope="col" class="{}" aria-sort="{}"><a class="sort" href="?{}">{}{}</a></th>',
        css,
        spoken,
        query.urlencode(),
        label,
        icon(arrow, 13),
    )


@register.inclusion_tag("components/pager.html", takes_context=True)
def pager(
    context: Context,
    page: Any = None,
    previous_url: str = "",
    next_url: str = "",
    first_url: str = "",
    label: Any = "",
) -> dict[str, Any]:
    """Keyset pager from a page with ``previous_key`` and ``next_key``, or from ready links."""
    if page is not None:
        query = context["request"].GET.copy()
        links = {}
        for name, key in (("before", get(page, "previous_key")), ("after", get(page, "next_key"))):
            query.pop("before", None)
            query.pop("after", None)
            if key:
                query[name] = key
            links[name] = f"?{query.urlencode()}" if key else ""
        query.pop("before", None)
        query.pop("after", None)
        previous_url, next_url = links["before"], links["after"]
        first_url = f"?{query.urlencode()}"
    return {
        "previous_url": previous_url,
        "next_url": next_url,
        "first_url": first_url,
        "label": label,
    }


@register.simple_block_tag(takes_context=True, end_name="end_bulk_form")
def bulk_form(context: Context, content: str, acts: Iterable[Any], unit: str = "项") -> SafeString:
    """A list whose rows can be ticked, with a bar of acts. See components/bulk_form.html."""
    return draw(
        "bulk_form",
        content=content,
        acts=list(acts),
        unit=unit,
        csrf_token=context.get("csrf_token"),
    )


@register.simple_tag
def bulk_all() -> SafeString:
    """The ``<th>`` with the box that ticks every row of the page."""
    return mark_safe(
        '<th scope="col" class="tick"><input type="checkbox" class="form-check-input" '
        'data-bulk-all aria-label="选中本页全部"></th>'
    )


@register.simple_tag
def bulk_box(value: Any, label: Any) -> SafeString:
    """The ``<td>`` with the box of one row; ``label`` names the row for a screen reader."""
    return format_html(
        '<td class="tick"><input type="checkbox" class="form-check-input" name="selected" '
        'value="{}" data-bulk aria-label="选中 {}"></td>',
        value,
        label,
    )
