import datetime as dt
from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clues import stages
from clues.acts.clue import CLUE_ACTS, CLUE_STAGES
from clues.models import Clue, Stop
from clues.rules import clue as rules
from clues.stages import Stage, StagedActs, Stages
from clues.tests.stop_samples import lying_clue, secret_clue
from departments.models import Department
from records import deadlines
from records.actor import SYSTEM
from records.acts import Act
from records.errors import Conflict, NotAllowed, Refused
from records.models import Deadline

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(person):
    return person("mzj_clerk")


@pytest.fixture
def clue(clerk):
    return lying_clue(clerk, "XS-1")


@pytest.fixture
def acts(monkeypatch):
    """The clue's states under acts that anybody may do, so that any course can be taken."""
    monkeypatch.setattr("records.acts.REGISTRY", {})
    return StagedActs(
        "sample",
        Clue,
        (
            Act(code="stay", label="修改", who=lambda *_: True),
            *(
                Act(code=state, label=label, target=state, who=lambda *_: True)
                for state, label in Clue.State.choices
            ),
        ),
        stages=CLUE_STAGES,
    )


def open_main(clue):
    return list(Stop.objects.open().of(clue).filter(code=Stop.MAIN).select_related("deadline"))


def assert_has_owner_and_clock(clue):
    """An open clue lies at exactly one place under one running clock, one at its end nowhere."""
    found = open_main(clue)
    running = deadlines.running_of(clue)
    if not clue.is_open or clue.state == Clue.State.DISPUTED:
        assert found == []
        assert not running.exists()
        return
    (stop,) = found
    assert stop.department_id == clue.holder_id
    assert stop.waits == CLUE_STAGES.by_state[clue.state].waits
    assert stop.deadline.is_running
    assert stop.deadline.department_id == clue.holder_id
    assert [deadline.pk for deadline in running] == [stop.deadline_id]


COURSE = st.lists(
    st.tuples(st.sampled_from([*Clue.State.values, "stay"]), st.integers(0, 3)), max_size=12
)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(course=COURSE)
def test_no_course_of_acts_leaves_a_clue_without_owner_or_clock(clerk, acts, course):
    places = list(Department.objects.filter(region=clerk.department.region).order_by("pk")[:4])
    with transaction.atomic():
        clue = lying_clue(clerk, "XS-course")
        other = lying_clue(clerk, "XS-other")
        for code, place in course:
            with acts.take(SYSTEM, code, clue.pk) as taken:
                taken.holder = places[place]
                taken.outcome = Clue.Outcome.NOTHING
                taken.merged_into = other
            clue.refresh_from_db()
            assert_has_owner_and_clock(clue)
        assert_has_owner_and_clock(other)
        transaction.set_rollback(True)


def test_leaving_a_stage_meets_its_deadline_and_names_who_was_responsible(acts, clue, clerk, actor):
    (first,) = open_main(clue)

    with acts.take(actor("mzj_clerk"), Clue.State.HANDLING, clue.pk):
        pass

    first.refresh_from_db()
    first.deadline.refresh_from_db()
    assert first.left_at is not None
    assert first.deadline.met_at is not None
    assert first.person == clerk


def test_leaving_after_the_limit_is_kept_as_late(acts, clue):
    (first,) = open_main(clue)
    Deadline.objects.filter(pk=first.deadline_id).update(due_at=timezone.now())

    for state in (Clue.State.HANDLING, Clue.State.RETURNED):
        with acts.take(SYSTEM, state, clue.pk):
            pass

    left = Stop.objects.of(clue).exclude(left_at=None).order_by("pk")
    assert [stop.left_late for stop in left] == [True, False]


def test_a_stage_that_does_not_change_keeps_stop_and_clock(acts, clue):
    with acts.take(SYSTEM, Clue.State.HANDLING, clue.pk):
        pass
    (before,) = open_main(clue)

    with acts.take(SYSTEM, Clue.State.SUPPLEMENT, clue.pk):
        pass

    (after,) = open_main(clue)
    assert (after.pk, after.deadline_id) == (before.pk, before.deadline_id)


