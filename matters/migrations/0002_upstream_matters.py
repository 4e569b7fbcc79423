import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import records.clock


class Migration(migrations.Migration):
    dependencies = [
        ("departments", "0002_functions_of_other_bodies"),
        ("matters", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="UpstreamMatter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("issuer", models.CharField(max_length=12, verbose_name="发布区划代码")),
                ("code", models.CharField(max_length=60, verbose_name="上级事项编码")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("new", "待认领"),
                            ("changed", "有变化"),
                            ("withdrawn", "上级已取消，待处理"),
                            ("claimed", "已认领"),
                            ("declined", "不认领"),
                            ("ended", "上级已取消"),
                        ],
                        default="new",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("settled", models.PositiveIntegerField(null=True, verbose_name="已处理版本")),
                (
                    "told_at",
                    models.DateTimeField(default=records.clock.now, verbose_name="最近收到"),
                ),
                (
                    "matter",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="upstream",
                        to="matters.matter",
                        verbose_name="本地区事项",
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
                "verbose_name": "上级事项",
                "verbose_name_plural": "上级事项",
            },
        ),
        migrations.CreateModel(
            name="UpstreamVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="版本")),
                ("withdrawn", models.BooleanField(default=False, verbose_name="取消")),
                ("name", models.CharField(max_length=100, verbose_name="事项名称")),
                ("subjects_text", models.TextField(blank=True, verbose_name="监管对象")),
                ("content", models.TextField(blank=True, verbose_name="主要任务")),
                ("legal_bases", models.TextField(blank=True, verbose_name="法律依据")),
                (
                    "exercise_level",
                    models.CharField(blank=True, max_length=30, verbose_name="行使层级"),
                ),
                ("lead", models.CharField(blank=True, max_length=100, verbose_name="牵头部门")),
                (
                    "partners",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=100),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="配合部门",
                    ),
                ),
                ("document", models.CharField(blank=True, max_length=100, verbose_name="文号")),
                ("source", models.CharField(max_length=40, verbose_name="报送系统")),
                (
                    "told_at",
                    models.DateTimeField(default=records.clock.now, verbose_name="收到时间"),
                ),
                (
                    "matter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="matters.upstreammatter",
                    ),
                ),
            ],
            options={
                "verbose_name": "上级事项版本",
                "verbose_name_plural": "上级事项版本",
                "ordering": ("-number",),
            },
        ),
        migrations.AddField(
            model_name="upstreammatter",
            name="latest",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="matters.upstreamversion",
                verbose_name="最新版本",
            ),
        ),
        migrations.AddConstraint(
            model_name="upstreamversion",
            constraint=models.UniqueConstraint(
                fields=("matter", "number"), name="upstream_version_once"
            ),
        ),
        migrations.AddIndex(
            model_name="upstreammatter",
            index=models.Index(
                fields=["region", "state", "-told_at"], name="matters_ups_region__ce5c99_idx"
            ),
        ),
        migrations.AddConstraint(
            model_name="upstreammatter",
            constraint=models.UniqueConstraint(
                fields=("region", "issuer", "code"), name="upstream_matter_once"
            ),
        ),
    ]
