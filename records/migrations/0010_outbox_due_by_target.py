from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (
        ("contenttypes", "0002_remove_content_type_name"),
        ("records", "0009_outbox_order_and_rounds"),
    )

    operations = (
        migrations.RemoveIndex(model_name="outboxmessage", name="outbox_waiting"),
        migrations.AddIndex(
            model_name="outboxmessage",
            index=models.Index(
                condition=models.Q(("dead_at", None), ("delivered_at", None)),
                fields=["target", "next_attempt_at"],
                name="outbox_due",
            ),
        ),
    )
