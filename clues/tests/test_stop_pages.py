"""Inbox, outbox, acts on many, the board: what is shown to whom, and that figures lead to rows."""

import datetime as dt
import io

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from clues import stages
from clues.acts.clue import CLUE_STAGES
from clues.models import Clue, Referral, Stop
from clues.rules import clue as rules
from clues.tests.samples import transferred
from clues.tests.stop_samples import lying_clue, secret_clue
from clues.worklist import MOST, pending_clue_work
from departments.models import Department, FunctionAssignment, Region, User
from departments.roles import Function, Role
from records.actor import SYSTEM
from records.models import Deadline, TrailEntry

pytestmark = pytest.mark.django_db

INBOX, OUTBOX = reverse("clues:inbox"), reverse("clues:outbox")
BOARD, ROWS = reverse("clues:board"), reverse("clues:board-rows")
DAY = dt.timedelta(days=1)


def due_in(clue, days):
    """Move the clock of a clue; None pauses it."""
    due_at = None if days is None else timezone.now() + days * DAY
    Deadline.objects.filter(pk=stages.main_stop(clue).deadline_id).update(due_at=due_at)


def shown(page):
    return [row.stop.about for row in page.context["rows"]]


@pytest.fixture
def holder(person):
    return person("mzj_clerk")


def test_the_inbox_lists_what_waits_at_the_own_department_most_pressing_first(
    client_of, holder, person
):
    late = lying_clue(holder, "XS-1")
    soon = lying_clue(holder, "XS-2")
    paused = lying_clue(holder, "XS-3")
    lying_clue(person("wjw_clerk"), "XS-4")
    due_in(late, -2)
    due_in(soon, 1)
    due_in(paused, None)

    page = client_of("mzj_clerk").get(INBOX)

    assert shown(page) == [str(late), str(soon), str(paused)]


def test_each_tab_leads_to_the_rows_it_counts(client_of, holder):
    for number, days in enumerate((-3, -1, 0, 1, 60, 61, None)):
        due_in(lying_clue(holder, f"XS-{number}"), days)
    client = client_of("mzj_clerk")

    tabs = client.get(INBOX).context["tabs"]

    assert {tab["label"]: tab["count"] for tab in tabs} == {
        "全部": 7,
        "已逾期": 2,
        "今天到期": 1,
        "临近到期": 1,
        "未到期": 2,
        "已暂停": 1,
    }
    for tab in tabs:
        page = client.get(INBOX + tab["url"])
        assert len(shown(page)) == tab["count"] == page.context["total"].value


def test_filters_narrow_the_tabs_with_the_rows(client_of, holder, person):
    mine = lying_clue(holder, "XS-1")
    stages.entrust(mine, holder.pk)
    arrived = lying_clue(
        holder, "XS-2", state=Clue.State.TRANSFERRED, receiver=person("wjw_clerk").department
    )
    client = client_of("mzj_clerk")

    for query, expected in (
        ({"person": "mine"}, [mine]),
        ({"person": "none"}, [arrived]),
        ({"sender": person("wjw_clerk").department_id}, [arrived]),
        ({"about": "XS-2"}, [arrived]),
        ({"kind": "letter"}, []),
        ({"kind": "nonsense", "level": "nonsense"}, [mine, arrived]),
    ):
        page = client.get(INBOX, query)
        assert sorted(shown(page)) == sorted(map(str, expected)), query
        assert page.context["tabs"][0]["count"] == len(expected)


def test_the_outbox_says_who_has_what_was_sent(client_of, holder, person):
    sent = lying_clue(
        person("wjw_clerk"), "XS-1", state=Clue.State.TRANSFERRED, receiver=holder.department
    )
    lying_clue(holder, "XS-2")

    page = client_of("mzj_clerk").get(OUTBOX)

    assert shown(page) == [str(sent)]
    assert page.context["rows"][0].stop.department == person("wjw_clerk").department
    assert client_of("nync_clerk").get(OUTBOX).context["rows"] == []


