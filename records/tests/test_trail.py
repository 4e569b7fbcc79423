from importlib import import_module

import pytest
from django.db import DatabaseError, connection, transaction

from records import trail
from records.models import TrailEntry

pytestmark = pytest.mark.django_db


def test_an_entry_copies_names_and_keeps_the_request(actor, person):
    clerk = actor("mzj_clerk")
    target = person("mzj_clerk")

    entry = trail.record(clerk, "account.test", "试一试", target, opinion="理由", after={"a": 1})

    entry.refresh_from_db()
    assert entry.actor_name == target.name
    assert entry.department_name == target.department.name
    assert entry.target == target
    assert (entry.opinion, entry.after) == ("理由", {"a": 1})


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE records_trailentry SET opinion = '改'",
        "DELETE FROM records_trailentry",
    ],
)
def test_the_database_refuses_to_change_the_trail(actor, statement):
    trail.record(actor("mzj_clerk"), "test", "试一试")

    with (
        pytest.raises(DatabaseError, match="留痕只能追加"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert TrailEntry.objects.filter(verb="test", opinion="").count() == 1


def test_the_database_refuses_to_empty_the_trail(actor):
    migration = import_module("records.migrations.0002_trail_is_append_only")
    trail.record(actor("mzj_clerk"), "test", "试一试")
    with connection.cursor() as cursor:
        # TRUNCATE would otherwise stumble over the rows of this very transaction first.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(migration.REFUSE_TRUNCATE)

    with (
        pytest.raises(DatabaseError, match="留痕只能追加"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("TRUNCATE records_trailentry")

    assert TrailEntry.objects.filter(verb="test").exists()


def test_a_snapshot_holds_long_texts_by_hash(person):
    user = person("mzj_clerk")
    user.demo_note = "长" * 3000

    values = trail.snapshot(user)

    assert values["demo_note"].startswith("sha256:")
    assert values["name"] == user.name
