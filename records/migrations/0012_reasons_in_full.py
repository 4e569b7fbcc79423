from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0011_words_in_full"),
    ]

    operations = [
        migrations.AlterField(
            model_name="outboxmessage",
            name="given_up_because",
            field=models.TextField(blank=True, verbose_name="放弃理由"),
        ),
    ]
