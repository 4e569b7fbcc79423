from __future__ import annotations

from django.db import migrations

NAMED = (
    ("credit_subject", "subject", ("name", "id_kind")),
    ("matters_matterversion", "matter", ("name",)),
    ("inspections_planitem", "item", ("title",)),
    ("inspections_inspector", "inspector", ("name",)),
)


def _marks(table: str, kind: str, fields: tuple[str, ...]) -> tuple[str, str]:
    """SQL of triggers, one per statement, that mark the rows of a table whose name changes."""
    old = ", ".join(f"o.{name}" for name in fields)
    new = ", ".join(f"n.{name}" for name in fields)
    name = f"{table}_named"
    mark = f"INSERT INTO search_renamed (kind, object_id) SELECT '{kind}'"
    begin = f"""
        CREATE FUNCTION {name}_insert() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            {mark}, id FROM added; RETURN NULL; END $$;
        CREATE TRIGGER {name}_insert AFTER INSERT ON {table} REFERENCING NEW TABLE AS added
            FOR EACH STATEMENT EXECUTE FUNCTION {name}_insert();
        CREATE FUNCTION {name}_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            {mark}, id FROM removed; RETURN NULL; END $$;
        CREATE TRIGGER {name}_delete AFTER DELETE ON {table} REFERENCING OLD TABLE AS removed
            FOR EACH STATEMENT EXECUTE FUNCTION {name}_delete();
        CREATE FUNCTION {name}_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            {mark}, n.id FROM added n JOIN removed o USING (id)
                WHERE ({old}) IS DISTINCT FROM ({new});
            RETURN NULL; END $$;
        CREATE TRIGGER {name}_update AFTER UPDATE ON {table}
            REFERENCING OLD TABLE AS removed NEW TABLE AS added
            FOR EACH STATEMENT EXECUTE FUNCTION {name}_update();
        {mark}, id FROM {table};
    """
    end = "".join(
        f"DROP FUNCTION {name}_{act}() CASCADE;" for act in ("insert", "update", "delete")
    )
    return begin, end


class Migration(migrations.Migration):
    """The database marks names that have to be spelled."""

    dependencies = (
        ("search", "0001_initials"),
        ("credit", "0010_petitions"),
        ("inspections", "0007_emergency_ratification"),
        ("matters", "0001_initial"),
    )

    operations = tuple(migrations.RunSQL(*_marks(*each)) for each in NAMED)
