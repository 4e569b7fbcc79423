"""The list of confidential objects that the database keeps is complete at every moment."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clues.models import Clue, Concealable, ConcealedObject, Referral, Stop
from clues.services.knowledge import name_people
from clues.tests.letter_samples import drafted
from clues.tests.samples import make_clue
from records.actor import SYSTEM

pytestmark = pytest.mark.django_db

KINDS = [
    model for model in apps.get_app_config("clues").get_models() if issubclass(model, Concealable)
]
QUIET = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def entered() -> set[tuple[int, int, int | None]]:
    return set(ConcealedObject.objects.values_list("target_type_id", "target_id", "clue_id"))


def confidential() -> set[tuple[int, int, int | None]]:
    return {
        (ContentType.objects.get_for_model(kind).pk, row.pk, getattr(row, "clue_id", None))
        for kind in KINDS
        for row in kind._default_manager.filter(confidential=True)
    }


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_the_triggers(kind: type[Concealable]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal",
            [kind._meta.db_table],
        )
        triggers = {name for (name,) in cursor.fetchall()}
    name = kind._meta.model_name
    wanted = ("enters_confidential", "becomes_confidential", "becomes_known", "goes_confidential")
    assert triggers >= {f"{name}_{each}" for each in wanted}


@QUIET
@given(data=st.data())
def test_it_follows_every_change(actor: Any, data: st.DataObject) -> None:
    yes_or_no = st.booleans()
    with transaction.atomic():
        clerk, head = actor("mzj_clerk"), actor("mzj_head")
        clues = [
            make_clue(clerk),
            make_clue(clerk, confidential=True, named=(head,)),
        ]
        letter = drafted(clue=clues[0])
        assert entered() == confidential() != set()
        for _ in range(4):
            for clue in clues:
                Clue.objects.filter(pk=clue.pk).update(confidential=data.draw(yes_or_no))
            Referral.objects.filter(pk=letter.pk).update(
                confidential=data.draw(yes_or_no),
                clue=data.draw(st.sampled_from([None, *clues])),
            )
            Stop.objects.filter(clue=clues[0]).update(confidential=data.draw(yes_or_no))
            letter.refresh_from_db()
            letter.save()
            assert entered() == confidential()
        Stop.objects.filter(clue=clues[0]).delete()
        Referral.objects.filter(pk=letter.pk).delete()
        assert entered() == confidential()
        transaction.set_rollback(True)


def test_who_is_named_for_a_clue_knows_what_is_concealed_with_it(actor: Any, person: Any) -> None:
    clue = make_clue(actor("mzj_clerk"))
    letter = drafted(clue=clue)
    for rows in (Clue.objects.filter(pk=clue.pk), Referral.objects.filter(pk=letter.pk)):
        rows.update(confidential=True)
    name_people(clue, [person("mzj_head").pk])
    hidden = ConcealedObject.objects.hidden_from
    assert not hidden(actor("mzj_head")).exists()
    assert not hidden(SYSTEM).exists()
    assert set(hidden(actor("xzsp_head")).values_list("target_id", flat=True)) == {
        clue.pk,
        letter.pk,
    }
