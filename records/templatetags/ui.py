"""``{% load ui %}``: every interface component; ``docs/interface.md`` shows one example each."""

from __future__ import annotations

from django import template

from records.ui import forms, lists, marks, pages

register = template.Library()

for part in (marks, pages, lists, forms):
    register.tags.update(part.register.tags)
    register.filters.update(part.register.filters)
