"""Writing many rows at once: the statement stays as short as for one, the values go as JSON.

``bulk_create`` with a conflict spells every value into the statement, which takes Django and the
parser of the database longer than the rows themselves.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection, models
from django.db.models import DateTimeField, Field

from records import clock


def insert(objects: Sequence[models.Model]) -> None:
    """Insert objects of one model; they do not learn the ids of their rows."""
    if objects:
        _write(objects, "")


def upsert(
    objects: Sequence[models.Model], *, key: tuple[str, ...], update: tuple[str, ...]
) -> None:
    """Insert objects of one model, or bring the rows with the same ``key`` to them in the columns
    of ``update`` (both by field name), and give the objects the ids of their rows.

    ``key`` must be a unique constraint, and no two objects may share one.
    """
    if not objects:
        return
    named = {each.name: each for each in type(objects[0])._meta.concrete_fields}
    keys = [named[name] for name in key]
    columns = ", ".join(map(_quoted, keys))
    changed = ", ".join(
        f"{column} = excluded.{column}" for column in (_quoted(named[name]) for name in update)
    )
    written = _write(
        objects, f"ON CONFLICT ({columns}) DO UPDATE SET {changed} RETURNING id, {columns}"
    )
    ids = {tuple(values): pk for pk, *values in written}
    for one in objects:
        one.pk = ids[tuple(getattr(one, each.attname) for each in keys)]
        one._state.adding = False


def _write(objects: Sequence[models.Model], then: str) -> list[tuple[Any, ...]]:
    """Insert the objects, ``then`` what follows in the statement; returns the rows it gives."""
    meta = type(objects[0])._meta
    written = [each for each in meta.concrete_fields if not (each.primary_key or each.generated)]
    names = ", ".join(map(_quoted, written))
    typed = ", ".join(f"c{place} {each.db_type(connection)}" for place, each in enumerate(written))
    moment = clock.now()
    for each in written:
        if isinstance(each, DateTimeField) and (each.auto_now or each.auto_now_add):
            for one in objects:
                setattr(one, each.attname, moment)
    for each in written:
        if each.is_relation:
            _refer(objects, each)
    columns = [(f"c{place}", each.attname) for place, each in enumerate(written)]
    rows = [{short: getattr(one, name) for short, name in columns} for one in objects]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {connection.ops.quote_name(meta.db_table)} ({names})"
            f" SELECT * FROM json_to_recordset(%s::json) AS given ({typed}) {then}",
            [json.dumps(rows, ensure_ascii=False, default=str)],
        )
        return cursor.fetchall() if then else []


def _refer(objects: Sequence[models.Model], field: Any) -> None:
    """Let objects name what they belong to, which may have got its id since they were made."""
    for one in objects:
        if getattr(one, field.attname) is None and field.is_cached(one):
            setattr(one, field.name, getattr(one, field.name))


def _quoted(field: Field[Any, Any]) -> str:
    return connection.ops.quote_name(field.column or field.name)
