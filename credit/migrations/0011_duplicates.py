import django.contrib.postgres.fields
import django.core.serializers.json
import django.db.models.deletion
from django.db import migrations, models

import records.clock
from credit.referring import referring

REFER = """
CREATE FUNCTION refer_to_survivor() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    survivor bigint;
BEGIN
    -- Waits for a merge of the subject that is under way.
    SELECT merged_into_id INTO survivor FROM credit_subject
        WHERE id = NEW.subject_id FOR KEY SHARE;
    NEW.subject_id := coalesce(survivor, NEW.subject_id);
    RETURN NEW;
END $$;
"""
COMPARE = """
CREATE FUNCTION compare_new_subjects() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO credit_uncompared (subject_id) SELECT id FROM fresh ORDER BY id
        ON CONFLICT (subject_id) DO NOTHING;
    RETURN NULL;
END $$;
CREATE FUNCTION compare_changed_subject() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Locks a row that is there, so that nobody compares what is not committed yet.
    INSERT INTO credit_uncompared (subject_id) VALUES (NEW.id)
        ON CONFLICT (subject_id) DO UPDATE SET subject_id = excluded.subject_id;
    RETURN NULL;
END $$;
CREATE TRIGGER subject_is_new AFTER INSERT ON credit_subject
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION compare_new_subjects();
CREATE TRIGGER subject_is_changed
    AFTER UPDATE OF identifier, name, address, township_id, status ON credit_subject
    FOR EACH ROW WHEN (
        (OLD.identifier, OLD.name, OLD.address, OLD.township_id, OLD.status)
        IS DISTINCT FROM
        (NEW.identifier, NEW.name, NEW.address, NEW.township_id, NEW.status)
    ) EXECUTE FUNCTION compare_changed_subject();
INSERT INTO credit_uncompared (subject_id) SELECT id FROM credit_subject;
"""
NO_MORE = """
DROP FUNCTION compare_changed_subject CASCADE;
DROP FUNCTION compare_new_subjects CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("credit", "0010_petitions"),
        ("departments", "0002_functions_of_other_bodies"),
    ]

    operations = [
        migrations.CreateModel(
            name="DuplicatePair",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "reasons",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=15),
                        size=None,
                        verbose_name="相似之处",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("found", "待核实"),
                            ("proposed", "合并待批准"),
                            ("merged", "已合并"),
                            ("dismissed", "不是同一对象"),
                            ("obsolete", "已失效"),
                        ],
                        default="found",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                (
                    "found_at",
                    models.DateTimeField(default=records.clock.now, verbose_name="发现时间"),
                ),
                (
                    "taken",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        default=list,
                        size=None,
                        verbose_name="采用被合并对象的内容",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="合并理由")),
                ("proposed_by", models.CharField(blank=True, max_length=60, verbose_name="提出人")),
                ("proposed_at", models.DateTimeField(null=True, verbose_name="提出时间")),
                ("decided_by", models.CharField(blank=True, max_length=60, verbose_name="决定人")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="决定时间")),
                ("decision", models.CharField(blank=True, max_length=300, verbose_name="决定理由")),
            ],
            options={
                "verbose_name": "疑似重复对象",
                "verbose_name_plural": "疑似重复对象",
                "ordering": ("-id",),
            },
        ),
        migrations.CreateModel(
            name="MovedRows",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("model", models.CharField(max_length=60, verbose_name="模型")),
                ("field", models.CharField(max_length=40, verbose_name="字段")),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("moved", "随并入移动"),
                            ("changed", "移动并办结"),
                            ("dropped", "与保留对象的重复，不再保留"),
                            ("kept", "留在原对象"),
                        ],
                        max_length=10,
                        verbose_name="处理",
                    ),
                ),
                (
                    "ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), size=None, verbose_name="编号"
                    ),
                ),
                (
                    "before",
                    models.JSONField(
                        default=list,
                        encoder=django.core.serializers.json.DjangoJSONEncoder,
                        verbose_name="原来的内容",
                    ),
                ),
            ],
            options={
                "verbose_name": "合并移动的记录",
                "verbose_name_plural": "合并移动的记录",
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="SubjectKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("value", models.BigIntegerField(verbose_name="键")),
            ],
            options={
                "verbose_name": "相似键",
                "verbose_name_plural": "相似键",
            },
        ),
        migrations.CreateModel(
            name="SubjectMerge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(default=records.clock.now, verbose_name="时间")),
                ("proposed_by", models.CharField(max_length=60, verbose_name="提出人")),
                ("decided_by", models.CharField(max_length=60, verbose_name="批准人")),
                ("reason", models.CharField(max_length=300, verbose_name="理由")),
                (
                    "before",
                    models.JSONField(
                        encoder=django.core.serializers.json.DjangoJSONEncoder,
                        verbose_name="合并前的内容",
                    ),
                ),
            ],
            options={
                "verbose_name": "监管对象合并",
                "verbose_name_plural": "监管对象合并",
                "ordering": ("-id",),
            },
        ),
        migrations.CreateModel(
            name="Uncompared",
            fields=[
                (
                    "subject",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="credit.subject",
                    ),
                ),
            ],
            options={
                "verbose_name": "待比对对象",
                "verbose_name_plural": "待比对对象",
            },
        ),
        migrations.AddField(
            model_name="subject",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged",
                to="credit.subject",
                verbose_name="并入",
            ),
        ),
        migrations.AlterField(
            model_name="subject",
            name="status",
            field=models.CharField(
                choices=[
                    ("open", "在业"),
                    ("closed", "停业"),
                    ("deregistered", "注销"),
                    ("revoked", "吊销"),
                    ("moved", "迁出"),
                    ("merged", "已合并"),
                ],
                default="open",
                max_length=15,
                verbose_name="状态",
            ),
        ),
        migrations.AddConstraint(
            model_name="subject",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("merged_into__isnull", False), ("status", "merged")),
                    models.Q(models.Q(("status", "merged"), _negated=True), ("merged_into", None)),
                    _connector="OR",
                ),
                name="merged_subject_names_survivor",
            ),
        ),
        migrations.AddConstraint(
            model_name="subject",
            constraint=models.CheckConstraint(
                condition=models.Q(("merged_into", models.F("id")), _negated=True),
                name="not_merged_into_itself",
            ),
        ),
        migrations.AddField(
            model_name="duplicatepair",
            name="first",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="credit.subject",
            ),
        ),
        migrations.AddField(
            model_name="duplicatepair",
            name="region",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="departments.region",
                verbose_name="区划",
            ),
        ),
        migrations.AddField(
            model_name="duplicatepair",
            name="second",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="credit.subject"
            ),
        ),
        migrations.AddField(
            model_name="duplicatepair",
            name="survivor",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="credit.subject",
                verbose_name="保留的对象",
            ),
        ),
        migrations.AddField(
            model_name="subjectkey",
            name="subject",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="credit.subject",
            ),
        ),
        migrations.AddField(
            model_name="subjectmerge",
            name="merged",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merge",
                to="credit.subject",
            ),
        ),
        migrations.AddField(
            model_name="subjectmerge",
            name="pair",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="credit.duplicatepair",
            ),
        ),
        migrations.AddField(
            model_name="subjectmerge",
            name="survivor",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merges",
                to="credit.subject",
            ),
        ),
        migrations.AddField(
            model_name="movedrows",
            name="merge",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="rows",
                to="credit.subjectmerge",
            ),
        ),
        migrations.AddIndex(
            model_name="duplicatepair",
            index=models.Index(fields=["region", "state", "-id"], name="duplicate_pair_listed"),
        ),
        migrations.AddConstraint(
            model_name="duplicatepair",
            constraint=models.UniqueConstraint(
                fields=("first", "second"), name="duplicate_pair_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="duplicatepair",
            constraint=models.CheckConstraint(
                condition=models.Q(("first__lt", models.F("second"))),
                name="duplicate_pair_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="duplicatepair",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("survivor", None),
                    ("survivor", models.F("first")),
                    ("survivor", models.F("second")),
                    _connector="OR",
                ),
                name="duplicate_survivor_is_one_of_them",
            ),
        ),
        migrations.AddIndex(
            model_name="subjectkey",
            index=models.Index(fields=["value", "subject"], name="subject_key_value"),
        ),
        migrations.RunSQL(REFER, "DROP FUNCTION refer_to_survivor CASCADE;"),
        migrations.RunSQL(COMPARE, NO_MORE),
        *(
            migrations.RunSQL(*referring(f"credit_{table}"))
            for table in (
                *("creditevent", "sanction", "whitelistentry", "adjustment", "subjectlabel"),
                *("stale", "petition"),
            )
        ),
    ]
