from django.db import migrations

REFUSE = """
CREATE FUNCTION trail_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '留痕只能追加，不能修改、删除或清空' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER trail_refuse_rows BEFORE UPDATE OR DELETE ON records_trailentry
    FOR EACH ROW EXECUTE FUNCTION trail_refuse_change();
"""
REFUSE_TRUNCATE = """
CREATE TRIGGER trail_refuse_truncate BEFORE TRUNCATE ON records_trailentry
    FOR EACH STATEMENT EXECUTE FUNCTION trail_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = (("records", "0001_initial"),)

    operations = (
        migrations.RunSQL(
            REFUSE,
            "DROP TRIGGER trail_refuse_rows ON records_trailentry; "
            "DROP FUNCTION trail_refuse_change CASCADE;",
        ),
        migrations.RunSQL(
            REFUSE_TRUNCATE, "DROP TRIGGER trail_refuse_truncate ON records_trailentry;"
        ),
    )
