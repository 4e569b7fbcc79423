"""The demo's clues and procedures load through the services and leave nothing lying loose."""

from __future__ import annotations

import pytest
from django.utils import timezone

from clues.models import Clue, CrimeHandover, Dispute, Referral, Refusal, RiskWarning, SharedRecord
from clues.stages import main_stop
from departments.models import Region
from supervision.demo.accounts import ACCOUNTS
from supervision.demo.clues import clue_rows, load_clues
from supervision.demo.county import categories
from supervision.demo.directories import load_directories


def test_rows_name_known_people_kinds_and_channels() -> None:
    usernames = {account.username for account in ACCOUNTS}
    kinds = {category.code for category in categories()}
    for row in clue_rows():
        assert {f"{row.to}_clerk", f"{row.to}_head"} <= usernames
        assert row.category in kinds
        assert row.channel in Clue.Channel.values


def test_every_page_gets_life_and_every_open_clue_an_owner(county: Region) -> None:
    load_directories(county, timezone.localdate(), lambda _: None)
    said: list[str] = []
    load_clues(county, said.append)
    assert said[-1].startswith("线索：")
    present = set(Clue.objects.values_list("state", flat=True))
    assert present == set(Clue.State.values)
    kinds = set(Referral.objects.values_list("kind", flat=True))
    assert len(kinds) >= 12
    for model in (CrimeHandover, Dispute, Refusal, RiskWarning, SharedRecord):
        assert model.objects.exists(), model
    open_clues = Clue.objects.filter(state__in=Clue.OPEN_STATES).exclude(state="disputed")
    assert all(main_stop(clue) is not None for clue in open_clues)
    penalty = SharedRecord.objects.get(source_id__isnull=False)
    assert penalty.title.endswith("行政处罚决定")


@pytest.mark.parametrize("row", clue_rows(), ids=lambda row: row.title)
def test_texts_take_the_subjects_name(row) -> None:  # type: ignore[no-untyped-def]
    assert "{" not in row.title.format(name="甲") + row.content.format(name="甲")
