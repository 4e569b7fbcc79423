"""Finding the duplicates of a new clue, against reading all clues."""

from __future__ import annotations

from django.db import connection

from clues.likeness import bands
from clues.selectors.clues import similar
from clues.services.intake import text_of
from clues.tests.intake_samples import CONTENT
from tests.benchmark.clue_rows import CLERK, COORDINATION, actor
from tests.benchmark.measure import Report, database_seconds, seconds, sql_seconds

TITLE = "敬老院食堂卫生差"


def run(size: int) -> Report:
    """Measure on a filled database of ``size`` clues, among them one that is alike."""
    report = Report("clue_duplicates", size)
    text = text_of(TITLE, CONTENT)
    compared = sql_seconds(
        "SELECT id FROM clues_clue WHERE similarity(content, %s) > 0.5", [CONTENT], repeats=3
    )
    with connection.cursor() as cursor:
        cursor.execute("SET enable_bitmapscan = off")
    scanned = sql_seconds("SELECT id FROM clues_clue WHERE bands && %s", [bands(text)], repeats=3)
    with connection.cursor() as cursor:
        cursor.execute("RESET enable_bitmapscan")
    for who in (CLERK, COORDINATION):
        person = actor(who)

        def search(person=person):  # type: ignore[no-untyped-def]
            return similar(
                person,
                title=TITLE,
                content=CONTENT.replace("三天", "四天"),
                subject_name="穗禾第7号店",
                phone="13800001234",
            )

        found = search()
        assert any(each.likeness > 0.8 for each in found)
        name = f"{person.department_name}: database"
        ours = database_seconds(search)
        report.add(name, ours, "scanning all bands", scanned, 0.01)
        report.add(name, ours, "comparing all texts", compared, 0.01)
        whole = seconds(search)
        report.add(f"{name} and Python", whole, "comparing all texts", compared, 0.01)
    return report
