import django.db.models.deletion
from django.db import migrations, models

import records.clock


class Migration(migrations.Migration):
    dependencies = [
        ("gateway", "0001_clients"),
    ]

    operations = [
        migrations.AlterField(
            model_name="gatewayclient",
            name="name",
            field=models.CharField(max_length=40, unique=True, verbose_name="名称"),
        ),
        migrations.AlterField(
            model_name="gatewayrefusal",
            name="address",
            field=models.GenericIPAddressField(null=True, verbose_name="来源地址"),
        ),
        migrations.CreateModel(
            name="GatewayChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=10)),
                ("object_id", models.BigIntegerField()),
            ],
            options={
                "verbose_name": "待编号的变更",
                "verbose_name_plural": "待编号的变更",
                "indexes": [
                    models.Index(fields=["kind", "id"], name="gateway_gat_kind_ae1c79_idx")
                ],
            },
        ),
        migrations.CreateModel(
            name="GatewayFeedRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=10)),
                ("object_id", models.BigIntegerField()),
                ("region_code", models.CharField(max_length=12)),
                ("position", models.BigIntegerField()),
                ("shown_since", models.BigIntegerField(null=True)),
            ],
            options={
                "verbose_name": "变更流",
                "verbose_name_plural": "变更流",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "object_id"), name="gateway_feed_object_once"
                    ),
                    models.UniqueConstraint(
                        fields=("kind", "position"), name="gateway_feed_position_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GatewayAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=128, verbose_name="幂等键")),
                ("fingerprint", models.CharField(max_length=64, verbose_name="请求摘要")),
                ("status", models.PositiveSmallIntegerField(verbose_name="状态码")),
                ("body", models.TextField(verbose_name="应答")),
                ("at", models.DateTimeField(default=records.clock.now, verbose_name="时间")),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="gateway.gatewayclient",
                    ),
                ),
            ],
            options={
                "verbose_name": "已作应答",
                "verbose_name_plural": "已作应答",
                "indexes": [models.Index(fields=["at"], name="gateway_gat_at_b2df23_idx")],
                "constraints": [
                    models.UniqueConstraint(fields=("client", "key"), name="gateway_answer_once")
                ],
            },
        ),
    ]
