"""The white list: who may stand on it, who decides, and how subjects leave it by themselves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from credit.models import CreditEvent, Subject, WhiteListEntry
from credit.rules import whitelist as rules
from credit.selectors import whitelist as selectors
from credit.services import events, whitelist
from credit.services.events import Told
from credit.tests.sanction_samples import Who, signed, subjects
from departments.models import Region, RuleValue
from matters.models import Matter, MatterVersion
from records import clock
from records.actor import SYSTEM, Actor
from records.errors import Conflict, NotAllowed, Refused
from records.periods import day_after, months_before
from records.trail import entries_of
from records.workdays import SHANGHAI

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 9, 28, 12, tzinfo=SHANGHAI)


@pytest.fixture
def matter(county: Region, actor: Who) -> Matter:
    """A matter that 民政 leads, in force."""
    found = Matter.objects.create(region=county, code="试-1", number=901)
    _led(found, actor("mzj_clerk"))
    return found


def _led(matter: Matter, leader: Actor) -> None:
    MatterVersion.objects.create(
        matter=matter,
        number=1,
        name="养老机构监管",
        lead_id=leader.department_id,
        state=MatterVersion.State.IN_FORCE,
        created_by_id=leader.user_id,
    )


@pytest.fixture
def subject(county: Region) -> Subject:
    return subjects(county)[0]


def listed(actor: Who, subject: Subject, matter: Matter | None, months: int = 12) -> WhiteListEntry:
    entry = whitelist.apply(
        actor("mzj_clerk"), subject.pk, matter.pk if matter else None, months, "连续三年无问题"
    )
    whitelist.sign(actor("mzj_head"), entry.pk)
    return whitelist.approve(actor("fgw_head"), entry.pk)


def exempt(county: Region, matter: Matter) -> list[int]:
    return list(selectors.exempt(county.code, matter.pk, clock.today()))


def test_from_application_to_term(
    actor: Who, county: Region, subject: Subject, matter: Matter
) -> None:
    with clock.at(NOON):
        entry = whitelist.apply(actor("mzj_clerk"), subject.pk, matter.pk, 12, "连续三年无问题")
        assert not WhiteListEntry.objects.visible_to(actor("fgw_head")).exists()
        with pytest.raises(NotAllowed):
            whitelist.sign(actor("mzj_clerk"), entry.pk)
        whitelist.sign(actor("mzj_head"), entry.pk)
        with pytest.raises(NotAllowed):
            whitelist.approve(actor("mzj_head"), entry.pk)
        with pytest.raises(NotAllowed):
            whitelist.approve(actor("fgw_clerk"), entry.pk)
        assert exempt(county, matter) == []
        entry = whitelist.approve(actor("xzsp_head"), entry.pk)
        assert (entry.since, entry.until) == (dt.date(2026, 9, 28), dt.date(2027, 9, 28))
        assert all(line["found"] == "" for line in entry.criteria)
        assert exempt(county, matter) == [subject.pk]
    with clock.at(dt.datetime(2027, 9, 28, 23, tzinfo=SHANGHAI)):
        assert whitelist.review() == 0
        assert exempt(county, matter) == [subject.pk]
    with clock.at(dt.datetime(2027, 9, 29, 0, 1, tzinfo=SHANGHAI)):
        assert exempt(county, matter) == []
        assert whitelist.review() == 1
        assert whitelist.review() == 0
    entry.refresh_from_db()
    assert (entry.state, entry.end_reason) == ("expired", "期限至 2027-09-28 届满。")


def test_for_all_matters_of_the_lead_department(
    actor: Who, county: Region, subject: Subject, matter: Matter
) -> None:
    listed(actor, subject, None)
    foreign = Matter.objects.create(region=county, code="试-2", number=902)
    _led(foreign, actor("wjw_head"))
    assert exempt(county, matter) == [subject.pk]
    assert exempt(county, foreign) == []


def test_a_county_may_switch_the_effect_off(
    actor: Who, county: Region, subject: Subject, matter: Matter
) -> None:
    listed(actor, subject, matter)
    RuleValue.objects.create(region=county, key=rules.EXEMPTS.key, value=0, source="县规定")
    assert exempt(county, matter) == []


def test_once_and_only_by_the_lead(actor: Who, subject: Subject, matter: Matter) -> None:
    with pytest.raises(NotAllowed):
        whitelist.apply(actor("nync_clerk"), subject.pk, matter.pk, 12, "理由")
    with pytest.raises(Refused, match="1 到 12 个月"):
        whitelist.apply(actor("mzj_clerk"), subject.pk, matter.pk, 13, "理由")
    whitelist.apply(actor("mzj_clerk"), subject.pk, matter.pk, 12, "理由")
    with pytest.raises(Conflict, match="不需要再次申请"):
        whitelist.apply(actor("mzj_clerk"), subject.pk, matter.pk, 12, "理由")


def test_conditions_line_by_line(actor: Who, subject: Subject, matter: Matter) -> None:
    today = clock.today()
    events.tell(
        SYSTEM,
        [
            Told(
                subject.pk, "penalty", months_before(today, 23), "罚款决定", "s", "1", amount=1000
            ),
            Told(subject.pk, "abnormal", today, "列入异常", "s", "2"),
        ],
    )
    Subject.objects.filter(pk=subject.pk).update(grade="C")
    with pytest.raises(Refused) as refused:
        whitelist.apply(actor("mzj_clerk"), subject.pk, matter.pk, 12, "理由")
    for words in ("现为 C 级", "罚款决定", "列入经营异常名录"):
        assert words in refused.value.message
    subject.refresh_from_db()
    met = [line.met for line in selectors.criteria(subject, "411603", today)]
    assert met == [True, False, False, False, True]


def test_numbers_are_the_regions_own(
    actor: Who, county: Region, subject: Subject, matter: Matter
) -> None:
    today = clock.today()
    old = Told(subject.pk, "penalty", months_before(today, 23), "罚款决定", "s", "1", amount=1)
    events.tell(SYSTEM, [old])
    Subject.objects.filter(pk=subject.pk).update(grade="B")
    for rule, value in ((rules.WORST_GRADE, 2), (rules.CLEAN_MONTHS, 12)):
        RuleValue.objects.create(region=county, key=rule.key, value=value, source="县白名单办法")
    subject.refresh_from_db()
    lines = selectors.criteria(subject, county.code, today)
    assert all(line.met for line in lines)
    assert [line.source for line in lines[1:3]] == ["县白名单办法", "县白名单办法"]
    assert listed(actor, subject, matter).state == "listed"


def test_a_sanction_ends_it(actor: Who, county: Region, subject: Subject, matter: Matter) -> None:
    entry = listed(actor, subject, matter)
    signed(actor, subject)
    assert exempt(county, matter) == []
    assert whitelist.review() == 1
    entry.refresh_from_db()
    assert entry.state == "dropped"
    assert "没有正在执行的失信惩戒" in entry.end_reason


def test_removed_early(actor: Who, county: Region, subject: Subject, matter: Matter) -> None:
    entry = listed(actor, subject, matter)
    with pytest.raises(Refused, match="移出理由"):
        whitelist.remove(actor("xzsp_head"), entry.pk, "")
    words = "对象迁往外地经营。" * 100
    assert whitelist.remove(actor("xzsp_head"), entry.pk, words).end_reason == words
    assert exempt(county, matter) == []
    # It may be listed anew.
    assert listed(actor, subject, matter).pk != entry.pk


def test_the_department_that_applied_is_told_when_it_ends_without_it(
    actor: Who, client_of: Callable[[str], Client], subject: Subject, matter: Matter
) -> None:
    entry = listed(actor, subject, matter)
    signed(actor, subject)
    assert whitelist.review() == 1
    clerk = actor("mzj_clerk")
    (row,) = selectors.pending_white_list_notices(clerk)
    assert row.about == f"{subject.name}白名单自动退出"
    assert selectors.pending_white_list_notices(actor("wjw_clerk")) == []
    page = client_of("mzj_clerk").get("/").content.decode()
    assert "签收白名单退出通知" in page
    own = client_of("mzj_clerk")
    assert "不再符合列入条件" in own.get(row.url).content.decode()
    assert own.post(f"{row.url}read/").status_code == 302
    assert selectors.pending_white_list_notices(clerk) == []
    assert entries_of(entry).filter(verb="white_list.read", actor_name=clerk.name).count() == 1
    with pytest.raises(Refused, match="没有送达"):
        whitelist.read(actor("wjw_clerk"), entry.pk)


@pytest.mark.parametrize(
    ("code", "by", "told"),
    [
        ("remove", "xzsp_head", ["白名单提前移出"]),
        ("remove", "mzj_head", []),
        ("reject", "fgw_head", ["白名单未批准"]),
    ],
)
def test_it_is_told_of_what_others_decide(
    actor: Who, subject: Subject, matter: Matter, code: str, by: str, told: list[str]
) -> None:
    if code == "remove":
        entry = listed(actor, subject, matter)
    else:
        entry = whitelist.apply(actor("mzj_clerk"), subject.pk, matter.pk, 12, "连续三年无问题")
        whitelist.sign(actor("mzj_head"), entry.pk)
    whitelist.HANDLERS[code](actor(by), entry.pk, "理由充分")
    rows = selectors.pending_white_list_notices(actor("mzj_clerk"))
    assert [row.about.removeprefix(subject.name) for row in rows] == told


_FACTS = st.lists(
    st.tuples(
        st.sampled_from(("penalty", "penalty_heavy", "abnormal", "crime", "finding", "honour")),
        st.integers(-900, 0),
        st.none() | st.integers(0, 900),
    ),
    max_size=3,
)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    grade=st.sampled_from("AABCD"), status=st.sampled_from(("open", "open", "closed")), facts=_FACTS
)
def test_leaves_exactly_when_a_condition_fails(
    actor: Who,
    county: Region,
    subject: Subject,
    matter: Matter,
    grade: str,
    status: str,
    facts: list[tuple[str, int, int | None]],
) -> None:
    """The set-based look over the list and the line-by-line check agree, and a subject that no
    longer fits is not exempt even before the list was looked through."""
    WhiteListEntry.objects.all().delete()
    CreditEvent.objects.all().delete()
    Subject.objects.filter(pk=subject.pk).update(grade="A", status="open")
    entry = listed(actor, subject, matter)
    today = clock.today()
    Subject.objects.filter(pk=subject.pk).update(grade=grade, status=status)
    events.tell(
        SYSTEM,
        [
            Told(
                subject.pk,
                kind,
                day := day_after(today, back),
                "事实",
                "s",
                str(number),
                until=None if ends is None else day_after(day, ends),
            )
            for number, (kind, back, ends) in enumerate(facts)
        ],
    )
    subject.refresh_from_db()
    fits = all(line.met for line in selectors.criteria(subject, county.code, today))
    assert exempt(county, matter) == ([subject.pk] if fits else [])
    assert whitelist.review() == (0 if fits else 1)
    entry.refresh_from_db()
    assert entry.state == ("listed" if fits else "dropped")
