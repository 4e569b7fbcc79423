from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inspections", "0003_initial")]

    operations = [
        migrations.AddField(
            "draw",
            "obstacle",
            models.CharField(blank=True, max_length=500, verbose_name="自动办理受阻原因"),
        ),
        migrations.AddField(
            "draw",
            "code_key",
            models.CharField(default="", editable=False, max_length=64, verbose_name="代号密钥"),
            preserve_default=False,
        ),
        migrations.AddField(
            "draw", "townships_tsv", models.TextField(blank=True, verbose_name="乡镇街道名单")
        ),
        migrations.AddField(
            "draw", "verifier_py", models.TextField(blank=True, verbose_name="验证程序")
        ),
    ]