def test_the_same_work_at_another_department_starts_a_new_clock(acts, clue, person):
    with acts.take(SYSTEM, Clue.State.HANDLING, clue.pk):
        pass
    (before,) = open_main(clue)

    with acts.take(SYSTEM, "stay", clue.pk) as taken:
        taken.holder = person("wjw_head").department

    (after,) = open_main(clue)
    assert after.department == person("wjw_head").department
    assert after.deadline_id != before.deadline_id
    assert after.person is None


def test_who_is_responsible_stays_so_while_the_department_keeps_it(acts, clue, clerk):
    stages.entrust(clue, clerk.pk)

    with acts.take(SYSTEM, Clue.State.HANDLING, clue.pk):
        pass

    assert open_main(clue)[0].person == clerk


def test_a_clock_that_ended_otherwise_is_started_anew(acts, clue):
    deadlines.cancel(clue)

    with acts.take(SYSTEM, "stay", clue.pk):
        pass

    assert open_main(clue)[0].deadline.is_running


def test_a_new_title_is_told_at_the_stop(acts, clue):
    with acts.take(SYSTEM, "stay", clue.pk) as taken:
        taken.title = "改过的标题"

    assert "改过的标题" in open_main(clue)[0].about


def test_a_clue_made_confidential_is_so_at_all_its_stops(acts, clue):
    with acts.take(SYSTEM, Clue.State.HANDLING, clue.pk):
        pass

    with acts.take(SYSTEM, "stay", clue.pk) as taken:
        taken.confidential = True

    assert set(Stop.objects.of(clue).values_list("confidential", flat=True)) == {True}
    assert clue.title not in open_main(clue)[0].about


def test_without_an_owner_the_act_is_refused_and_nothing_remains(clue):
    nobody = Stage(owner=lambda _: None, waits="签收", clock=rules.RECEIVE_DUE)
    orphaned = Stages("clue", {Clue.State.HANDLING: nobody})
    table = replace_stages(orphaned)

    with pytest.raises(Refused, match="没有责任部门"), table.take(SYSTEM, "go", clue.pk):
        pass

    clue.refresh_from_db()
    assert clue.state == Clue.State.RECEIVED
    assert_has_owner_and_clock(clue)


def test_a_disputed_clue_lies_where_its_dispute_lies(acts, clue):
    with acts.take(SYSTEM, Clue.State.DISPUTED, clue.pk):
        pass
    assert open_main(clue) == []

    with acts.take(SYSTEM, Clue.State.HANDLING, clue.pk):
        pass
    assert len(open_main(clue)) == 1


def test_only_the_head_can_do_what_waits_for_the_head(clue):
    signing = Stage(
        owner=lambda c: c.holder_id,
        waits="办理并答复",
        clock=rules.HANDLE_DUE,
        for_head=lambda c: c.answer_proposed,
    )
    table = replace_stages(Stages("clue", {Clue.State.HANDLING: signing}))

    with table.take(SYSTEM, "go", clue.pk):
        pass
    (before,) = open_main(clue)
    with table.take(SYSTEM, "go", clue.pk) as taken:
        taken.answer_proposed = True

    (after,) = open_main(clue)
    assert (before.for_head, after.for_head) == (False, True)
    assert after.pk == before.pk


def test_a_side_stop_is_opened_once_and_handed_over_with_its_clock(clue, clerk, person):
    other = person("wjw_head").department

    def owe(department):
        return stages.open_side(
            SYSTEM,
            clue,
            "tell",
            kind="clue",
            waits="告知反映人",
            department_id=department.pk,
            clock=rules.TELL_DUE,
        )

    first = owe(clerk.department)
    assert owe(clerk.department) == first
    second = owe(other)

    assert Stop.objects.open().of(clue).filter(code="tell").get() == second
    running = deadlines.running_of(clue, rules.TELL_DUE.key)
    assert [deadline.department for deadline in running] == [other]
    stages.close_side(SYSTEM, clue, "tell")
    stages.close_side(SYSTEM, clue, "tell")
    assert not running.all().exists()
    assert len(open_main(clue)) == 1


