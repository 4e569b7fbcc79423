"""Writing many rows at once: the statement stays as short as for one, the values go as JSON.

``bulk_create`` with a conflict spells every value into the statement, which takes Django and the
parser of the database longer than the rows themselves.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from django.db import connection, models
from django.db.models import DateTimeField, Field

from records import clock

Row: TypeAlias = Mapping[str, Any]
"""The values of a row by the names of their columns, the same ones in all rows of a statement;
the rest are the defaults of the model."""


class Written(NamedTuple):
    """What became of a row: its id, and whether it was ``inserted`` or found."""

    pk: int
    inserted: bool


def insert(model: type[models.Model], rows: Sequence[Row]) -> None:
    """Insert rows of a model."""
    if rows:
        _write(model, rows, "")


def upsert(
    model: type[models.Model],
    rows: Sequence[Row],
    *,
    key: tuple[str, ...],
    update: tuple[str, ...],
) -> list[Written]:
    """Insert rows of a model, or bring the rows with the same ``key`` to them in the columns of
    ``update``; returns what became of each.

    ``key`` must be the columns of a unique constraint, and no two rows may share one.
    """
    if not rows:
        return []
    columns = ", ".join(map(connection.ops.quote_name, key))
    changed = ", ".join(
        f"{column} = excluded.{column}" for column in map(connection.ops.quote_name, update)
    )
    # What is updated carries the mark of the lock that the update took.
    told = f"RETURNING id, xmax = 0, {columns}"
    written = _write(model, rows, f"ON CONFLICT ({columns}) DO UPDATE SET {changed} {told}")
    became = {tuple(values): Written(pk, inserted) for pk, inserted, *values in written}
    return [became[tuple(row[name] for name in key)] for row in rows]


def _write(model: type[models.Model], rows: Sequence[Row], then: str) -> list[tuple[Any, ...]]:
    """Insert the rows, ``then`` what follows in the statement; returns the rows it gives."""
    meta = model._meta
    written = [each for each in meta.concrete_fields if not (each.primary_key or each.generated)]
    named = rows[0].keys()
    if unknown := named - {each.attname for each in written}:
        raise ValueError(f"not columns of {model.__name__}: {sorted(unknown)}")
    given = [each for each in written if each.attname in named]
    same = [each for each in written if each.attname not in named]
    names = ", ".join(
        connection.ops.quote_name(each.column or each.name) for each in (*given, *same)
    )
    typed = ", ".join(f"{each.attname} {each.db_type(connection)}" for each in given)
    values = "".join(f", %s::{each.db_type(connection)}" for each in same)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {connection.ops.quote_name(meta.db_table)} ({names})"
            f" SELECT given.*{values} FROM json_to_recordset(%s::json) AS given ({typed}) {then}",
            [*map(_default, same), json.dumps(rows, ensure_ascii=False, default=str)],
        )
        return cursor.fetchall() if then else []


def _default(field: Field[Any, Any]) -> Any:
    """The value of a column that no row gives."""
    if isinstance(field, DateTimeField) and (field.auto_now or field.auto_now_add):
        return clock.now()
    return field.get_db_prep_save(field.get_default(), connection)
