from django.db import migrations

from credit.referring import referring


class Migration(migrations.Migration):
    """What is about a subject follows it when it is merged into another."""

    dependencies = (
        ("clues", "0011_website_receipts"),
        ("credit", "0011_duplicates"),
    )

    operations = tuple(
        migrations.RunSQL(*referring(f"clues_{table}"))
        for table in ("clue", "riskwarning", "crimehandover", "referral", "penalty")
    )
