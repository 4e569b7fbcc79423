"""The demo county's pair that waits for a decision can be merged."""

from __future__ import annotations

import pytest

from credit.models import DuplicatePair, Subject
from credit.services import merging
from credit.services.directory import upsert_subjects
from credit.services.events import Told, tell
from credit.services.lookalikes import compare_due
from credit.tests.entries import entries
from records import clock
from records.actor import SYSTEM
from supervision.demo import duplicates

pytestmark = pytest.mark.django_db


def test_the_pair_looks_alike_and_can_be_merged(county, actor) -> None:
    upsert_subjects(SYSTEM, entries(200), "演示数据", region_code=county.code)
    facts = [
        Told(pk, "late_report", clock.today(), "未按期报送年度报告", "test", str(pk))
        for pk in Subject.objects.values_list("pk", flat=True)
    ]
    tell(SYSTEM, facts)
    duplicates.load_duplicates(county, lambda _: None)
    compare_due()
    pair = DuplicatePair.objects.get(state="proposed")
    assert pair.reasons == ["hand", "name", "address"]
    survivor = merging.approve(actor("fgw_head"), pair.pk)
    assert survivor.identifier.startswith("91")
    assert survivor.credit_events.count() == 2
