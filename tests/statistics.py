"""What the database knows of how much is in its tables."""

from __future__ import annotations

from django.db import connection


def analyze() -> None:
    """Let it count anew, as a database in use does by itself.

    Only the platform's own tables: those that all databases of a server share would stay locked
    until the transaction of the tests ends, and whoever else tests would wait for it.
    """
    with connection.cursor() as cursor:
        tables = ", ".join(map(connection.ops.quote_name, connection.introspection.table_names()))
        cursor.execute(f"ANALYZE {tables}")
