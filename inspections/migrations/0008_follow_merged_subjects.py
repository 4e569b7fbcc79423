from django.db import migrations

from credit.referring import referring


class Migration(migrations.Migration):
    """Visits and recusals follow a subject that is merged into another."""

    dependencies = (
        ("inspections", "0007_emergency_ratification"),
        ("credit", "0011_duplicates"),
    )

    operations = tuple(
        migrations.RunSQL(*referring(f"inspections_{table}")) for table in ("jointtask", "recusal")
    )
