"""SQL for migrations of tables whose rows follow a subject that is merged into another (S1)."""

from __future__ import annotations


def referring(table: str) -> tuple[str, str]:
    """SQL that lets whatever is written to a table name the survivor of a merged subject, and SQL
    that ends it. ``refer_to_survivor`` is made by ``credit.0011_duplicates``."""
    begin = f"""
        CREATE TRIGGER {table}_refers_anew BEFORE INSERT ON {table}
            FOR EACH ROW EXECUTE FUNCTION refer_to_survivor();
        CREATE TRIGGER {table}_refers_elsewhere BEFORE UPDATE OF subject_id ON {table}
            FOR EACH ROW WHEN (NEW.subject_id IS DISTINCT FROM OLD.subject_id)
            EXECUTE FUNCTION refer_to_survivor();
    """
    end = f"""
        DROP TRIGGER {table}_refers_anew ON {table};
        DROP TRIGGER {table}_refers_elsewhere ON {table};
    """
    return begin, end
