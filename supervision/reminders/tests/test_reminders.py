"""Reminders on given days; the autumn of 2026: 25 to 27 September off (Mid-Autumn), 20 September
and 10 October worked, 1 to 7 October off (National Day)."""

from __future__ import annotations

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clues.services import clue_secrecy
from clues.tests.samples import make_clue, moment
from departments.models import RuleValue
from records import clock, deadlines
from records.models import Deadline
from supervision.reminders.models import Reminder
from supervision.reminders.services import count_unread, look, remind, unread

pytestmark = pytest.mark.django_db

MONDAY = moment("2026-09-21 10:00")
NEWS = "/news/"


@pytest.fixture
def clue(county, actor):
    """Received on a Monday by the coordination office's neighbour, to be judged by Thursday."""
    with clock.at(MONDAY):
        return make_clue(actor("scjg_clerk"), received_at=MONDAY)


def on(text):
    with clock.at(moment(text)):
        return remind()


def stages(clue):
    deadline = Deadline.objects.get(
        target_type=ContentType.objects.get_for_model(clue), target_id=clue.pk
    )
    return list(
        Reminder.objects.filter(deadline=deadline).order_by("pk").values_list("stage", flat=True)
    )


def test_each_stage_is_told_once_on_its_day(clue):
    told = []
    for text in (
        "2026-09-23 09:00",
        "2026-09-23 18:00",
        "2026-09-24 00:01",
        "2026-09-24 23:59",
        "2026-09-25 00:01",
        # Three working days late: 28, 29 and 30 September are over on 1 October.
        "2026-09-30 23:00",
        "2026-10-01 00:01",
        "2026-10-08 09:00",
    ):
        on(text)
        told.append((text[5:10], stages(clue)))
    assert told == [
        ("09-23", ["soon"]),
        ("09-23", ["soon"]),
        ("09-24", ["soon", "today"]),
        ("09-24", ["soon", "today"]),
        ("09-25", ["soon", "today", "overdue"]),
        ("09-30", ["soon", "today", "overdue"]),
        ("10-01", ["soon", "today", "overdue", "escalated"]),
        ("10-08", ["soon", "today", "overdue", "escalated"]),
    ]


def test_an_extension_begins_anew_and_what_is_met_is_left_alone(clue, actor):
    on("2026-09-24 09:00")
    deadline = Deadline.objects.get(target_id=clue.pk)
    with clock.at(moment("2026-09-24 10:00")):
        deadlines.extend(actor("scjg_head"), deadline.pk, 5, "案情复杂")
    assert on("2026-09-25 09:00") == 0
    assert not Reminder.objects.standing().exists()

    # Five working days more: 28, 29 and 30 September, 8 and 9 October.
    assert on("2026-10-08 09:00") == 1
    assert on("2026-10-10 09:00") == 1
    assert Reminder.objects.standing().count() == 2
    with clock.at(moment("2026-10-10 10:00")):
        deadlines.meet(clue, deadline.rule)
    assert on("2026-11-02 09:00") == 0


def test_who_is_told_what(clue, actor):
    def told(username):
        return set(Reminder.objects.visible_to(actor(username)).values_list("stage", flat=True))

    for text in ("2026-09-23 09:00", "2026-09-24 09:00", "2026-09-25 09:00"):
        on(text)
    assert told("scjg_clerk") == {"soon", "today", "overdue"}
    assert told("scjg_head") == {"today", "overdue"}
    assert told("xzsp_head") == set()
    on("2026-10-09 09:00")
    assert told("xzsp_head") == told("xzsp_clerk") == {"escalated"}
    for other in ("mzj_clerk", "xh_xzsp_head", "audit_admin"):
        assert told(other) == set(), other


def test_a_region_says_when_it_goes_up(clue, county):
    RuleValue.objects.create(
        region=county,
        key="reminders.escalate",
        value=1,
        source="区督查办法",
    )
    on("2026-09-28 23:00")
    assert "escalated" not in stages(clue)
    on("2026-09-29 00:01")
    assert "escalated" in stages(clue)


def test_what_is_concealed_is_nobodys_news(clue, actor, client_of):
    on("2026-10-09 09:00")
    head, office = actor("scjg_head"), actor("xzsp_head")
    assert count_unread(office, 9) == 1
    with clock.at(moment("2026-10-09 10:00")):
        clue_secrecy.conceal(head, clue.pk, "涉及举报人安全")
    assert count_unread(office, 9) == 0
    assert clue.title not in client_of("xzsp_head").get(NEWS).content.decode()
    assert count_unread(head, 9) > 0


def test_the_bell_counts_what_came_since_the_last_look(clue, actor, client_of):
    clerk = actor("scjg_clerk")
    on("2026-09-23 09:00")
    assert unread(clerk, 9) == 1
    with clock.at(moment("2026-09-23 10:00")):
        look(clerk)
        look(clerk)
    assert unread(clerk, 9) == 0
    on("2026-09-24 09:00")
    assert unread(clerk, 9) == 1

    client = client_of("scjg_clerk")
    assert 'class="badge-count">1<' in client.get("/").content.decode()
    page = client.get(NEWS).content.decode()
    assert clue.title in page
    assert 'class="badge-count"' not in client.get("/").content.decode()


def test_filters_and_export(clue, client_of):
    for text in ("2026-09-23 09:00", "2026-09-24 09:00"):
        on(text)
    client = client_of("scjg_clerk")
    assert len(client.get(NEWS, {"stage": "today"}).context["rows"]) == 1
    assert len(client.get(NEWS, {"open": "on"}).context["rows"]) == 2
    assert client.get(NEWS, {"export": "xlsx"}).status_code == 200


def test_more_reminders_cost_no_more_queries(county, actor, client_of):
    client = client_of("scjg_clerk")
    client.get(NEWS)
    costs = []
    for more in (1, 6):
        with clock.at(MONDAY):
            for _ in range(more):
                make_clue(actor("scjg_clerk"), received_at=MONDAY)
        on("2026-09-24 09:00")
        with CaptureQueriesContext(connection) as queries:
            client.get(NEWS)
        costs.append(len(queries))
    assert costs[0] == costs[1]
