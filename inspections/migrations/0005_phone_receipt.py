import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("inspections", "0004_draw_texts"),
    ]

    operations = [
        migrations.CreateModel(
            name="PhoneReceipt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(verbose_name="发送编号")),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="收到时间")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "手机发送回执",
                "verbose_name_plural": "手机发送回执",
                "constraints": [
                    models.UniqueConstraint(fields=("user", "key"), name="phone_receipt_once")
                ],
            },
        ),
    ]
