"""The demo's objections and repairs come about by services and stand at different points."""

from __future__ import annotations

from credit.models import CreditEvent, Petition, Subject
from credit.services import events
from credit.services.directory import upsert_subjects
from credit.services.events import Told
from departments.models import Region
from records import clock
from records.actor import SYSTEM
from records.periods import months_before
from supervision.demo.credit_petitions import load_petitions
from supervision.demo.directories import SEED, subject_input
from supervision.demo.subjects import generate_subjects


def test_one_is_verified_one_granted_and_one_waits(county: Region) -> None:
    rows = [subject_input(row) for row in generate_subjects(SEED, 60)]
    upsert_subjects(SYSTEM, rows, "演示数据", region_code=county.code)
    Subject.objects.filter(id_kind="uscc").update(grade="B", status="open")
    day = months_before(clock.today(), 6)
    events.tell(
        SYSTEM,
        [
            Told(firm.pk, "penalty", day, "罚款", "行政处罚决定公示", str(firm.pk), 20_000)
            for firm in Subject.objects.filter(id_kind="uscc").order_by("pk")[:3]
        ],
    )
    load_petitions(county, lambda _: None)
    found = Petition.objects.order_by("created_at").values_list("kind", "state", "outcome")
    assert list(found) == [
        ("repair", "closed", "granted"),
        ("objection", "verifying", ""),
        ("repair", "entered", ""),
    ]
    ended = CreditEvent.objects.get(until__isnull=False)
    assert ended.until is not None and ended.until < clock.today()
