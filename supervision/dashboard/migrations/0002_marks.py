from __future__ import annotations

from django.db import migrations

PUBLICATION = "rule = 'inspections.publication_due'"
"""The clock that says whether a result was published in time."""


def _mark(source: str, row: str, key: str, condition: str = "") -> str:
    where = f" WHERE {condition}" if condition else ""
    return (
        f"INSERT INTO dashboard_touched (source, object_id) SELECT '{source}', {key} "
        f"FROM {row}{where};"
    )


def _marks(
    table: str,
    source: str,
    fields: tuple[str, ...],
    *,
    key: str = "id",
    only: str = "true",
    moved: str = "",
) -> tuple[str, str]:
    """SQL of triggers, one per statement, that mark the rows of a table whose ``fields`` change.

    ``key`` is what the mark names, ``only`` the rows that matter, ``moved`` further marks of an
    update, from its ``changed`` rows.
    """
    old = ", ".join(f"o.{name}" for name in fields)
    new = ", ".join(f"n.{name}" for name in fields)
    name = f"{table}_marks"
    begin = f"""
        CREATE FUNCTION {name}_insert() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            {_mark(source, "added", key, only)} RETURN NULL; END $$;
        CREATE TRIGGER {name}_insert AFTER INSERT ON {table} REFERENCING NEW TABLE AS added
            FOR EACH STATEMENT EXECUTE FUNCTION {name}_insert();
        CREATE FUNCTION {name}_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            {_mark(source, "removed", key, only)} RETURN NULL; END $$;
        CREATE TRIGGER {name}_delete AFTER DELETE ON {table} REFERENCING OLD TABLE AS removed
            FOR EACH STATEMENT EXECUTE FUNCTION {name}_delete();
        CREATE FUNCTION {name}_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            {
        _mark(
            source,
            "added n JOIN removed o USING (id)",
            f"n.{key}",
            f"n.{only} AND ({old}) IS DISTINCT FROM ({new})"
            if only != "true"
            else f"({old}) IS DISTINCT FROM ({new})",
        )
    }
            {moved} RETURN NULL; END $$;
        CREATE TRIGGER {name}_update AFTER UPDATE ON {table}
            REFERENCING OLD TABLE AS removed NEW TABLE AS added
            FOR EACH STATEMENT EXECUTE FUNCTION {name}_update();
    """
    end = "".join(
        f"DROP FUNCTION {name}_{act}() CASCADE;" for act in ("insert", "update", "delete")
    )
    return begin, end


_BOTH = "added n JOIN removed o USING (id)"
TABLES = (
    _marks("matters_matterversion", "matter", ("state", "lead_id", "matter_id")),
    _marks("inspections_planitem", "item", ("state", "lead_id", "plan_id")),
    _marks(
        "inspections_jointtask",
        "task",
        ("state", "lead_id", "region_id", "subject_id", "dispatched_at", "visit_on"),
        # The subject that it is no longer about was visited once less.
        moved=_mark("subject", _BOTH, "o.subject_id", "o.subject_id <> n.subject_id"),
    ),
    _marks("inspections_taskpart", "task", ("task_id", "department_id", "state"), key="task_id"),
    _marks(
        "credit_subject",
        "subject",
        ("status", "grade", "township_id", "region_id"),
        moved=_mark(
            "place",
            _BOTH,
            "n.id",
            "(o.township_id, o.region_id) IS DISTINCT FROM (n.township_id, n.region_id)",
        ),
    ),
    _marks("inspections_result", "result", ("state", "codes", "published_at", "part_id")),
    _marks(
        "records_deadline",
        "result",
        ("met_at", "due_at", "cancelled_at"),
        key="target_id",
        only=PUBLICATION,
    ),
    _marks(
        "clues_clue",
        "clue",
        ("state", "confidential", "region_code", "township_id", "holder_id", "received_at"),
    ),
    _marks(
        "clues_riskwarning",
        "warning",
        ("state", "level", "confidential", "region_code", "township_id", "owner_id"),
    ),
    _marks("clues_receipt", "rating", ("rating", "clue_id")),
)
# A visit or a part that is deleted leads nowhere any more.
_DELETED = """
    CREATE FUNCTION inspections_jointtask_marks_subject() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO dashboard_touched (source, object_id)
            SELECT 'subject', subject_id FROM removed;
        RETURN NULL;
    END $$;
    CREATE TRIGGER inspections_jointtask_marks_subject AFTER DELETE ON inspections_jointtask
        REFERENCING OLD TABLE AS removed
        FOR EACH STATEMENT EXECUTE FUNCTION inspections_jointtask_marks_subject();
    CREATE FUNCTION inspections_taskpart_marks_part() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO dashboard_touched (source, object_id) SELECT 'part', id FROM removed;
        RETURN NULL;
    END $$;
    CREATE TRIGGER inspections_taskpart_marks_part AFTER DELETE ON inspections_taskpart
        REFERENCING OLD TABLE AS removed
        FOR EACH STATEMENT EXECUTE FUNCTION inspections_taskpart_marks_part();
"""
_DELETED_END = (
    "DROP FUNCTION inspections_jointtask_marks_subject() CASCADE;"
    "DROP FUNCTION inspections_taskpart_marks_part() CASCADE;"
)

# What is there already is counted by the first folds.
EXISTING = " ".join(
    f"INSERT INTO dashboard_touched (source, object_id) SELECT '{source}', id FROM {table};"
    for source, table in (
        ("matter", "matters_matterversion"),
        ("item", "inspections_planitem"),
        ("task", "inspections_jointtask"),
        ("subject", "credit_subject"),
        ("clue", "clues_clue"),
        ("warning", "clues_riskwarning"),
    )
)


class Migration(migrations.Migration):
    """The database marks what the counters of the one screen have to look at again."""

    dependencies = (
        ("dashboard", "0001_counters"),
        ("matters", "0001_initial"),
        ("inspections", "0007_emergency_ratification"),
        ("credit", "0010_petitions"),
        ("clues", "0011_website_receipts"),
        ("records", "0008_uploads_clock"),
    )

    operations = (
        *(migrations.RunSQL(begin, end) for begin, end in TABLES),
        migrations.RunSQL(_DELETED, _DELETED_END),
        migrations.RunSQL(EXISTING, migrations.RunSQL.noop),
    )
