from django.db import migrations, models

# Trials from before are compared with the grades that hold as this is applied.
FILL = """
UPDATE credit_assessment a
SET held = CASE WHEN i.matter_id IS NULL THEN s.grade ELSE COALESCE((
    SELECT t.grade FROM credit_standing t WHERE t.subject_id = s.id AND t.matter_id = i.matter_id
), '-') END
FROM credit_evaluation e, credit_indicatorset i, credit_subject s
WHERE e.id = a.evaluation_id AND e.kind = 'trial' AND i.id = e.by_set_id AND s.id = a.subject_id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("credit", "0011_duplicates"),
    ]

    operations = [
        migrations.AddField(
            model_name="assessment",
            name="held",
            field=models.CharField(
                blank=True, db_default="", max_length=1, verbose_name="当时等级"
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
