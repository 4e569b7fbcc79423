"""Dates as moments, for queries that order both together."""

from __future__ import annotations

from django.db.models import DateTimeField, Func


class LocalMidnight(Func):
    """The beginning of a day in China."""

    template = "((%(expressions)s)::timestamp AT TIME ZONE 'Asia/Shanghai')"
    output_field = DateTimeField()
