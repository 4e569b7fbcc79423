"""What the parts of the interface components share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe

TONES = {
    "neutral": "circle-dashed",
    "info": "progress",
    "ok": "circle-check",
    "warn": "alert-triangle",
    "bad": "alert-octagon",
}
"""The tones a chip, notice or tile may have, each with the icon that goes with its colour."""

DEADLINE_LEVELS = {
    "ok": ("neutral", "clock"),
    "soon": ("warn", "clock"),
    "today": ("warn", "clock-exclamation"),
    "overdue": ("bad", "alert-octagon"),
    "paused": ("info", "player-pause"),
    "met": ("ok", "circle-check"),
}
"""Tone and icon of a deadline chip for each ``chip_level``."""


def draw(component: str, **context: Any) -> SafeString:
    """Render ``templates/components/<component>.html`` with ``context``."""
    return mark_safe(get_template(f"components/{component}.html").render(context))


def get(obj: Any, name: str, default: Any = "") -> Any:
    """Return ``obj.name`` or ``obj[name]``; ``default`` where there is neither."""
    if isinstance(obj, Mapping):
        return obj.get(name, default)
    return getattr(obj, name, default)


def inner(content: str) -> SafeString:
    """Content of a block tag without its margins; the template engine has escaped it already."""
    return mark_safe(content.strip())
