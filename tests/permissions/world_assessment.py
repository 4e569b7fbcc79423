"""Assessments of the world's region: one being computed, one published with appeals of 民政, one
frozen; a scheme in force and one in preparation."""

from __future__ import annotations

import datetime as dt

from clues.tests.samples import person
from departments.models import Region
from records import clock, periods
from supervision.assessment.models import Appeal, Bonus, Round, Scheme
from supervision.assessment.services import computing, rounds, schemes
from tests.permissions.world import World


def add_assessment(world: World) -> None:
    office, head, lead = person("xzsp_clerk"), person("xzsp_head"), person("mzj_head")
    made = schemes.draft(office, "考核方案", "首次编制")
    world.things["scheme"] = schemes.enforce(head, made.pk)
    world.things["scheme_draft"] = schemes.draft(office, "考核方案", "调整分值")
    today = clock.today()
    first, ends = periods.last_ended(today, 3)
    quarter = (first.month - 1) // 3 + 1
    frozen = rounds.begin(office, today.year - 1, None)
    published = _computed(rounds.begin(office, first.year, quarter))
    _computed(rounds.publish(head, published.pk))
    Round.objects.filter(pk=frozen.pk).update(state="frozen", frozen_at=clock.now())
    world.things["round_published"] = published
    world.things["round"] = _round(ends, published.scheme)
    _computed(rounds.compute(office, world.things["round"].pk))
    world.things["round_over"] = _round(periods.month_after(first, -3), published.scheme)
    _computed(rounds.compute(office, world.things["round_over"].pk))
    own = {"department_id": lead.department_id}
    score = world.things["score"] = published.scores.get(**own)
    world.things["score_computed"] = world.things["round"].scores.get(**own)
    line = world.things["line"] = score.lines.get(line__key="clues_in_time")
    for name in ("raised", "accepting", "rejecting"):
        world.things[f"appeal_{name}"] = Appeal.objects.create(
            line=score.lines.exclude(appeals__state__in=Appeal.OPEN).exclude(pk=line.pk)[0],
            reason="理由",
            state=name,
            decision="答复",
            **own,
        )
    world.things["bonus"] = Bonus.objects.create(of=score, title="创新", reason="理由", points=100)
    world.things["bonus_granted"] = Bonus.objects.create(
        of=score, title="创新", reason="理由", points=100, state="granted"
    )
    world.things["round_late"] = Round.objects.create(
        region=Region.objects.get(code="411603"),
        scheme=published.scheme,
        months=12,
        first=dt.date(2020, 1, 1),
        ends=dt.date(2021, 1, 1),
        state="published",
        published_at=clock.now(),
        appeals_until=periods.ago(clock.now(), days=1),
    )


def _computed(of: Round) -> Round:
    computing.go_on(of.pk)
    of.refresh_from_db()
    return of


def _round(first: dt.date, scheme: Scheme) -> Round:
    return Round.objects.create(
        region_id=scheme.region_id,
        scheme=scheme,
        months=3,
        first=first,
        ends=periods.month_after(first, 3),
    )
