"""Subjects by COPY, the fastest way into their table: what intake is compared with."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterable
from random import Random
from typing import Any

from django.db import connection, transaction

from credit.models import Subject
from departments.models import Region
from records import clock
from supervision.demo.identifiers import unified_code

REGION = "411603"


def made_up(random: Random) -> dict[str, Any]:
    """A new subject by the names of the gateway's fields."""
    code = unified_code(random, "91", REGION)
    return {
        "id_kind": "uscc",
        "identifier": code,
        "name": f"周口市淮阳区{code[-6:]}养老院",
        "categories": ["nursing-home"],
        "grade": "B",
        "address": "新站镇健康路 1 号",
    }


def copied(rows: Iterable[dict[str, Any]], besides: Callable[[], object] = lambda: None) -> float:
    """The seconds that the rows take, ready for COPY, into the table with its indexes and
    triggers, and what is done ``besides``; commit included. They are gone afterwards."""
    region = Region.objects.get(code=REGION)
    columns = [
        f.column for f in Subject._meta.concrete_fields if not f.primary_key and not f.generated
    ]
    now = clock.now()
    lines = []
    for row in rows:
        subject = Subject(region=region, **row)
        subject.created_at = subject.updated_at = now
        lines.append("\t".join(_cell(getattr(subject, _attname(c))) for c in columns))
    text = "\n".join(lines) + "\n"
    last = Subject.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    start = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        besides()
        cursor.cursor.copy_expert(
            f"COPY credit_subject ({', '.join(columns)}) FROM STDIN", io.StringIO(text)
        )
    took = time.perf_counter() - start
    forget_since(last)
    return took


def forget_since(last: int) -> None:
    """Take out the subjects that came after one, and what the triggers noted of them."""
    with connection.cursor() as cursor:
        for table in ("credit_subjectchange", "credit_stale", "credit_uncompared"):
            cursor.execute(f"DELETE FROM {table} WHERE subject_id > %s", [last])
        cursor.execute("DELETE FROM credit_subject WHERE id > %s", [last])


def _attname(column: str) -> str:
    return next(f.attname for f in Subject._meta.concrete_fields if f.column == column)


def _cell(value: Any) -> str:
    if value is None:
        return r"\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, (list, tuple)):
        return "{" + ",".join(value) + "}"
    return str(value)
