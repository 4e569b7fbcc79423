"""Components that make up a page: head, sections, facts, timeline, steps, figures, charts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from records.ui.base import TONES, draw, get, inner

register = template.Library()

BAR_UNITS = 1000
"""Width of the longest bar in the coordinates of its picture."""


@register.simple_block_tag(end_name="end_page_head")
def page_head(
    content: str,
    title: Any,
    kicker: Any = "",
    state: Any = "",
    back_url: str = "",
    back_label: str = "返回",
    note: Any = "",
) -> SafeString:
    """Title line of a page; the content is the acts at its right. See components/page_head.html."""
    return draw(
        "page_head",
        acts=inner(content),
        title=title,
        kicker=kicker,
        state=state,
        back_url=back_url,
        back_label=back_label,
        note=note,
    )


@register.simple_block_tag(end_name="end_section")
def section(
    content: str, title: Any, note: Any = "", count: Any = None, more_url: str = "", id: str = ""
) -> SafeString:
    """A titled part of a page. See components/section.html."""
    return draw(
        "section", content=content, title=title, note=note, count=count, more_url=more_url, id=id
    )


@register.simple_block_tag(end_name="end_notice")
def notice(content: str, tone: str = "info", title: Any = "") -> SafeString:
    """A message inside the page. See components/notice.html."""
    tone = tone if tone in TONES else "info"
    icon_name = "info-circle" if tone in ("info", "neutral") else TONES[tone]
    return draw("notice", content=content, tone=tone, title=title, icon_name=icon_name)


@register.simple_block_tag(end_name="end_facts")
def facts(content: str, columns: int = 1) -> SafeString:
    """A description list; put ``{% fact %}`` inside."""
    return format_html('<dl class="facts facts-{}">{}</dl>', columns, mark_safe(content))


@register.simple_block_tag(end_name="end_fact")
def fact(content: str, label: Any, note: Any = "") -> SafeString:
    """One fact; an empty content shows —."""
    body = inner(content) or mark_safe("—")
    hint = format_html('<div class="fact-note">{}</div>', note) if note else ""
    return format_html("<div><dt>{}</dt><dd>{}{}</dd></div>", label, body, hint)


@register.inclusion_tag("components/timeline.html")
def timeline(entries: Iterable[Any], empty: str = "还没有任何记录。") -> dict[str, Any]:
    """The trail in human words. See components/timeline.html."""
    return {"entries": list(entries), "empty": empty}


@register.inclusion_tag("components/tabs.html")
def tabs(items: Sequence[Any], label: str = "分类") -> dict[str, Any]:
    """Links between views of the same thing. See components/tabs.html."""
    return {"items": items, "label": label}


@register.inclusion_tag("components/steps.html")
def steps(items: Sequence[Any], label: str = "步骤") -> dict[str, Any]:
    """A course of steps. See components/steps.html."""
    return {"items": items, "label": label}


@register.simple_block_tag(end_name="end_stats")
def stats(content: str) -> SafeString:
    """A row of ``{% stat %}`` tiles."""
    return format_html('<ul class="stats">{}</ul>', mark_safe(content))


@register.inclusion_tag("components/stat.html")
def stat(
    label: Any, value: Any, url: str = "", unit: str = "", note: Any = "", tone: str = ""
) -> dict[str, Any]:
    """One figure that leads to its rows. See components/stat.html."""
    return {
        "label": label,
        "value": value,
        "url": url,
        "unit": unit,
        "note": note,
        "tone": tone,
        "icon_name": TONES.get(tone, ""),
    }


@register.inclusion_tag("components/bars.html")
def bars(rows: Iterable[Any], unit: str = "", label: str = "", fold: int = 0) -> dict[str, Any]:
    """Bars for a few figures, drawn without script; those behind the first ``fold`` are folded.
    See components/bars.html."""
    listed = list(rows)
    top = max((float(get(row, "value", 0) or 0) for row in listed), default=0) or 1
    drawn = [
        {
            "label": get(row, "label"),
            "value": get(row, "value", 0),
            "url": get(row, "url"),
            "tone": get(row, "tone"),
            "width": round(float(get(row, "value", 0) or 0) / top * BAR_UNITS),
        }
        for row in listed
    ]
    shown = fold or len(drawn)
    return {
        "label": label,
        "unit": unit,
        "units": BAR_UNITS,
        "rows": drawn[:shown],
        "folded": drawn[shown:],
    }


@register.inclusion_tag("components/chart.html")
def chart(
    id: str,
    options: Mapping[str, Any],
    label: str,
    size: str = "medium",
    table: Sequence[Sequence[Any]] = (),
) -> dict[str, Any]:
    """An ECharts chart from an options mapping. See components/chart.html."""
    return {"id": id, "options": options, "label": label, "size": size, "table": table}


@register.inclusion_tag("components/bytes.html")
def bytes_fold(label: Any, text: Any, sha256: str = "", opened: bool = False) -> dict[str, Any]:
    """Fold-out with the exact bytes. A mapping or list is shown as indented JSON."""
    if isinstance(text, (dict, list)):
        text = json.dumps(text, ensure_ascii=False, indent=2, sort_keys=True)
    return {"label": label, "text": text, "sha256": sha256, "opened": opened}


@register.inclusion_tag("components/qr.html")
def qr(src: str, label: Any, url: str = "") -> dict[str, Any]:
    """A QR code picture with its address in words. See components/qr.html."""
    return {"src": src, "label": label, "url": url}


@register.inclusion_tag("components/progress.html")
def progress(job: Any) -> dict[str, Any]:
    """Long work, asked again every second until it ends. See components/progress.html."""
    total, done = int(get(job, "total", 0) or 0), int(get(job, "done", 0) or 0)
    return {"job": job, "share": min(100, done * 100 // total) if total else 0, "total": total}


@register.inclusion_tag("components/empty.html")
def empty_state(
    title: Any, text: Any = "", icon_name: str = "inbox", url: str = "", label: str = ""
) -> dict[str, Any]:
    """What belongs here and how it gets here. See components/empty.html."""
    return {"title": title, "text": text, "icon_name": icon_name, "url": url, "label": label}
