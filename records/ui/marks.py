"""The smallest components: icons, chips, links to things and people, times, copy buttons."""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from records.ui.base import DEADLINE_LEVELS, TONES, get

register = template.Library()
logger = logging.getLogger(__name__)


@lru_cache(maxsize=512)
def _icon_body(name: str) -> str:
    path = Path(settings.BASE_DIR) / "node_modules/@tabler/icons/icons/outline" / f"{name}.svg"
    try:
        source = path.read_text(encoding="utf-8")
    except OSError:
        # A page without a picture still works; the tests find misspelt names.
        logger.warning("icon %s not found at %s", name, path)
        return ""
    return source[source.index(">", source.index("<svg")) + 1 : source.rindex("</svg>")].strip()


@register.simple_tag
def icon(name: str, size: int = 18, label: str = "") -> SafeString:
    """Inline the Tabler outline icon ``name``; silent for readers unless ``label`` is given."""
    speech: SafeString | str = (
        format_html('role="img" aria-label="{}"', label)
        if label
        else mark_safe('aria-hidden="true"')
    )
    return format_html(
        '<svg class="ico" width="{0}" height="{0}" viewBox="0 0 24 24" fill="none" '
        'stroke="currentColor" stroke-width="1.75" stroke-linecap="round" '
        'stroke-linejoin="round" {1}>{2}</svg>',
        size,
        speech,
        mark_safe(_icon_body(name)),
    )


@register.simple_tag
def chip(label: Any, tone: str = "neutral", icon_name: str = "") -> SafeString:
    """Draw a state as colour, icon and word; ``tone`` is a key of :data:`TONES`."""
    tone = tone if tone in TONES else "neutral"
    return format_html(
        '<span class="chip chip-{}">{}<span>{}</span></span>',
        tone,
        icon(icon_name or TONES[tone], 14),
        label,
    )


@register.simple_tag
def state_chip(obj: Any, field: str = "state") -> SafeString:
    """Draw the state of ``obj``: word ``get_<field>_display()``, tone ``<field>_tone``."""
    display = getattr(obj, f"get_{field}_display", None)
    label = display() if callable(display) else get(obj, f"{field}_label") or get(obj, field)
    return chip(label, get(obj, f"{field}_tone", "neutral") or "neutral")


@register.simple_tag
def deadline_chip(deadline: Any) -> SafeString:
    """Draw a deadline; ``None`` draws nothing. A click opens ``explanation_url`` in the dialog."""
    text = get(deadline, "chip_text") if deadline else ""
    if not text:
        return mark_safe("")
    level = get(deadline, "chip_level", "ok")
    tone, picture = DEADLINE_LEVELS.get(level, DEADLINE_LEVELS["ok"])
    url = get(deadline, "explanation_url")
    body = format_html("{}<span>{}</span>", icon(picture, 14), text)
    if not url:
        return format_html('<span class="chip chip-{}">{}</span>', tone, body)
    return format_html(
        '<a class="chip chip-{} chip-link" href="{}" data-dialog="期限计算" '
        'title="查看期限怎么算出来的">{}</a>',
        tone,
        url,
        body,
    )


def _entity(obj: Any, picture: str, label: Any, url: str, card_url: str) -> SafeString | str:
    if obj is None and not label:
        return "—"
    text = label or get(obj, "short_name") or get(obj, "name") or str(obj)
    if not url:
        find = getattr(obj, "get_absolute_url", None)
        url = (find() or "") if callable(find) else get(obj, "url")
    card_url = card_url or get(obj, "card_url")
    body = format_html("{}<span>{}</span>", icon(picture, 15), text)
    card = format_html(' data-card="{}"', card_url) if card_url else ""
    if url:
        return format_html('<a class="entity" href="{}"{}>{}</a>', url, card, body)
    if card:
        return format_html('<button type="button" class="entity"{}>{}</button>', card, body)
    return format_html('<span class="entity">{}</span>', body)


@register.simple_tag
def department_link(
    obj: Any, label: Any = "", url: str = "", card_url: str = ""
) -> SafeString | str:
    """Link a department by ``short_name``/``name``, ``get_absolute_url()``, ``card_url``."""
    return _entity(obj, "building", label, url, card_url)


@register.simple_tag
def subject_link(obj: Any, label: Any = "", url: str = "", card_url: str = "") -> SafeString | str:
    """Link a supervised subject, same duck type as :func:`department_link`; ``shown_name`` is
    used, which masks people."""
    label = label or getattr(obj, "shown_name", "")
    return _entity(obj, "building-store", label, url, card_url)


@register.simple_tag
def person_link(obj: Any, label: Any = "", url: str = "", card_url: str = "") -> SafeString | str:
    """Link a person, same duck type as :func:`department_link`; ``get_full_name()`` is used."""
    if not label and obj is not None:
        find = getattr(obj, "get_full_name", None)
        label = find() if callable(find) else ""
    return _entity(obj, "user", label, url, card_url)


@register.simple_tag
def when(value: date | datetime | None, style: str = "minute") -> SafeString | str:
    """Draw a local time: ``minute`` (2025-04-30 17:05), ``day`` or ``short`` (04-30 17:05)."""
    if value is None:
        return "—"
    moment = value
    if isinstance(value, datetime):
        moment = timezone.localtime(value) if timezone.is_aware(value) else value
    elif style != "short":
        style = "day"
    pattern = {"day": "%Y-%m-%d", "short": "%m-%d %H:%M"}.get(style, "%Y-%m-%d %H:%M")
    return format_html(
        '<time datetime="{}">{}</time>', moment.isoformat(), moment.strftime(pattern)
    )


@register.filter
def span(value: timedelta | None) -> str:
    """Say how long: 3 天 4 小时, 25 分钟, 不到 1 分钟."""
    if value is None:
        return ""
    minutes = int(value.total_seconds() // 60)
    days, rest = divmod(minutes, 1440)
    hours, minutes = divmod(rest, 60)
    if days:
        return f"{days} 天 {hours} 小时" if hours else f"{days} 天"
    if hours:
        return f"{hours} 小时 {minutes} 分钟" if minutes else f"{hours} 小时"
    return f"{minutes} 分钟" if minutes else "不到 1 分钟"


@register.simple_tag
def capped_count(total: Any, limit: int = 1000, unit: str = "条") -> str:
    """Say how many: an int, or a count that stopped at its cap (``value``, ``capped``)."""
    if hasattr(total, "capped"):
        return f"共 {total.value}{'+' if total.capped else ''} {unit}"
    return f"共 {limit}+ {unit}" if total > limit else f"共 {total} {unit}"


@register.simple_tag
def copy_button(text: Any, label: str = "复制") -> SafeString:
    """Draw a small button that copies ``text``."""
    return format_html(
        '<button type="button" class="btn-quiet" data-copy="{}">{}<span>{}</span></button>',
        text,
        icon("copy", 14),
        label,
    )


@register.simple_tag
def hash_text(value: str, length: int = 12) -> SafeString:
    """Show the first ``length`` characters of a hash, with the whole for copying."""
    return format_html(
        '<span class="hash"><code title="{}">{}…</code>{}</span>',
        value,
        value[:length],
        copy_button(value),
    )


@register.filter
def hundredths(value: int | None) -> str:
    """Whole hundredths of a point as people read them: 1250 is ``12.50``."""
    return "" if value is None or value == "" else f"{value / 100:.2f}"
