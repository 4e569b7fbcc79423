from django.contrib.postgres.indexes import GinIndex
from django.db import migrations

from records.search import Grams


class Migration(migrations.Migration):
    dependencies = (
        ("clues", "0002_clock"),
        ("records", "0007_search_grams"),
    )

    operations = (
        migrations.RemoveIndex(model_name="clue", name="clue_title_trigrams"),
        migrations.RemoveIndex(model_name="clue", name="clue_subject_trigrams"),
        migrations.RemoveIndex(model_name="referral", name="letter_title_trigrams"),
        migrations.RemoveIndex(model_name="referral", name="letter_number_trigrams"),
        migrations.AddIndex(
            model_name="clue", index=GinIndex(Grams("title", "subject_name"), name="clue_grams")
        ),
        migrations.AddIndex(
            model_name="referral", index=GinIndex(Grams("title", "number"), name="letter_grams")
        ),
        migrations.AddIndex(
            model_name="riskwarning", index=GinIndex(Grams("title"), name="warning_grams")
        ),
    )
