import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import records.clock


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("departments", "0002_functions_of_other_bodies"),
    ]

    operations = [
        migrations.CreateModel(
            name="GatewayClient",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60, unique=True, verbose_name="名称")),
                ("contact", models.CharField(max_length=100, verbose_name="联系人和电话")),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("subjects:write", "报送监管对象"),
                                ("clues:write", "报送线索"),
                                ("warnings:write", "报送预警"),
                                ("credit:write", "报送信用记录"),
                                ("matters:read", "获取监管事项"),
                                ("plans:read", "获取检查计划"),
                                ("tasks:read", "获取联合检查任务"),
                                ("results:read", "获取检查结果"),
                                ("clues:read", "获取线索办理进度"),
                            ],
                            max_length=20,
                        ),
                        size=None,
                        verbose_name="权限范围",
                    ),
                ),
                (
                    "networks",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=43),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="允许的网段",
                    ),
                ),
                (
                    "calls_per_minute",
                    models.PositiveIntegerField(default=300, verbose_name="每分钟调用次数"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("active", "启用"), ("suspended", "已停用")],
                        default="active",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=records.clock.now, editable=False, verbose_name="登记时间"
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="departments.region",
                        verbose_name="区划",
                    ),
                ),
            ],
            options={
                "verbose_name": "接入系统",
                "verbose_name_plural": "接入系统",
                "ordering": ("name",),
            },
        ),
        migrations.CreateModel(
            name="GatewayAllowance",
            fields=[
                (
                    "client",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="allowance",
                        serialize=False,
                        to="gateway.gatewayclient",
                    ),
                ),
                ("paid_until", models.DateTimeField()),
            ],
            options={
                "verbose_name": "调用额度",
                "verbose_name_plural": "调用额度",
            },
        ),
        migrations.CreateModel(
            name="GatewayKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key_id", models.CharField(max_length=40, unique=True, verbose_name="密钥编号")),
                (
                    "algorithm",
                    models.CharField(
                        choices=[("hmac-sha256", "HMAC-SHA-256"), ("hmac-sm3", "HMAC-SM3")],
                        max_length=12,
                        verbose_name="算法",
                    ),
                ),
                ("secret", models.TextField(editable=False, verbose_name="密钥（加密）")),
                (
                    "valid_from",
                    models.DateTimeField(default=records.clock.now, verbose_name="启用时间"),
                ),
                (
                    "valid_until",
                    models.DateTimeField(blank=True, null=True, verbose_name="到期时间"),
                ),
                (
                    "revoked_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="吊销时间"),
                ),
                (
                    "last_used_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="最近使用"),
                ),
                (
                    "last_used_from",
                    models.GenericIPAddressField(blank=True, null=True, verbose_name="最近来源"),
                ),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="keys",
                        to="gateway.gatewayclient",
                    ),
                ),
            ],
            options={
                "verbose_name": "接入密钥",
                "verbose_name_plural": "接入密钥",
                "ordering": ("-id",),
            },
        ),
        migrations.CreateModel(
            name="GatewayNonce",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("nonce", models.CharField(max_length=64)),
                ("expires_at", models.DateTimeField()),
                (
                    "key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="gateway.gatewaykey",
                    ),
                ),
            ],
            options={
                "verbose_name": "已用随机数",
                "verbose_name_plural": "已用随机数",
            },
        ),
        migrations.CreateModel(
            name="GatewayRefusal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("address", models.GenericIPAddressField(verbose_name="来源地址")),
                ("reason", models.CharField(max_length=30, verbose_name="原因")),
                ("hour", models.DateTimeField(verbose_name="时段")),
                ("calls", models.PositiveIntegerField(default=1, verbose_name="次数")),
                ("last_at", models.DateTimeField(verbose_name="最近一次")),
                (
                    "client",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="refusals",
                        to="gateway.gatewayclient",
                        verbose_name="接入系统",
                    ),
                ),
            ],
            options={
                "verbose_name": "被拒绝的调用",
                "verbose_name_plural": "被拒绝的调用",
                "ordering": ("-last_at", "-id"),
            },
        ),
        migrations.AddConstraint(
            model_name="gatewayclient",
            constraint=models.CheckConstraint(
                condition=models.Q(("calls_per_minute__gte", 1)), name="gateway_client_may_call"
            ),
        ),
        migrations.AddIndex(
            model_name="gatewaynonce",
            index=models.Index(fields=["expires_at"], name="gateway_gat_expires_482d7f_idx"),
        ),
        migrations.AddConstraint(
            model_name="gatewaynonce",
            constraint=models.UniqueConstraint(fields=("key", "nonce"), name="gateway_nonce_once"),
        ),
        migrations.AddIndex(
            model_name="gatewayrefusal",
            index=models.Index(fields=["hour"], name="gateway_gat_hour_6afdac_idx"),
        ),
        migrations.AddConstraint(
            model_name="gatewayrefusal",
            constraint=models.UniqueConstraint(
                fields=("client", "address", "reason", "hour"),
                name="gateway_refusal_once",
                nulls_distinct=False,
            ),
        ),
    ]
