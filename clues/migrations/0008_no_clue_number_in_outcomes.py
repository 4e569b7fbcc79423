from django.db import migrations


class Migration(migrations.Migration):
    """Take out of warnings the number of the clue that came of them: the clue may be concealed.
    The page shows it to whoever sees the clue."""

    dependencies = (("clues", "0007_parties_follow"),)

    operations = (
        migrations.RunSQL(
            "UPDATE clues_riskwarning SET outcome_text = '已登记线索' WHERE outcome = 'clue'",
            migrations.RunSQL.noop,
        ),
    )
