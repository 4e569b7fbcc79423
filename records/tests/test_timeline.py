import datetime as dt
import io

import pytest
import time_machine
from django.template.loader import render_to_string

from records import evidence, trail
from records.selectors import timeline
from records.tests.test_evidence import PNG

pytestmark = pytest.mark.django_db
START = dt.datetime(2026, 2, 13, 9, 30, tzinfo=dt.UTC)


def test_a_timeline_names_files_and_tells_only_waiting_that_was_one(actor, person) -> None:
    clerk, target = actor("mzj_clerk"), person("mzj_clerk")
    with time_machine.travel(START, tick=False) as clock:
        trail.record(clerk, "clue.register", "登记线索", target)
        clock.shift(30)
        evidence.keep(clerk, target, io.BytesIO(PNG), "现场.png", label="登记材料")
        clock.shift(60)
        trail.record(clerk, "clue.handle", "由本部门办理", target)
    handled, kept, registered = timeline(target, files_of=target)
    assert (registered.since_previous, kept.since_previous) == (None, None)
    assert handled.since_previous == dt.timedelta(minutes=1)
    assert kept.verb == "上传登记材料"
    assert [file.name for file in kept.attachments] == ["现场.png"]
    assert handled.attachments == ()
    # A page that does not show all files of the object names none of them.
    assert all(not entry.attachments for entry in timeline(target))
    assert "登记材料" not in str(timeline(target))


@pytest.mark.parametrize(("length", "folded"), [(300, 0), (301, 1)])
def test_a_long_opinion_is_folded_and_there_in_full(length: int, folded: int) -> None:
    opinion = "议" * length
    entry = {"at": START, "verb": "签署意见", "opinion": opinion}
    shown = render_to_string("components/timeline.html", {"entries": [entry]})
    assert shown.count(f"全文 {length} 字") == shown.count("<details") == folded
    assert shown.count(opinion) == 1