@pytest.mark.parametrize("address", [INBOX, OUTBOX, ROWS])
def test_pages_by_key_hold_every_row_once_and_the_export_too(client_of, holder, address, person):
    for number in range(120):
        receiver = holder.department if number % 2 else person("wjw_clerk").department
        clue = lying_clue(holder, f"XS-{number:03}", receiver=receiver)
        due_in(clue, number % 7)
        if address == OUTBOX:
            clue.state, clue.holder = Clue.State.TRANSFERRED, person("sfj_head").department
            CLUE_STAGES.enter(SYSTEM, clue)
    client = client_of("xzsp_clerk" if address == ROWS else "mzj_clerk")
    seen, key = [], ""
    while True:
        page = client.get(address, {"after": key} if key else {})
        seen += shown(page)
        key = page.context["page"].next_key
        if not key:
            break

    assert len(seen) == len(set(seen)) == page.context["total"].value
    exported = client.get(address, {"export": "xlsx"})
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(exported))).active
    text = [str(v) for row in sheet.iter_rows(values_only=True) for v in row if v]
    assert [v for v in text if v.startswith("XS-")] == seen


def queries_of(client, address, django_assert_max_num_queries):
    with django_assert_max_num_queries(60) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


@pytest.mark.parametrize(
    ("address", "username"),
    [(INBOX, "mzj_clerk"), (BOARD, "xzsp_head"), (ROWS, "xzsp_head"), ("/", "mzj_clerk")],
)
def test_a_page_costs_the_same_however_much_waits(
    client_of, holder, address, username, django_assert_max_num_queries
):
    client = client_of(username)
    lying_clue(holder, "XS-0")
    client.get(address)
    few = queries_of(client, address, django_assert_max_num_queries)
    for number in range(1, 15):
        lying_clue(holder, f"XS-{number}")

    assert queries_of(client, address, django_assert_max_num_queries) == few


@pytest.mark.parametrize("username", ["system_admin", "xinzhan_officer", "jjz_witness"])
def test_who_works_in_no_department_has_no_inbox(client_of, username):
    for address in (INBOX, OUTBOX, BOARD, ROWS):
        assert client_of(username).get(address).status_code == 403


def test_a_line_leads_to_its_object_and_is_hidden_from_strangers(client_of, holder, monkeypatch):
    clue = lying_clue(holder, "XS-1")
    monkeypatch.setattr(Clue, "get_absolute_url", lambda self: f"/somewhere/{self.pk}/")
    address = reverse("clues:stop", args=[stages.main_stop(clue).pk])

    answer = client_of("mzj_clerk").get(address)

    assert (answer.status_code, answer["Location"]) == (302, f"/somewhere/{clue.pk}/")
    assert client_of("nync_clerk").get(address).status_code == 404


# Acts on many


def test_assigning_shows_what_it_will_do_then_does_it_with_a_trace(client_of, holder, person):
    clues = [lying_clue(holder, f"XS-{number}") for number in range(3)]
    ids = [stages.main_stop(clue).pk for clue in clues[:2]]
    client = client_of("mzj_head")
    address = reverse("clues:stop-bulk", args=["assign"])

    preview = client.post(address, {"selected": ids})
    assert len(preview.context["possible"]) == 2
    assert not Stop.objects.filter(person__isnull=False).exists()
    for _ in range(2):
        client.post(address, {"selected": ids, "confirm": "1", "person": holder.pk})

    assert set(Stop.objects.filter(person=holder).values_list("pk", flat=True)) == set(ids)
    entries = TrailEntry.objects.filter(verb="stop.entrust")
    assert sorted(entry.target_id for entry in entries) == sorted(c.pk for c in clues[:2])


def test_only_a_colleague_can_be_made_responsible(client_of, holder, person):
    stop = stages.main_stop(lying_clue(holder, "XS-1"))
    body = {"selected": [stop.pk], "confirm": "1", "person": person("wjw_clerk").pk}

    answer = client_of("mzj_head").post(reverse("clues:stop-bulk", args=["assign"]), body)

    assert answer.status_code == 422
    assert not Stop.objects.filter(person__isnull=False).exists()


def test_a_confidential_thing_is_entrusted_to_somebody_named_only(client_of, holder, person):
    head = person("mzj_head")
    secret = secret_clue(head, "MX-1")
    body = {"selected": [stages.main_stop(secret).pk], "confirm": "1", "person": holder.pk}
    client = client_of("mzj_head")
    address = reverse("clues:stop-bulk", args=["assign"])

    answer = client.post(address, body, follow=True)
    assert "保密事项只能由知悉人负责" in answer.content.decode()
    client.post(address, body | {"person": head.pk})

    assert stages.main_stop(secret).person == head


