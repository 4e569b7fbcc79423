"""The database as every test finds it, brought back after a test that committed.

Django would empty all tables, which takes a second, and each later test would have to load the
county anew. Here what was there at the beginning is copied once and put back.
"""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.test import TransactionTestCase

COPIES = "beginning"
"""The schema that holds them."""


def keep() -> None:
    """Copy all rows; tests that commit are undone by putting them back from now on.

    Without a superuser's rights Django's own way is left as it is.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if not cursor.fetchone()[0]:
            return
        with transaction.atomic():
            cursor.execute(f"DROP SCHEMA IF EXISTS {COPIES} CASCADE")
            cursor.execute(f"CREATE SCHEMA {COPIES}")
            for table in _filled(cursor):
                cursor.execute(f'CREATE TABLE {COPIES}."{table}" AS TABLE public."{table}"')
    TransactionTestCase._fixture_teardown = put_back  # type: ignore[method-assign]


def put_back(_: Any = None) -> None:
    """Let the tables hold what they held at the beginning; sequences go on."""
    with transaction.atomic(), connection.cursor() as cursor:
        # Neither foreign keys nor the trail, which lets nobody delete, have a say in this.
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table in _filled(cursor):
            cursor.execute(f'DELETE FROM public."{table}"')
        for table, columns in _copied(cursor):
            cursor.execute(
                f'INSERT INTO public."{table}" ({columns}) SELECT {columns} FROM {COPIES}."{table}"'
            )


def _filled(cursor: Any) -> list[str]:
    """The tables that hold rows."""
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    asked = [
        f"SELECT '{table}' WHERE EXISTS (SELECT FROM public.\"{table}\")"
        for (table,) in cursor.fetchall()
    ]
    cursor.execute(" UNION ALL ".join(asked))
    return [table for (table,) in cursor.fetchall()]


def _copied(cursor: Any) -> list[tuple[str, str]]:
    """The tables that were copied, each with its columns that are not computed from others."""
    cursor.execute(
        "SELECT relname, string_agg(quote_ident(attname), ', ' ORDER BY attnum)"
        " FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid"
        " WHERE relnamespace = 'public'::regnamespace AND attnum > 0"
        " AND NOT attisdropped AND attgenerated = ''"
        " AND relname IN (SELECT tablename FROM pg_tables WHERE schemaname = %s)"
        " GROUP BY relname",
        [COPIES],
    )
    return list(cursor.fetchall())
