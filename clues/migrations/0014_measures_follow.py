from importlib import import_module

from django.db import migrations

from credit.referring import referring

concealing = import_module("clues.migrations.0010_concealed_objects").follow


class Migration(migrations.Migration):
    """Confidential measures are on the list of what is concealed, and measures follow a subject
    that is merged into another."""

    dependencies = (
        ("clues", "0013_compulsory_measures"),
        ("credit", "0011_duplicates"),
    )

    operations = (
        migrations.RunSQL(*concealing("compulsorymeasure", "clue_id")),
        migrations.RunSQL(*referring("clues_compulsorymeasure")),
    )
