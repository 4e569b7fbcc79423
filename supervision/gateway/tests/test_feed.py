"""Feeds: nothing is skipped or told twice, whatever commits when; who may not be told is not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clues.models import Clue
from clues.services import intake
from credit.models import Subject
from inspections.models import JointTask
from inspections.tests.result_samples import checked_story
from records.errors import Refused
from supervision.gateway import feed, tasks
from supervision.gateway.feeds import CLUES, FEEDS, TASKS
from supervision.gateway.models import GatewayChange

COUNTY = "411603"


def register(actor: Any, number: int, **facts: Any) -> Clue:
    return intake.register(
        actor, channel="platform", external_number=str(number), content="占用消防通道", **facts
    )


def read_all(cursor: str = "", size: int = 2) -> tuple[list[feed.Change], str]:
    changes: list[feed.Change] = []
    while True:
        page = feed.read(CLUES, COUNTY, cursor, size)
        changes += page.changes
        cursor = page.cursor
        if not page.more:
            return changes, cursor


def test_a_feed_tells_each_object_at_its_last_change(actor) -> None:  # type: ignore[no-untyped-def]
    clues = [register(actor("mzj_clerk"), number) for number in range(5)]
    changes, cursor = read_all()
    assert [change.instance for change in changes] == clues
    Clue.objects.filter(pk__in=[clues[1].pk, clues[3].pk]).update(place="东街")
    Clue.objects.filter(pk=clues[3].pk).update(place="西街")
    changes, cursor = read_all(cursor)
    assert {change.instance.place for change in changes} == {"东街", "西街"}
    assert [change.object_id for change in changes] == [clues[1].pk, clues[3].pk]
    assert read_all(cursor) == ([], cursor)
    assert len(read_all()[0]) == 5
    assert not GatewayChange.objects.filter(kind="clue").exists()


def test_a_confidential_clue_is_never_told(system, actor) -> None:  # type: ignore[no-untyped-def]
    open_one = register(actor("mzj_clerk"), 1)
    register(actor("mzj_clerk"), 2, confidential=True)
    changes, cursor = read_all()
    assert [change.object_id for change in changes] == [open_one.pk]
    Clue.objects.filter(pk=open_one.pk).update(confidential=True)
    later, _ = read_all(cursor)
    assert [(change.object_id, change.instance) for change in later] == [(open_one.pk, None)]
    # Who begins now is told nothing of it, not even that it is gone.
    assert read_all()[0] == []


def test_what_was_never_told_does_not_go(actor) -> None:  # type: ignore[no-untyped-def]
    _, cursor = read_all()
    clue = register(actor("mzj_clerk"), 1)
    Clue.objects.filter(pk=clue.pk).update(confidential=True)
    assert read_all(cursor)[0] == []


def test_other_regions_are_not_told_of(actor) -> None:  # type: ignore[no-untyped-def]
    register(actor("mzj_clerk"), 1)
    assert feed.read(CLUES, "411622", "", 10).changes == []
    assert len(feed.read(CLUES, "4116", "", 10).changes) == 1


@pytest.mark.parametrize("cursor", ["x", "AAAA", "Y2x1ZTox", "bWF0dGVyOjE6MQ", "é", "Y2x1ZTotMTox"])
def test_a_cursor_of_something_else_is_refused(county, cursor) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(Refused):
        feed.read(CLUES, COUNTY, cursor, 10)


@pytest.mark.parametrize("size", ["0", "1001", "0000019999999", "000001" + "9" * 5000, "1.0", ""])
def test_a_page_is_as_large_as_told(system, size) -> None:  # type: ignore[no-untyped-def]
    answer = system.call("GET", f"matters/?page_size={size}")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "page_size"


def test_every_feed_has_a_lock_of_its_own() -> None:
    assert len({each.number for each in FEEDS}) == len({each.kind for each in FEEDS}) == len(FEEDS)


def test_a_renamed_subject_brings_its_tasks_back(county) -> None:  # type: ignore[no-untyped-def]
    checked_story(county)
    task = JointTask.objects.order_by("pk")[0]
    page = feed.read(TASKS, COUNTY, "", 1000)
    assert task.pk in {change.object_id for change in page.changes}
    subject = Subject.objects.filter(pk=task.subject_id)
    subject.update(grade="D", name=task.subject.name)
    assert feed.read(TASKS, COUNTY, page.cursor, 10).changes == []
    subject.update(name="改名后的养老院")
    (change,) = feed.read(TASKS, COUNTY, page.cursor, 10).changes
    assert change.instance == task and change.instance.subject.shown_name == "改名后的养老院"


@pytest.fixture
def writers(actor, transactional_db) -> Iterator[tuple[list[Any], list[Clue]]]:  # type: ignore[no-untyped-def]
    """Three connections, each with two clues of its own that it changes."""
    clues = [register(actor("mzj_clerk"), number) for number in range(6)]
    connections = [connection.copy() for _ in range(3)]
    for each in connections:
        each.set_autocommit(False)
    yield connections, clues
    for each in connections:
        each.close()


STEP = st.tuples(
    st.sampled_from(["change", "change", "commit", "rollback", "read"]), st.integers(0, 2)
)


@pytest.mark.django_db(transaction=True)
def test_transactions_that_commit_out_of_order_skip_and_repeat_nothing(writers) -> None:  # type: ignore[no-untyped-def]
    connections, clues = writers
    seen: dict[int, str] = {}
    positions: list[int] = []
    state = {"cursor": "", "value": 0}

    def read() -> None:
        changes, state["cursor"] = read_all(str(state["cursor"]))
        positions.extend(change.position for change in changes)
        seen.update({change.object_id: change.instance.place for change in changes})

    def act(step: str, writer: int, which: int) -> None:
        own = connections[writer]
        if step == "change":
            state["value"] = int(state["value"]) + 1
            with own.cursor() as cursor:
                cursor.execute(
                    "UPDATE clues_clue SET place = %s WHERE id = %s",
                    [str(state["value"]), clues[2 * writer + which].pk],
                )
        elif step == "commit":
            own.commit()
        elif step == "rollback":
            own.rollback()
        else:
            read()

    @settings(
        max_examples=25,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(steps=st.lists(st.tuples(STEP, st.integers(0, 1)), min_size=4, max_size=25))
    def schedule(steps: list[tuple[tuple[str, int], int]]) -> None:
        for (step, writer), which in steps:
            act(step, writer, which)
        for each in connections:
            each.commit()
        read()
        assert seen == dict(Clue.objects.values_list("pk", "place"))
        assert positions == sorted(set(positions))

    schedule()


@pytest.mark.django_db(transaction=True)
def test_what_began_first_and_commits_last_is_told_last(writers) -> None:  # type: ignore[no-untyped-def]
    (slow, fast, _), clues = writers
    _, cursor = read_all()
    for own, clue in ((slow, clues[0]), (fast, clues[1])):
        with own.cursor() as sql:
            sql.execute("UPDATE clues_clue SET place = 'x' WHERE id = %s", [clue.pk])
    fast.commit()
    first, cursor = read_all(cursor)
    slow.commit()
    second, cursor = read_all(cursor)
    assert [change.object_id for change in first] == [clues[1].pk]
    assert [change.object_id for change in second] == [clues[0].pk]


def test_notes_are_taken_up_without_a_reader(actor) -> None:  # type: ignore[no-untyped-def]
    register(actor("mzj_clerk"), 1)
    assert GatewayChange.objects.filter(kind="clue").exists()
    tasks.sequence()
    assert not GatewayChange.objects.exists()
    assert len(read_all()[0]) == 1
