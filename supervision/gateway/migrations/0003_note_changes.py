from django.db import migrations

NOTED = (
    ("matter", "matters_matterversion", "id"),
    ("matter", "matters_duty", "version_id"),
    ("plan", "inspections_planitem", "id"),
    ("plan", "inspections_planitempart", "item_id"),
    ("task", "inspections_jointtask", "id"),
    ("task", "inspections_taskpart", "task_id"),
    ("result", "inspections_result", "id"),
    ("result", "inspections_publication", "result_id"),
    ("clue", "clues_clue", "id"),
)
"""Feed, table and the column that names the feed's object."""

OBJECTS = [(kind, table) for kind, table, column in NOTED if column == "id"]

FUNCTION = """
CREATE FUNCTION gateway_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'INSERT INTO gateway_gatewaychange (kind, object_id) SELECT DISTINCT %L, %I FROM changed',
        TG_ARGV[0], TG_ARGV[1]
    );
    RETURN NULL;
END $$
"""


def triggers() -> list[str]:
    return [
        f"CREATE TRIGGER gateway_note_{word.lower()} AFTER {word} ON {table}"
        f" REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT"
        f" EXECUTE FUNCTION gateway_note('{kind}', '{column}')"
        for kind, table, column in NOTED
        for word, rows in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))
    ]


class Migration(migrations.Migration):
    dependencies = (
        ("gateway", "0002_answers_and_feeds"),
        ("clues", "0001_initial"),
        ("inspections", "0003_initial"),
        ("matters", "0001_initial"),
    )

    operations = (
        migrations.RunSQL(
            "CREATE SEQUENCE gateway_feed_position", "DROP SEQUENCE gateway_feed_position"
        ),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION gateway_note CASCADE"),
        migrations.RunSQL(triggers(), migrations.RunSQL.noop),
        # What is there already stands in the feeds from the beginning.
        migrations.RunSQL(
            [
                f"INSERT INTO gateway_gatewaychange (kind, object_id) SELECT '{kind}', id"
                f" FROM {table} ORDER BY id"
                for kind, table in OBJECTS
            ],
            migrations.RunSQL.noop,
        ),
    )
