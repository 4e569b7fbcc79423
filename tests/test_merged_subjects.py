"""Every relation to a subject has a rule for the day it is merged into another."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection

from credit.models import Subject
from credit.services.references import REFERENCES, Decision


def relations() -> set[tuple[str, str]]:
    """Every relation of every model to subjects, by model and field."""
    return {
        (model._meta.label, field.name)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and field.related_model is Subject
    }


def test_every_relation_to_a_subject_has_a_rule() -> None:
    assert not relations() - REFERENCES.keys(), "say what becomes of them in merge_rules.py"
    assert not REFERENCES.keys() - relations(), "rules for what does not exist"


@pytest.mark.django_db
def test_what_moves_follows_by_triggers_too() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
            " WHERE p.proname = 'refer_to_survivor' GROUP BY 1 HAVING count(*) = 2"
        )
        followed = {row[0] for row in cursor.fetchall()}
    moved = {
        apps.get_model(label)._meta.db_table
        for (label, field), reference in REFERENCES.items()
        if reference.decision is Decision.MOVE and field == "subject"
    }
    assert followed == moved | {"credit_stale"}
