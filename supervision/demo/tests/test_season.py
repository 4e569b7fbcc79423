"""The demo's season came about through the services: its draws verify, its figures are not 0."""

from __future__ import annotations

import datetime as dt
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from clues.models import CompulsoryMeasure
from credit.services.directory import upsert_subjects
from departments.models import Region
from inspections import draw as dr
from inspections.models import Draw, JointTask, PlanItem, Rectification, Result
from inspections.services import draws
from matters.models import Matter, MatterVersion, UpstreamMatter
from records import clock, outbox_content, periods
from records.actor import SYSTEM
from records.models import Deadline, OutboxMessage
from records.workdays import SHANGHAI
from supervision.dashboard import rollups
from supervision.dashboard.board import board
from supervision.demo.credit import load_policy
from supervision.demo.directories import SEED, load_inspectors, subject_input
from supervision.demo.inspectors import generate_inspectors
from supervision.demo.season import ITEMS, SeasonCast, load_season
from supervision.demo.subjects import generate_subjects

VERIFIER = Path(dr.__file__).with_name("verify.py")
NURSING_HOMES = 19
_FIGURES = ("matters", "plan", "visits", "joint", "coverage", "problems", "in-time", "to-accept")
_FIGURES += ("on-site", "published", "unpublished")


@pytest.fixture
def season(county: Region) -> Iterator[Region]:
    """The county in the middle of September, with a season behind it and some of it ahead."""
    with clock.at(dt.datetime(2026, 9, 15, 10, tzinfo=SHANGHAI)):
        _load(county)
        yield county


def _load(county: Region) -> None:
    with clock.at(periods.ago(clock.now(), days=400)):
        subjects = [subject_input(row) for row in generate_subjects(SEED, 2_000)]
        upsert_subjects(SYSTEM, subjects, "演示数据", region_code=county.code)
    load_inspectors(county, generate_inspectors(SEED, clock.today()))
    load_policy(county, lambda _: None)
    load_season(county, lambda _: None)


def test_a_season_is_there_and_its_draws_verify(season: Region, actor, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    numbers = set(Matter.objects.values_list("number", flat=True))
    assert numbers == {row.matter for row in ITEMS} and NURSING_HOMES not in numbers
    assert all(v.state == "in_force" for v in MatterVersion.objects.all())
    assert {item.state for item in PlanItem.objects.all()} == {"published"}
    assert Counter(UpstreamMatter.objects.values_list("state", flat=True)) == {"new": 2}

    done = Draw.objects.filter(state=Draw.State.DONE).order_by("number")
    assert Draw.objects.filter(state=Draw.State.ANNOUNCED).count() == 1
    assert len(done) == 3
    for draw in done:
        path = tmp_path / f"{draw.number}.zip"
        path.write_bytes(draws.bundle(draw))
        ran = [sys.executable, "-I", VERIFIER, path, "--commit", draw.commit_hash]
        assert subprocess.run(ran, capture_output=True, timeout=60).returncode == 0
        assert draw.counts["changes"]["total"] == 0

    tasks = Counter(JointTask.objects.values_list("state", flat=True))
    assert 10 <= tasks.total() <= 40
    assert {"closed", "in_progress", "notified", "scheduled", "dispatched"} <= tasks.keys()
    results = Counter(Result.objects.values_list("state", flat=True))
    assert results["corrected"] == 1 and results["published"] > 40 and results["draft"]
    clocks = Deadline.objects.filter(rule="inspections.publication_due", met_at__isnull=False)
    assert [c.met_at > c.due_at for c in clocks].count(True) == 1
    mending = Rectification.objects.values_list("state", "overdue_on")
    assert {(state, bool(day)) for state, day in mending} >= {("done", False), ("running", True)}

    closed, standing = CompulsoryMeasure.objects.order_by("pk")
    assert (closed.state, closed.extended_days, closed.tests.count()) == ("closed", 15, 1)
    assert (standing.state, standing.urgent) == ("in_force", True)
    kept = Deadline.objects.filter(rule__startswith="clues.measure", met_at__isnull=False)
    assert kept and all(clock.met_at <= clock.due_at for clock in kept)

    # Whatever went out is shown to the office in words: no field and no code as machines read it.
    office = actor("xzsp_head")
    for message in OutboxMessage.objects.all():
        for name, value in outbox_content.told(office, message):
            assert not name.isascii(), (message.topic, name)
            assert not re.fullmatch("[a-z_]+", value), (message.topic, name, value)

    rollups.fold_all()
    tiles = board(actor("xzsp_head")).tiles
    assert not {key for key in _FIGURES if not tiles[key].part}


@pytest.mark.parametrize("day", ["2026-01-05", "2026-03-20", "2026-06-30", "2026-12-31"])
def test_its_days_fit_whenever_it_is_loaded(county: Region, day: str) -> None:
    with clock.at(dt.datetime.combine(dt.date.fromisoformat(day), dt.time(10), SHANGHAI)):
        cast = SeasonCast(county.code)
        for row in ITEMS:
            first, last = map(cast.within, row.period)
            assert first.year == last.year == cast.year
            if row.dispatched is not None:
                drawn, dispatched = cast.ago(row.drawn), cast.ago(row.dispatched)
                assert drawn < dispatched <= cast.ago(row.period[0], "23:59")