@pytest.mark.parametrize("code", ["assign", "receive"])
def test_others_rows_cannot_be_chosen_and_inspectors_choose_none(client_of, holder, code):
    stop = stages.main_stop(lying_clue(holder, "XS-1"))
    address = reverse("clues:stop-bulk", args=[code])

    assert client_of("wjw_head").post(address, {"selected": [stop.pk]}).status_code == 302
    assert client_of("mzj_inspector1").post(address, {"selected": [stop.pk]}).status_code == 403
    assert "data-bulk-form" not in client_of("mzj_inspector1").get(INBOX).content.decode()
    assert client_of("mzj_head").post(reverse("clues:stop-bulk", args=["x"])).status_code == 404


def test_several_arrivals_are_signed_for_at_once(client_of, actor, holder):
    arrived = [
        transferred(actor("wjw_clerk"), actor("wjw_head"), holder.department) for _ in range(2)
    ]
    own = lying_clue(holder, "XS-9")
    ids = [stages.main_stop(clue).pk for clue in (*arrived, own)]
    client = client_of("mzj_clerk")
    address = reverse("clues:stop-bulk", args=["receive"])

    preview = client.post(address, {"selected": ids})
    assert [row.target.about for row in preview.context["skipped"]] == [str(own)]
    for _ in range(2):
        client.post(address, {"selected": ids, "confirm": "1"})

    states = set(Clue.objects.filter(pk__in=[c.pk for c in arrived]).values_list("state"))
    assert states == {(Clue.State.HANDLING,)}
    own.refresh_from_db()
    assert own.state == Clue.State.RECEIVED
    entries = TrailEntry.objects.filter(verb="clue.receive")
    assert entries.count() == 2


# The workbench


def test_the_workbench_shows_own_things_first_and_not_what_a_colleague_does(actor, holder, person):
    late = lying_clue(holder, "XS-1")
    due_in(late, -3)
    mine = lying_clue(holder, "XS-2")
    stages.entrust(mine, holder.pk)
    stages.entrust(lying_clue(holder, "XS-3"), person("mzj_head").pk)
    for_head = lying_clue(holder, "XS-4")
    Stop.objects.filter(target_id=for_head.pk).update(for_head=True)
    prepared = lying_clue(holder, "XS-5")
    stages.entrust(prepared, actor("mzj_clerk").user_id)
    Stop.objects.filter(target_id=prepared.pk).update(for_head=True)

    about = [item.about for item in pending_clue_work(actor("mzj_clerk"))]
    to_sign = [item.about for item in pending_clue_work(actor("mzj_head"))]

    assert about == [str(mine), str(late)]
    assert {str(for_head), str(prepared)} <= set(to_sign)
    assert str(mine) not in to_sign
    assert pending_clue_work(actor("mzj_inspector1")) == []
    assert pending_clue_work(actor("xinzhan_officer")) == []


def test_the_workbench_is_capped_and_leads_to_the_rest(actor, holder):
    for number in range(MOST + 3):
        lying_clue(holder, f"XS-{number}")

    items = pending_clue_work(actor("mzj_clerk"))

    assert len(items) == MOST + 1
    assert items[-1].url == INBOX
    assert f"{MOST + 3} 件" in items[-1].about


# The board


def test_every_figure_of_the_board_is_the_number_of_its_rows(client_of, holder, person):
    for number, (username, days) in enumerate(
        (("mzj_clerk", -2), ("mzj_clerk", 60), ("wjw_clerk", -9), ("wjw_clerk", None))
    ):
        clue = lying_clue(person(username), f"XS-{number}", times_returned=number % 2)
        due_in(clue, days)
    client = client_of("xzsp_head")

    board = client.get(BOARD).context["board"]

    assert board.everything.total == 4
    assert board.everything.by_level["overdue"] == 2
    assert board.everything.returned == 2
    for tally in board.departments:
        query = {"department": tally.key}
        assert client.get(ROWS, query).context["total"].value == tally.total == 2
        for code, many in tally.by_level.items():
            assert client.get(ROWS, query | {"level": code}).context["total"].value == many
        answer = client.get(ROWS, query | {"returned": "on"})
        assert answer.context["total"].value == tally.returned
    (kind,) = board.kinds
    assert client.get(ROWS, {"kind": kind.key}).context["total"].value == kind.total