def test_two_stops_under_one_rule_share_a_clock_until_both_are_left(clue, clerk):
    (main,) = open_main(clue)
    side = stages.open_side(
        SYSTEM,
        clue,
        "again",
        kind="clue",
        waits="另一件",
        department_id=clerk.department_id,
        clock=rules.JUDGE_DUE,
    )
    assert side.deadline_id == main.deadline_id

    stages.close_side(SYSTEM, clue, "again")
    assert deadlines.running_of(clue).count() == 1
    stages.leave(SYSTEM, main)
    assert not deadlines.running_of(clue).exists()


def test_the_clock_may_have_begun_before_the_stage(acts, clue):
    talked_at = timezone.now() - dt.timedelta(days=1)

    with acts.take(SYSTEM, Clue.State.TALKED, clue.pk) as taken:
        taken.talked_at = talked_at

    assert open_main(clue)[0].deadline.started_at == talked_at


def test_what_is_confidential_gets_ids_that_leave_no_gap(clerk):
    before = lying_clue(clerk, "XS-1")
    hidden = secret_clue(clerk, "MX-1")
    after = lying_clue(clerk, "XS-2")

    stops = {clue.pk: open_main(clue)[0] for clue in (before, hidden, after)}
    assert after.pk == before.pk + 1
    assert stops[after.pk].pk == stops[before.pk].pk + 1
    assert stops[after.pk].deadline_id == stops[before.pk].deadline_id + 1
    for row in (hidden, stops[hidden.pk], stops[hidden.pk].deadline):
        assert 2**52 <= row.pk < 2**53


def test_the_database_refuses_a_second_open_stop(clue):
    (stop,) = open_main(clue)
    stop.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        stop.save(force_insert=True)


def test_an_act_costs_a_fixed_number_of_queries(acts, clue, django_assert_max_num_queries):
    with acts.take(SYSTEM, Clue.State.HANDLING, clue.pk):
        pass
    with (
        django_assert_max_num_queries(22),
        acts.take(SYSTEM, Clue.State.RETURNED, clue.pk),
    ):
        pass
    with (
        django_assert_max_num_queries(12),
        acts.take(SYSTEM, "stay", clue.pk),
    ):
        pass


def test_every_open_state_of_a_clue_has_a_stage_or_follows_another():
    without = {
        state
        for state in Clue.OPEN_STATES
        if state not in CLUE_STAGES.by_state and not CLUE_STAGES.follows(Clue(state=state))
    }
    assert without == set()
    assert {act.target for act in CLUE_ACTS.acts if act.target} <= set(Clue.State)


def test_an_act_not_allowed_leaves_the_stop_alone(clue, actor):
    (before,) = open_main(clue)

    with pytest.raises(NotAllowed), CLUE_ACTS.take(actor("nync_clerk"), "handle", clue.pk):
        pass
    with pytest.raises(Conflict), CLUE_ACTS.take(actor("mzj_clerk"), "receive", clue.pk):
        pass

    assert open_main(clue) == [before]
    assert Deadline.objects.get(pk=before.deadline_id).is_running


def replace_stages(other):
    """A table with one act that leads to handling, under other stages."""
    act = replace(CLUE_ACTS["handle"], code="go", sources=(), who=lambda *_: True)
    table = object.__new__(StagedActs)
    for name, value in (
        ("name", "sample"),
        ("model", Clue),
        ("acts", (act,)),
        ("state_field", "state"),
        ("_by_code", {"go": act}),
        ("stages", other),
    ):
        object.__setattr__(table, name, value)
    return table
