from django.db import migrations

CREATE = """
CREATE FUNCTION search_grams(words text) RETURNS text[]
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1000
    RETURN (
        SELECT c || ARRAY(
            SELECT one || next FROM unnest(c, c[2:]) AS pair (one, next) WHERE next IS NOT NULL
        )
        FROM (SELECT string_to_array(upper(words), NULL) AS c) AS characters
    );
"""


class Migration(migrations.Migration):
    """The characters of a text and its pairs of neighbouring ones; see ``records.search``."""

    dependencies = (("records", "0006_clock"),)

    operations = (migrations.RunSQL(CREATE, "DROP FUNCTION search_grams(text);"),)