def test_the_board_tells_how_long_each_stop_took(client_of, holder):
    now = timezone.now()
    for hours in (1, 2, 30):
        clue = lying_clue(holder, f"XS-{hours}")
        stop = stages.main_stop(clue)
        Stop.objects.filter(pk=stop.pk).update(
            entered_at=now - dt.timedelta(hours=hours), left_at=now, left_late=hours > 1
        )
    old = stages.main_stop(lying_clue(holder, "XS-old"))
    Stop.objects.filter(pk=old.pk).update(left_at=now - 91 * DAY, entered_at=now - 99 * DAY)

    (row,) = client_of("xzsp_head").get(BOARD).context["durations"]

    assert (row.waits, row.many, row.late) == ("研判并沟通", 3, 2)
    assert row.median == dt.timedelta(hours=2)
    assert row.longest == dt.timedelta(hours=30)


def test_the_board_is_for_the_overseers(client_of):
    for address in (BOARD, ROWS):
        assert client_of("xzsp_clerk").get(address).status_code == 200
        assert client_of("sfj_head").get(address).status_code == 200
        assert client_of("mzj_head").get(address).status_code == 403


def test_a_row_of_the_board_becomes_a_letter_of_supervision(client_of, holder):
    clue = lying_clue(holder, "XS-1")
    due_in(clue, -3)
    address = reverse("clues:supervise", args=[stages.main_stop(clue).pk])
    assert address in client_of("xzsp_clerk").get(ROWS).content.decode()

    answer = client_of("xzsp_clerk").post(address, {"text": "请于三日内办结。"})
    again = client_of("xzsp_clerk").post(address, {"text": "请于三日内办结。"})

    letter = Referral.objects.get(kind="supervision")
    assert (answer.status_code, answer["Location"]) == (302, letter.get_absolute_url())
    assert letter.to == holder.department
    assert "请于三日内办结。" in letter.body
    assert again.status_code == 422
    assert client_of("sfj_head").get(address).status_code == 403
    assert address not in client_of("sfj_head").get(ROWS).content.decode()
    assert client_of("nync_head").get(address).status_code == 404


def test_a_city_sees_its_counties_and_each_county_itself(client_of, holder, county):
    city = county.parent
    neighbour = Region.objects.create(
        code=f"{city.code}99", name="邻县", full_name="邻县", level="county", parent=city
    )
    other = User.objects.create(
        username="neighbour",
        name="邻县经办",
        roles=[Role.CLERK],
        department=Department.objects.create(region=neighbour, name="邻县民政局"),
    )
    office = Department.objects.create(region=city, name="市政务服务局")
    FunctionAssignment.objects.create(
        region=city, function=Function.COORDINATION, department=office, source="测试"
    )
    User.objects.create(username="city_head", name="市", roles=[Role.HEAD], department=office)
    lying_clue(holder, "XS-1")
    lying_clue(other, "XS-2")

    board = client_of("city_head").get(BOARD).context["board"]

    assert board.everything.total == 2
    assert board.of_several_regions
    own = client_of("xzsp_head").get(BOARD).context["board"]
    assert [tally.region for tally in own.departments] == [county.name]
    rows = client_of("city_head").get(ROWS, {"region": neighbour.pk})
    assert rows.context["total"].value == 1


def test_a_side_stop_of_a_copy_waits_in_the_inbox_of_who_gets_it(client_of, holder, person):
    clue = lying_clue(holder, "XS-1")
    stages.open_side(
        SYSTEM,
        clue,
        "tell",
        kind="clue",
        waits="告知反映人",
        department_id=person("wjw_clerk").department_id,
        clock=rules.TELL_DUE,
        sender_id=holder.department_id,
    )

    (row,) = client_of("wjw_clerk").get(INBOX).context["rows"]

    assert (row.stop.waits, row.stop.about) == ("告知反映人", str(clue))
