from django.db import migrations

FUNCTION = """
CREATE FUNCTION gateway_note_renamed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO gateway_gatewaychange (kind, object_id)
    SELECT 'task', id FROM inspections_jointtask WHERE subject_id = NEW.id;
    RETURN NULL;
END $$
"""

# By row and only where a name or number is written and differs: evaluations, which write grades of
# a million subjects, do not come by here.
TRIGGER = """
CREATE TRIGGER gateway_note_renamed AFTER UPDATE OF name, identifier, id_kind ON credit_subject
FOR EACH ROW WHEN (
    (OLD.name, OLD.identifier, OLD.id_kind) IS DISTINCT FROM (NEW.name, NEW.identifier, NEW.id_kind)
) EXECUTE FUNCTION gateway_note_renamed()
"""


class Migration(migrations.Migration):
    """The feed of tasks shows the subject's name as it is now; results keep the one they were
    published with, and the progress of clues names nobody."""

    dependencies = (
        ("gateway", "0004_push_matters"),
        ("credit", "0001_initial"),
        ("inspections", "0003_initial"),
    )

    operations = (
        migrations.RunSQL(FUNCTION, "DROP FUNCTION gateway_note_renamed CASCADE"),
        migrations.RunSQL(TRIGGER, migrations.RunSQL.noop),
    )
