"""The demo's sanctions come about through the services and stand at different points."""

from __future__ import annotations

from credit.models import Sanction, Subject
from credit.services import events
from credit.services.directory import upsert_subjects
from credit.services.events import Told
from departments.models import Region
from records import clock
from records.actor import SYSTEM
from supervision.demo.credit_sanctions import load_sanctions
from supervision.demo.directories import SEED, subject_input
from supervision.demo.subjects import generate_subjects


def test_one_is_carried_out_and_one_waits_for_its_head(county: Region) -> None:
    rows = [subject_input(row) for row in generate_subjects(SEED, 60)]
    upsert_subjects(SYSTEM, rows, "演示数据", region_code=county.code)
    firms = Subject.objects.filter(id_kind="uscc", status="open").order_by("pk")[:3]
    today = clock.today()
    events.tell(
        SYSTEM,
        [Told(firm.pk, "dishonest", today, "列入名单", "演示", str(firm.pk)) for firm in firms],
    )
    load_sanctions(county, lambda _: None)
    carried_out, unsigned = Sanction.objects.order_by("created_at")
    assert [part.state for part in carried_out.parts.order_by("state")] == [
        "received",
        "reported",
        "waiting",
    ]
    assert (carried_out.state, unsigned.state) == ("active", "review")
