import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("gateway", "0003_note_changes"),
    ]

    operations = [
        migrations.AlterField(
            model_name="gatewayclient",
            name="scopes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("subjects:write", "报送监管对象"),
                        ("clues:write", "报送线索"),
                        ("warnings:write", "报送预警"),
                        ("credit:write", "报送信用记录"),
                        ("matters:write", "下发上级监管事项"),
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
    ]
