from django.db import migrations, models

import records.clock


class Migration(migrations.Migration):
    dependencies = (("records", "0007_search_grams"),)

    operations = (
        migrations.AlterField(
            model_name="upload",
            name="uploaded_at",
            field=models.DateTimeField(
                default=records.clock.now, editable=False, verbose_name="上传时间"
            ),
        ),
    )
