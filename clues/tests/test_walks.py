"""Whatever anybody does in whatever order, nothing is ever without owner and clock, nobody is kept
from going on, and nobody does what is not theirs (L1-L12)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from clues.models import Clue, SharingEntry
from clues.rules import warnings as levels
from clues.rules.kinds import FREE_KINDS
from clues.services import campaigns, penalties, visits
from clues.services.clue_emergency import Emergency, register_emergency
from clues.services.warnings import response
from clues.tests import (
    doings,
    joint_samples,
    letter_samples,
    measure_samples,
    samples,
    sharing_samples,
    warning_samples,
)
from clues.tests.samples import at, department, person
from clues.tests.warning_samples import complaints, day, rule
from clues.tests.world import World
from inspections.services import tasks as desk
from inspections.tests.plan_story import matter
from inspections.tests.visit_samples import make_story

pytestmark = pytest.mark.django_db

PARTIES = ("mzj_clerk", "mzj_head", "scjg_clerk", "scjg_head", "wjw_clerk", "wjw_head")
OVERSIGHT = ("xzsp_clerk", "xzsp_head")
OFFICES = ("sfj_clerk", "sfj_head", "bianb_clerk", "bianb_head", "zfb_clerk", "zfb_head")
JUSTICE = ("scjg_inspector1", "gaj_clerk", "gaj_head", "jcy_clerk", "jcy_head")
STRANGERS = ("nync_clerk", "jjz_witness", "xinzhan_officer", "system_admin")


def few(examples: int) -> Callable[[Any], Any]:
    """A few walks, the same each time: other seeds are for looking further, not for submissions."""
    kept = settings(
        max_examples=examples,
        deadline=None,
        # A failure tells the whole course; making it shorter would take longer than reading it.
        phases=(Phase.explicit, Phase.reuse, Phase.generate),
        suppress_health_check=[
            HealthCheck.function_scoped_fixture,
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
        ],
    )
    return lambda test: seed(12)(kept(test))


def walk(
    data: st.DataObject,
    start: Callable[[World], Any],
    rooms: tuple[Callable[..., Any], ...],
    *people: str,
    begins: tuple[Any, ...] = (),
    steps: int = 14,
) -> None:
    """One walk from ``start``, undone at its end."""
    with transaction.atomic():
        cast = [person(each) for each in (*people, *STRANGERS)]
        world = World((), cast, data.draw, begins)
        world.rooms = [room(world.pick) for room in rooms]
        start(world)
        world.walk(steps)
        transaction.set_rollback(True)


ROOMS = (
    doings.clue_room,
    doings.letter_room,
    doings.call_room,
    doings.joint_room,
    doings.part_room,
    doings.visit_room,
    doings.dispute_room,
    doings.crime_room,
    doings.refusal_room,
    doings.penalty_room,
    doings.measure_room,
    doings.campaign_room,
    doings.warning_room,
    doings.entry_room,
    doings.record_room,
    doings.request_room,
)


@pytest.mark.parametrize("room", ROOMS)
def test_every_act_has_somebody_who_does_it_in_the_walks(room: Callable[..., Any]) -> None:
    of = room(lambda among: among[0])
    assert {act.code for act in of.acts.acts} == set(of.does)


CLUE_ROOMS = (
    doings.clue_room,
    doings.clue_room,
    doings.clue_room,
    doings.joint_room,
    doings.part_room,
    doings.dispute_room,
    doings.crime_room,
    doings.letter_room,
    doings.penalty_room,
    doings.refusal_room,
    doings.record_room,
)
"""The clue itself moves more often than what is begun because of it."""

CLUE_BEGINS = (
    doings.begin_joint,
    doings.begin_crime,
    doings.begin_dispute,
    doings.begin_refusal,
    doings.begin_letter,
    doings.begin_penalty,
    doings.begin_sharing,
)


def _received(world: World) -> None:
    samples.make_clue(person("scjg_clerk"))
    samples.make_clue(person("mzj_clerk"))


def _handled(world: World) -> None:
    samples.handling(person("scjg_clerk"), person("scjg_head"), person("mzj_clerk"))
    samples.own_handling(person("scjg_clerk"))


def _secret(world: World) -> None:
    clerk, head = person("scjg_clerk"), person("scjg_head")
    samples.own_handling(clerk, confidential=True, named=(head,))
    samples.make_clue(clerk, confidential=True, named=(head,))


@pytest.mark.parametrize("start", [_received, _handled, _secret])
@few(2)
@given(data=st.data())
def test_a_clue_and_all_that_is_begun_for_it(
    county: Any, start: Callable[[World], None], data: st.DataObject
) -> None:
    def begin(world: World) -> None:
        sharing_samples.entry()
        start(world)

    people = (*PARTIES, *OVERSIGHT, *OFFICES, *JUSTICE)
    walk(data, begin, CLUE_ROOMS, *people, begins=CLUE_BEGINS, steps=16)


@few(2)
@given(data=st.data())
def test_a_clue_on_its_own(county: Any, data: st.DataObject) -> None:
    rooms = (doings.clue_room, doings.clue_room, doings.letter_room)
    walk(data, _received, rooms, *PARTIES, *OVERSIGHT, steps=20)


@few(2)
@given(data=st.data())
def test_an_emergency_and_its_calls(county: Any, data: st.DataObject) -> None:
    def begin(world: World) -> None:
        who = world.pick(("scjg_clerk", "scjg_head", "scjg_inspector1"))
        register_emergency(
            person(who),
            Emergency(
                title="燃气泄漏",
                danger="幸福养老院后厨燃气软管脱落。",
                since=timezone.now(),
                measures="关闭总阀，疏散人员。",
                place="文昌大道 12 号",
                called=[department("民政局"), department("卫健委")],
            ),
        )

    rooms = (doings.call_room, doings.call_room, doings.clue_room, doings.joint_room)
    begins = (doings.begin_joint,)
    walk(data, begin, (*rooms, doings.part_room), *PARTIES, *OVERSIGHT, begins=begins)


BETWEEN = {
    "supervision": ("xzsp_clerk", "mzj_clerk"),
    "cross_region": ("scjg_clerk", "xh_scjg_clerk"),
    "up_down": ("scjg_clerk", "zk_scjg_clerk"),
}
"""Who writes to whom; the other kinds go from civil affairs to health."""


@pytest.mark.parametrize("kind", [*sorted(FREE_KINDS), "outside"])
@few(2)
@given(data=st.data())
def test_a_letter_of_every_kind(county: Any, kind: str, data: st.DataObject) -> None:
    clerk, to = BETWEEN.get(kind, ("mzj_clerk", "wjw_clerk"))

    def begin(world: World) -> None:
        if kind == "outside":
            letter_samples.drafted("appraisal", clerk, None, outside="省检验院")
        else:
            letter_samples.drafted(kind, clerk, to)

    beyond = ("xh_scjg_clerk", "xh_scjg_head", "zk_scjg_clerk", "zk_scjg_head")
    people = (*PARTIES, *OVERSIGHT, "sfj_clerk", "sfj_head", *beyond)
    walk(data, begin, (doings.letter_room,), *people, steps=16)


@few(2)
@given(data=st.data())
def test_joint_verification_with_its_parts(county: Any, data: st.DataObject) -> None:
    rooms = (doings.joint_room, doings.part_room, doings.part_room, doings.clue_room)

    def begin(world: World) -> None:
        joint_samples.opened(None, "mzj_clerk", "scjg_clerk")

    walk(data, begin, rooms, *PARTIES, *OVERSIGHT, steps=16)


@few(2)
@given(data=st.data())
def test_a_clue_joins_a_visit(county: Any, data: st.DataObject) -> None:
    def begin(world: World) -> None:
        task = make_story(county, codes=("MZJ", "WJW", "SCJG")).dispatch(timezone.localdate())[0]
        clue = joint_samples.clue_at("wjw_clerk", subject=task.subject)
        visits.propose(person("wjw_clerk"), clue.pk, task.pk, "一并查医务室")
        if world.pick((True, False)):
            desk.cancel(person("mzj_head"), task.pk, "对象停业")

    walk(data, begin, (doings.visit_room, doings.clue_room), *PARTIES, *OVERSIGHT, steps=10)


@few(3)
@given(data=st.data())
def test_a_penalty(county: Any, data: st.DataObject) -> None:
    def begin(world: World) -> None:
        penalties.enter(person("scjg_clerk"), joint_samples.penalty_data())
        joint_samples.fined("wjw_clerk", "wjw_head", number="淮卫罚〔2025〕8号", act="另一行为")

    walk(data, begin, (doings.penalty_room,), *PARTIES, steps=10)


@few(3)
@given(data=st.data())
def test_a_measure(county: Any, data: st.DataObject) -> None:
    def begin(world: World) -> None:
        freeze = {"kind": "freeze", "items": [measure_samples.item(unit="元")]}
        clue = samples.own_handling(
            person("scjg_clerk"), confidential=True, named=(person("scjg_head"),)
        )
        measure_samples.in_force(clue=clue)
        measure_samples.in_force("wjw", **freeze)
        measure_samples.urgent("wjw", document="2号")
        measure_samples.applied()

    walk(data, begin, (doings.measure_room,), *PARTIES, steps=16)


@few(3)
@given(data=st.data())
def test_a_campaign(county: Any, data: st.DataObject) -> None:
    def begin(world: World) -> None:
        matter(category="nursing-home")
        campaigns.propose(
            person(world.pick(("wjw_clerk", "wjw_head"))),
            title="养老机构食堂专项检查",
            reason="近三个月食堂类投诉明显上升。",
            categories=["nursing-home"],
        )

    walk(data, begin, (doings.campaign_room,), *PARTIES, *OVERSIGHT, steps=8)


@pytest.mark.parametrize("origin", ["platform", "national"])
@few(2)
@given(data=st.data())
def test_a_warning(county: Any, origin: str, data: st.DataObject) -> None:
    def begin(world: World) -> None:
        matter(category="nursing-home")
        level = world.pick((levels.MINOR, levels.SERIOUS, levels.MAJOR))
        if origin == "national":
            response.from_above(
                person("xzsp_clerk"),
                origin="national",
                external_number="GJ-2026-7",
                level=level,
                title="养老机构食品安全风险",
                content="监测发现同批次食材不合格。",
                owner=department("民政局"),
            )
            return
        with at("2026-11-20 09:00") as now:
            complaints(warning_samples.subject(), [day("11-10"), day("11-11"), day("11-12")])
            warning_samples.raised(rule(level=level), now)
        Clue.objects.all().delete()

    rooms = (doings.warning_room, doings.campaign_room)
    walk(data, begin, rooms, *PARTIES, *OVERSIGHT)


@few(4)
@given(data=st.data())
def test_sharing_by_the_catalogue_and_on_request(county: Any, data: st.DataObject) -> None:
    def begin(world: World) -> None:
        way = world.pick((SharingEntry.Way.PLATFORM, SharingEntry.Way.LETTER))
        sharing_samples.record(sharing_samples.entry("民政局", "卫健委", way=way))
        sharing_samples.sent_request()

    rooms = (doings.entry_room, doings.record_room, doings.request_room, doings.request_room)
    walk(data, begin, rooms, *PARTIES, begins=(doings.begin_sharing,), steps=16)
