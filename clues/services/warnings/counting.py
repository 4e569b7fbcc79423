"""The moments at which a rule's groups are over their threshold, in one statement.

For each counted event the window ends with that event, so that what was over the threshold
stays so until its events change, and a run on history finds what live evaluation would have
found. Events at the same moment count together; their order is without effect.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import CharField, DecimalField, F, Q, QuerySet, Value
from django.db.models.functions import Cast

from clues.models import WarningRuleVersion
from clues.rules.warnings import CHANGE, INDUSTRY, RATIO, SUM
from clues.services.warnings.sources import SOURCES, EventSource
from clues.watch import Point
from records.periods import ahead, length

_CHUNK = 5000

_OVER = """
SELECT k, t, n, base FROM (
  SELECT k, t, own,
         sum(x) OVER near AS n,
         {base} AS base
  FROM ({events}) counted
  WINDOW near AS (PARTITION BY k ORDER BY t RANGE BETWEEN %s PRECEDING AND CURRENT ROW){before}
) measured
WHERE own AND t > %s AND t <= %s AND {test}
"""
_BEFORE = ", before AS (PARTITION BY k ORDER BY t RANGE BETWEEN %s PRECEDING AND %s PRECEDING)"
_TESTS = {
    RATIO: "base >= %s AND base > 0 AND n * 100 >= %s * base",
    CHANGE: "n >= %s AND n >= %s * base",
}


def over(
    version: WarningRuleVersion,
    after: dt.datetime,
    until: dt.datetime,
    keys: Iterable[str] | None = None,
) -> Iterator[Point]:
    """The points of the rule with ``after`` < time ≤ ``until``, by group and time; of the groups
    ``keys`` only, when given. Call it inside a transaction: rows are streamed."""
    statement, params = _statement(version, after, until, keys)
    if not statement:
        return
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("points are streamed inside a transaction")
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"{statement} ORDER BY k, t", params)
        while rows := cursor.fetchmany(_CHUNK):
            for key, at, amount, base in rows:
                yield Point(key, at, amount, base)


def latest(
    version: WarningRuleVersion,
    after: dt.datetime,
    until: dt.datetime,
    keys: Iterable[str] | None = None,
) -> list[Point]:
    """As ``over``, of each group the latest point only."""
    statement, params = _statement(version, after, until, keys)
    if not statement:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT ON (k) k, t, n, base FROM ({statement}) points ORDER BY k, t DESC",
            params,
        )
        return [Point(key, at, amount, base) for key, at, amount, base in cursor.fetchall()]


def counted(
    version: WarningRuleVersion,
    source: EventSource,
    *,
    after: dt.datetime | None = None,
    until: dt.datetime | None = None,
    keys: Iterable[str] | None = None,
) -> QuerySet[Any]:
    """The events of a source that the rule's filters let through, each with its group."""
    path = source.groups[version.group_by]
    rows = source.rows(version.rule.region_code).filter(**{f"{path}__isnull": False})
    if version.group_by == INDUSTRY:
        rows = rows.exclude(**{path: ""})
    if keys is not None:
        rows = rows.filter(**{f"{path}__in": list(keys)})
    rows = rows.filter(_filters(version, source))
    if after is not None:
        # The first moment of a window belongs to it.
        rows = rows.filter(**{f"{source.at}__gte": after})
        if source.day:
            rows = rows.filter(**{f"{source.day}__gte": ahead(after, days=-1).date()})
    if until is not None:
        rows = rows.filter(**{f"{source.at}__lte": until})
    return rows


def touched(
    version: WarningRuleVersion, since: dt.datetime, until: dt.datetime, retold: Any
) -> set[str]:
    """The groups with an event since then, or one of which something was recorded (``retold``,
    entries of the trail)."""
    keys: set[str] = set()
    for source in _sources(version):
        rows = counted(version, source, until=until)
        found = Q(**{f"{source.at}__gt": since})
        if source.day:
            found &= Q(**{f"{source.day}__gte": ahead(since, days=-1).date()})
        keys.update(_keys(rows.filter(found), version, source))
        if source.retold is not None:
            keys.update(_keys(rows.filter(source.retold(retold)), version, source))
    return keys


def _sources(version: WarningRuleVersion) -> list[EventSource]:
    codes = [version.source, *([version.against] if version.measure == RATIO else [])]
    return [SOURCES[code] for code in codes]


def _keys(rows: QuerySet[Any], version: WarningRuleVersion, source: EventSource) -> Iterator[str]:
    path = source.groups[version.group_by]
    return (str(key) for key in rows.order_by().values_list(path, flat=True).distinct())


def _filters(version: WarningRuleVersion, source: EventSource) -> Q:
    found = Q()
    if version.categories and source.category:
        found &= Q(**{f"{source.category}__overlap": version.categories})
    if version.channels and source.channel:
        found &= Q(**{f"{source.channel}__in": version.channels})
    if version.townships and "township" in source.groups:
        path = source.groups["township"].removesuffix("_id")
        found &= Q(**{f"{path}__code__in": version.townships})
    if version.matters and "matter" in source.groups:
        found &= Q(**{f"{source.groups['matter']}__in": version.matters})
    if version.counted_rule_id and source.code == "warning":
        found &= Q(rule_id=version.counted_rule_id)
    return found


def _statement(
    version: WarningRuleVersion,
    after: dt.datetime,
    until: dt.datetime,
    keys: Iterable[str] | None,
) -> tuple[str, list[Any]]:
    window = length(version.window_days)
    back = version.window_days * (2 if version.measure == CHANGE else 1)
    named = None if keys is None else list(keys)
    parts: list[str] = []
    params: list[Any] = []
    for index, source in enumerate(_sources(version)):
        rows = counted(version, source, after=ahead(after, days=-back), until=until, keys=named)
        try:
            sql, values = _events(rows, version, source, index == 0)
        except EmptyResultSet:
            continue
        parts.append(sql)
        params += values
    if not parts:
        return "", []
    params.append(window)
    base, before = "0::numeric", ""
    if version.measure == RATIO:
        base = "sum(y) OVER near"
    elif version.measure == CHANGE:
        base, before = "coalesce(sum(x) OVER before, 0)", _BEFORE
        params += [2 * window, window + dt.timedelta(microseconds=1)]
    params += [after, until]
    if version.measure in _TESTS:
        params.append(version.at_least)
    params.append(version.threshold)
    statement = _OVER.format(
        events=" UNION ALL ".join(parts),
        base=base,
        before=before,
        test=_TESTS.get(version.measure, "n >= %s"),
    )
    return statement, params


def _events(
    rows: QuerySet[Any], version: WarningRuleVersion, source: EventSource, own: bool
) -> tuple[str, tuple[Any, ...]]:
    """Events as (group, time, own, x, y): x is what is measured, y what it is compared with."""
    one = F(source.amount) if version.measure == SUM else Value(1)
    number = DecimalField(max_digits=20, decimal_places=2)
    key = Cast(F(source.groups[version.group_by]), CharField())
    listed = rows.order_by().values_list(key, F(source.at), Cast(one, number))
    sql, params = listed.query.sql_with_params()
    x, y = ("x", "0::numeric") if own else ("0::numeric", "x")
    return (
        f"SELECT k, t, {str(own).lower()} AS own, {x} AS x, {y} AS y "
        f"FROM ({sql}) AS events(k, t, x)",
        params,
    )
