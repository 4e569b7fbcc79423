from django.contrib.postgres.indexes import GinIndex
from django.db import migrations

from records.search import Grams


class Migration(migrations.Migration):
    dependencies = (
        ("inspections", "0004_selected_visits"),
        ("records", "0007_search_grams"),
    )

    operations = (
        migrations.RemoveIndex(model_name="publication", name="publication_trigrams"),
        migrations.RemoveField(model_name="publication", name="search_text"),
        migrations.AddIndex(
            model_name="publication",
            index=GinIndex(
                Grams("subject_name", "subject_identifier", "matter_name", "department_name"),
                name="publication_grams",
            ),
        ),
    )
