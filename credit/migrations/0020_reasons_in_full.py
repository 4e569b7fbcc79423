from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("credit", "0019_white_list_notices"),
    ]

    operations = [
        migrations.AlterField(
            model_name="sanction",
            name="informed_how",
            field=models.TextField(blank=True, verbose_name="告知方式和日期"),
        ),
    ]
