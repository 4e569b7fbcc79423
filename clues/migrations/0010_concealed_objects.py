from django.db import migrations

WITH_CLUE = (
    *("stop", "referral", "riskwarning", "campaign", "crimehandover", "dispute", "refusal"),
    *("jointverification", "verificationpart", "cluevisit", "penalty", "sharedrecord"),
)
WITHOUT = ("sharingentry", "sharingrequest")
CLUE_OF = {"clue": "id", **dict.fromkeys(WITH_CLUE, "clue_id"), **dict.fromkeys(WITHOUT, "NULL")}

FUNCTIONS = """
    CREATE FUNCTION conceal(kind text, target bigint, clue bigint) RETURNS void
    LANGUAGE plpgsql AS $$
    DECLARE
        target_type integer;
    BEGIN
        SELECT id INTO STRICT target_type FROM django_content_type
            WHERE app_label = 'clues' AND model = kind;
        INSERT INTO clues_concealedobject (target_type_id, target_id, clue_id)
            VALUES (target_type, target, clue)
            ON CONFLICT (target_type_id, target_id) DO UPDATE SET clue_id = EXCLUDED.clue_id;
    END $$;
    CREATE FUNCTION no_longer_conceal() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        DELETE FROM clues_concealedobject USING django_content_type kind
            WHERE kind.app_label = 'clues' AND kind.model = TG_ARGV[0]
            AND target_type_id = kind.id AND target_id = OLD.id;
        RETURN NULL;
    END $$;
"""


def follow(kind: str, clue: str) -> tuple[str, str]:
    """SQL that enters the confidential rows of a table, and SQL that ends it."""
    table, of_row = f"clues_{kind}", clue if clue == "NULL" else f"NEW.{clue}"
    columns = "confidential" if clue in ("NULL", "id") else f"confidential, {clue}"
    begin = f"""
        CREATE FUNCTION conceal_{kind}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM conceal('{kind}', NEW.id, {of_row});
            RETURN NULL;
        END $$;
        CREATE TRIGGER {kind}_enters_confidential AFTER INSERT ON {table}
            FOR EACH ROW WHEN (NEW.confidential) EXECUTE FUNCTION conceal_{kind}();
        CREATE TRIGGER {kind}_becomes_confidential AFTER UPDATE OF {columns} ON {table}
            FOR EACH ROW WHEN (NEW.confidential) EXECUTE FUNCTION conceal_{kind}();
        CREATE TRIGGER {kind}_becomes_known AFTER UPDATE OF confidential ON {table}
            FOR EACH ROW WHEN (OLD.confidential AND NOT NEW.confidential)
            EXECUTE FUNCTION no_longer_conceal('{kind}');
        CREATE TRIGGER {kind}_goes_confidential AFTER DELETE ON {table}
            FOR EACH ROW WHEN (OLD.confidential) EXECUTE FUNCTION no_longer_conceal('{kind}');
        SELECT conceal('{kind}', id, {clue}) FROM {table} WHERE confidential;
    """
    return begin, f"DROP FUNCTION conceal_{kind} CASCADE;"


class Migration(migrations.Migration):
    """The database keeps the list of what is confidential; see ``clues.models.concealed``."""

    dependencies = (("clues", "0009_listed_by_place"),)

    operations = (
        migrations.RunSQL(
            FUNCTIONS, "DROP FUNCTION no_longer_conceal CASCADE; DROP FUNCTION conceal CASCADE;"
        ),
        *(migrations.RunSQL(*follow(kind, clue)) for kind, clue in CLUE_OF.items()),
    )
