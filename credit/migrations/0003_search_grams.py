from django.contrib.postgres.indexes import GinIndex
from django.db import migrations

from records.search import Grams


class Migration(migrations.Migration):
    dependencies = (
        ("credit", "0002_initial"),
        ("records", "0007_search_grams"),
    )

    operations = (
        migrations.RemoveIndex(model_name="subject", name="subject_name_trigrams"),
        migrations.AddIndex(
            model_name="subject", index=GinIndex(Grams("name"), name="subject_grams")
        ),
    )
