"""What parties repeat is always what their object says, and lists show what is visible."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clues.forms.clue_filter import ClueFilter
from clues.models import Clue, ClueParty, LetterParty, Referral, RiskWarning, WarningParty
from clues.selectors import clues
from clues.services.knowledge import concern, name_people
from clues.tests.letter_samples import drafted, office
from clues.tests.samples import make_clue
from departments.models import Department, Region
from records.actor import Actor
from records.models import Deadline
from tests.benchmark.measure import filtered

pytestmark = pytest.mark.django_db

PEOPLE = (
    *("scjg_clerk", "scjg_head", "scjg_inspector1", "nync_clerk", "nync_head", "mzj_clerk"),
    *("sfj_clerk", "sfj_head", "xzsp_clerk", "xinzhan_officer", "jjz_witness", "audit_admin"),
)
QUIET = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
REPEATED = {
    ClueParty: ("clue", "received_at", *Clue.objects.all().REPEATED),
    WarningParty: ("warning", "raised_at", *RiskWarning.objects.all().REPEATED),
    LetterParty: ("letter", "created_at", *Referral.objects.all().REPEATED),
}


def check_repeated() -> None:
    for model, (target, *fields) in REPEATED.items():
        for party in model._default_manager.select_related(target):
            its = getattr(party, target)
            assert [getattr(party, each) for each in fields] == [
                getattr(its, each) for each in fields
            ]


def warning(owner: Department, **over: Any) -> RiskWarning:
    facts: dict[str, Any] = {
        "number": f"YJ-{RiskWarning.objects.count()}",
        "region_code": owner.region.code,
        "level": "serious",
        "title": "预警",
        "content": "内容",
        "owner": owner,
    }
    return RiskWarning.objects.create(**(facts | over))


def push(to: RiskWarning, *departments: Department) -> None:
    WarningParty.objects.bulk_create(WarningParty(warning=to, department=d) for d in departments)
    RiskWarning.objects.filter(pk=to.pk).update(known_to=[d.pk for d in departments])


@QUIET
@given(data=st.data())
def test_the_database_keeps_what_parties_repeat(actor: Any, data: st.DataObject) -> None:
    offices = [office(name) for name in ("mzj_clerk", "scjg_clerk", "nync_clerk")]
    towns = list(Region.objects.filter(level="township")[:2])
    any_office, some_offices = st.sampled_from(offices), st.lists(st.sampled_from(offices))
    moments = st.datetimes(dt.datetime(2025, 1, 1), dt.datetime(2026, 1, 1)).map(
        timezone.make_aware
    )
    with transaction.atomic():
        clue = make_clue(actor("mzj_clerk"))
        letter = drafted(clue=clue)
        raised = warning(offices[0])
        for _ in range(4):
            concern(clue, *data.draw(some_offices))
            Clue.objects.filter(pk=clue.pk).update(
                state=data.draw(st.sampled_from(["received", "handling", "returned"])),
                channel=data.draw(st.sampled_from(Clue.Channel.values)),
                township=data.draw(st.sampled_from([None, *towns])),
                holder=data.draw(any_office),
                received_at=data.draw(moments),
            )
            WarningParty.objects.bulk_create(
                [WarningParty(warning=raised, department=data.draw(any_office))],
                ignore_conflicts=True,
            )
            RiskWarning.objects.filter(pk=raised.pk).update(
                state=data.draw(st.sampled_from(["raised", "received"])),
                level=data.draw(st.sampled_from(["major", "general"])),
                owner=data.draw(any_office),
                raised_at=data.draw(moments),
            )
            Referral.objects.filter(pk=letter.pk).update(
                state=data.draw(st.sampled_from(["draft", "review"])),
                sender=data.draw(any_office),
                to=data.draw(any_office),
                sent_at=data.draw(st.none() | moments),
                copied_to=[each.pk for each in data.draw(some_offices)],
                created_at=data.draw(moments),
            )
            check_repeated()
            letter.refresh_from_db()
            check_letter(letter)
            Referral.objects.filter(pk=letter.pk).update(number="函〔2026〕1 号", state="sent")
            letter.refresh_from_db()
            check_letter(letter)
        transaction.set_rollback(True)


def check_letter(letter: Referral) -> None:
    parties = {party.department_id: party for party in letter.parties.all()}
    wanted = {letter.sender_id}
    if letter.sent_at and letter.state not in Referral.UNSENT:
        wanted |= {letter.to_id, *letter.copied_to}
    assert set(parties) == wanted
    for pk, party in parties.items():
        assert party.copied == (pk in letter.copied_to)


def test_lists_of_letters_and_warnings_show_exactly_what_is_visible(
    actor: Any, person: Any
) -> None:
    scjg, nync, mzj = office("scjg_clerk"), office("nync_clerk"), office("mzj_clerk")
    hidden = make_clue(actor("mzj_clerk"))
    Clue.objects.filter(pk=hidden.pk).update(confidential=True)
    name_people(hidden, [person("sfj_clerk").pk, person("scjg_head").pk])
    for state, sent in (("draft", None), ("sent", timezone.now()), ("withdrawn", None)):
        for clue in (None, hidden):
            Referral.objects.create(
                kind="assistance",
                number=f"函 {Referral.objects.count()}",
                state=state,
                title="函",
                body="文",
                clue=clue,
                confidential=clue is not None,
                sender=mzj,
                to=scjg,
                sent_at=sent,
                region_code=mzj.region.code,
                copied_to=[nync.pk, scjg.pk],
            )
    push(warning(scjg), scjg, nync)
    push(warning(nync, clue=hidden, confidential=True), nync, scjg)
    push(warning(mzj), mzj, office("xinzhan_officer"))
    seen = set()
    for username in PEOPLE:
        who: Actor = actor(username)
        for model in (Referral, RiskWarning):
            listed = list(model.objects.listed_for(who).values_list("pk", flat=True))
            assert len(listed) == len(set(listed))
            visible = set(model.objects.visible_to(who).values_list("pk", flat=True))
            assert set(listed) == visible
            seen.add((model, username, len(listed)))
    counts = {(model, username): count for model, username, count in seen}
    assert counts[Referral, "mzj_clerk"] == 3
    assert counts[Referral, "nync_clerk"] == counts[Referral, "scjg_clerk"] == 1
    assert counts[Referral, "scjg_head"] == 4
    assert counts[Referral, "sfj_clerk"] == 4
    assert counts[RiskWarning, "xinzhan_officer"] == 1
    assert counts[RiskWarning, "audit_admin"] == 0


def test_the_list_of_a_township_shows_exactly_what_is_visible(actor: Any, person: Any) -> None:
    officer, clerk = actor("xinzhan_officer"), actor("mzj_clerk")
    own = Region.objects.get(code=officer.township_code)
    other = Region.objects.filter(level="township").exclude(pk=own.pk).first()
    make_clue(clerk, township=own)
    make_clue(clerk, township=other)
    make_clue(clerk)
    hidden = make_clue(clerk, township=own, confidential=True)

    def listed() -> int:
        rows = Clue.objects.listed_for(officer).order_by("-listed_at", "-id")
        assert list(rows) == list(Clue.objects.visible_to(officer))
        assert all(row.listed_at == row.received_at for row in rows)
        return rows.count()

    assert listed() == 1
    make_clue(officer, township=own)
    assert listed() == 2
    make_clue(officer, township=other)
    make_clue(officer)
    assert listed() == 4
    name_people(hidden, [person("xinzhan_officer").pk])
    assert listed() == 5
    Clue.objects.filter(reporter=person("xinzhan_officer").pk).delete()
    assert listed() == 2


def test_counts_told_by_the_parties_are_those_of_the_rows(
    actor: Any, person: Any, django_assert_num_queries: Any
) -> None:
    clerk, own = actor("nync_clerk"), office("nync_clerk")
    late = make_clue(clerk)
    Deadline.objects.filter(target_id=late.pk).update(due_at=timezone.now() - dt.timedelta(days=1))
    concern(make_clue(actor("mzj_clerk"), channel="grid"), own)
    make_clue(actor("mzj_clerk"))
    hidden = make_clue(actor("nync_head"), confidential=True)
    drafted(clue=late)
    for named in (False, True):
        if named:
            name_people(hidden, [person("nync_clerk").pk])
        rows = clues.listed(clerk)
        found = {
            query: filtered(ClueFilter, clerk, rows, query)
            for query in ("", "state=open", "channel=grid", "overdue=on", "q=幸福", "q=XS")
        }
        assert {query: each.count() for query, each in found.items()} == {
            query: len(each) for query, each in found.items()
        }
        assert [found[query].count() for query in ("", "channel=grid", "overdue=on")] == [
            2 + named,
            1,
            1,
        ]
        assert rows[:1].count() == 1
        assert rows.none().count() == 0
        assert rows.filter(Q(title="") | Q(listed_state="received")).count() == 2 + named
        assert rows.exclude(listed_channel="grid").count() == 1 + named
    with django_assert_num_queries(1) as asked:
        assert clues.listed(clerk).filter(listed_state__in=Clue.OPEN_STATES).count() == 3
    assert 'FROM "clues_clue"' not in asked[0]["sql"]
    assert '"clues_clueparty"' in asked[0]["sql"]
