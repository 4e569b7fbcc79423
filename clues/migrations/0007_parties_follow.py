from django.db import migrations

CLUE = ("received_at", "confidential", "state", "channel", "township_id", "holder_id")
WARNING = (
    *("raised_at", "confidential", "state", "level", "origin"),
    *("owner_id", "township_id", "rule_id"),
)
LETTER = ("created_at", "confidential", "state", "kind", "sender_id", "to_id")


def _of(row: str, fields: tuple[str, ...]) -> str:
    return ", ".join(f"{row}.{name}" for name in fields)


def _set(row: str, fields: tuple[str, ...]) -> str:
    return ", ".join(f"{name} = {row}.{name}" for name in fields)


def _changed(fields: tuple[str, ...]) -> str:
    return f"({_of('OLD', fields)}) IS DISTINCT FROM ({_of('NEW', fields)})"


def follow(
    what: str, party: str, target: str, key: str, fields: tuple[str, ...]
) -> tuple[str, str]:
    """SQL that lets the parties of a table repeat its fields, and SQL that ends it."""
    begin = f"""
        CREATE FUNCTION {what}_party_enters() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            -- Locked, so that the row does not change between being read and repeated.
            SELECT {", ".join(fields)} INTO STRICT {_of("NEW", fields)}
                FROM {target} WHERE id = NEW.{key} FOR NO KEY UPDATE;
            RETURN NEW;
        END $$;
        CREATE TRIGGER {what}_party_enters BEFORE INSERT ON {party}
            FOR EACH ROW EXECUTE FUNCTION {what}_party_enters();

        CREATE FUNCTION {what}_parties_follow() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE {party} SET {_set("NEW", fields)} WHERE {key} = NEW.id;
            RETURN NULL;
        END $$;
        CREATE TRIGGER {what}_parties_follow AFTER UPDATE OF {", ".join(fields)} ON {target}
            FOR EACH ROW WHEN ({_changed(fields)}) EXECUTE FUNCTION {what}_parties_follow();

        UPDATE {party} party SET {_set("target", fields)}
            FROM {target} target WHERE target.id = party.{key};
    """
    end = f"""
        DROP FUNCTION {what}_party_enters CASCADE;
        DROP FUNCTION {what}_parties_follow CASCADE;
    """
    return begin, end


def concerned(row: str) -> str:
    """The departments that see a letter: its sender, and once it is sent those that get it."""
    return f"""
        SELECT DISTINCT department FROM unnest(CASE
            WHEN {row}.sent_at IS NULL OR {row}.state IN ('draft', 'review')
            THEN ARRAY[{row}.sender_id]
            ELSE {row}.sender_id || ({row}.to_id || {row}.copied_to) END) AS department
        WHERE department IS NOT NULL
    """


def enter(row: str, source: str) -> str:
    """SQL that enters the parties of letters."""
    return f"""
        INSERT INTO clues_letterparty (letter_id, department_id, copied, {", ".join(LETTER)})
            SELECT {row}.id, department, department = ANY ({row}.copied_to), {_of(row, LETTER)}
            FROM {source} LATERAL ({concerned(row)}) AS concerned
    """


LETTERS = f"""
    CREATE FUNCTION letter_parties_follow() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        DELETE FROM clues_letterparty
            WHERE letter_id = NEW.id AND department_id NOT IN ({concerned("NEW")});
        {enter("NEW", "")}
            ON CONFLICT (letter_id, department_id)
            DO UPDATE SET copied = EXCLUDED.copied, {_set("EXCLUDED", LETTER)};
        RETURN NULL;
    END $$;
    CREATE TRIGGER letter_parties_enter AFTER INSERT ON clues_referral
        FOR EACH ROW EXECUTE FUNCTION letter_parties_follow();
    CREATE TRIGGER letter_parties_follow
        AFTER UPDATE OF {", ".join((*LETTER, "sent_at", "copied_to"))} ON clues_referral
        FOR EACH ROW WHEN ({_changed((*LETTER, "sent_at", "copied_to"))})
        EXECUTE FUNCTION letter_parties_follow();

    {enter("letter", "clues_referral letter,")};
"""


class Migration(migrations.Migration):
    """The database keeps in the parties what they repeat; see ``clues.models.parties``."""

    dependencies = (("clues", "0006_parties"),)

    operations = (
        migrations.RunSQL(*follow("clue", "clues_clueparty", "clues_clue", "clue_id", CLUE)),
        migrations.RunSQL(
            *follow("warning", "clues_warningparty", "clues_riskwarning", "warning_id", WARNING)
        ),
        migrations.RunSQL(LETTERS, "DROP FUNCTION letter_parties_follow CASCADE;"),
    )
