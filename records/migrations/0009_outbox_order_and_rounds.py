"""Order, rounds and giving up of messages, and how each receiving system is doing."""

from django.db import migrations, models

import records.models.outbox

# Foreign keys are checked at once: no index is made while a check is pending.
_NUMBER = """
SET CONSTRAINTS ALL IMMEDIATE;
UPDATE records_outboxmessage SET place = numbered.place, round_attempts = attempts
FROM (SELECT id, row_number() OVER (ORDER BY created_at, id) AS place
      FROM records_outboxmessage) AS numbered
WHERE numbered.id = records_outboxmessage.id;
SELECT setval('records_outbox_place', (SELECT count(*) + 1 FROM records_outboxmessage), false);
SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):
    dependencies = (("records", "0008_uploads_clock"),)

    operations = (
        migrations.RunSQL(
            "CREATE SEQUENCE records_outbox_place", "DROP SEQUENCE records_outbox_place"
        ),
        migrations.CreateModel(
            name="OutboxCircuit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("target", models.CharField(max_length=40, verbose_name="接收系统")),
                (
                    "region_code",
                    models.CharField(blank=True, max_length=12, verbose_name="行政区划"),
                ),
                ("failures", models.PositiveIntegerField(default=0, verbose_name="连续失败次数")),
                ("rests_until", models.DateTimeField(null=True, verbose_name="暂停至")),
                ("failed_at", models.DateTimeField(null=True, verbose_name="最近失败时间")),
                ("answered_at", models.DateTimeField(null=True, verbose_name="最近正常应答时间")),
                (
                    "last_error",
                    models.CharField(blank=True, max_length=500, verbose_name="最近失败原因"),
                ),
            ],
            options={"verbose_name": "对外通道", "verbose_name_plural": "对外通道"},
        ),
        migrations.AddConstraint(
            model_name="outboxcircuit",
            constraint=models.UniqueConstraint(
                fields=("target", "region_code"), name="outbox_circuit_once"
            ),
        ),
        migrations.AddField(
            model_name="outboxmessage",
            name="thread",
            field=models.CharField(blank=True, default="", max_length=80, verbose_name="先后次序"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="outboxmessage",
            name="place",
            field=models.BigIntegerField(
                db_default=records.models.outbox.NextPlace(),
                editable=False,
                verbose_name="序号",
            ),
        ),
        migrations.AddField(
            model_name="outboxmessage",
            name="round_attempts",
            field=models.PositiveIntegerField(default=0, verbose_name="本轮尝试次数"),
        ),
        migrations.AddField(
            model_name="outboxmessage",
            name="receipt",
            field=models.CharField(blank=True, default="", max_length=100, verbose_name="回执号"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="outboxmessage",
            name="given_up_at",
            field=models.DateTimeField(null=True, verbose_name="放弃时间"),
        ),
        migrations.AddField(
            model_name="outboxmessage",
            name="given_up_because",
            field=models.CharField(blank=True, default="", max_length=300, verbose_name="放弃理由"),
            preserve_default=False,
        ),
        migrations.RunSQL(_NUMBER, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="outboxmessage",
            index=models.Index(
                condition=models.Q(
                    ("delivered_at", None),
                    ("given_up_at", None),
                    models.Q(("thread", ""), _negated=True),
                ),
                fields=["target", "thread", "place"],
                name="outbox_threads",
            ),
        ),
    )
