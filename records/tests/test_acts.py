import datetime as dt

import pytest

from records.actor import Actor
from records.acts import LONGEST_OPINION, Act, ActTable
from records.errors import Conflict, NotAllowed, Refused
from records.models import DayOverride, TrailEntry

pytestmark = pytest.mark.django_db

CLERK = Actor(name="张三", user_id=None, roles=frozenset({"clerk"}), region_code="411603")
GUEST = Actor(name="路人")


@pytest.fixture
def table(monkeypatch):
    """Acts on a small model whose ``source`` plays the state; forgotten after the test."""
    monkeypatch.setattr("records.acts.REGISTRY", {})
    return ActTable(
        "sample",
        DayOverride,
        (
            Act(
                code="send",
                label="送出",
                who=lambda actor, _: actor.has_role("clerk"),
                sources=("new",),
                target="sent",
            ),
            Act(
                code="return",
                label="退回",
                who=lambda actor, _: actor.has_role("clerk"),
                sources=("sent",),
                target="new",
                reason=True,
            ),
        ),
        state_field="source",
    )


@pytest.fixture
def day():
    return DayOverride.objects.create(day=dt.date(2026, 5, 1), is_working=False, source="new")


def test_an_act_changes_the_state_and_leaves_one_entry_with_the_difference(table, day):
    with table.take(CLERK, "send", day.pk, opinion=" 同意 ") as taken:
        taken.is_working = True

    day.refresh_from_db()
    assert (day.source, day.is_working) == ("sent", True)
    entry = TrailEntry.objects.get()
    assert (entry.verb, entry.label, entry.opinion) == ("sample.send", "送出", "同意")
    assert entry.before == {"is_working": False, "source": "new"}
    assert entry.after == {"is_working": True, "source": "sent"}


def test_who_may_not_is_told_so_and_nothing_changes(table, day):
    with pytest.raises(NotAllowed) as caught, table.take(GUEST, "send", day.pk):
        pytest.fail("the block must not run")

    assert (caught.value.verb, caught.value.target) == ("sample.send", day)
    assert not TrailEntry.objects.exists()


def test_a_state_that_does_not_allow_the_act_is_a_conflict(table, day):
    with table.take(CLERK, "send", day.pk):
        pass

    with pytest.raises(Conflict, match="不能执行“送出”"), table.take(CLERK, "send", day.pk):
        pytest.fail("the block must not run")


def test_words_too_long_are_refused_and_never_cut(table, day):
    with (
        pytest.raises(Refused, match=r"意见不能超过 2000 个字，现有 2001 个字") as refusal,
        table.take(CLERK, "send", day.pk, opinion="长" * (LONGEST_OPINION + 1)),
    ):
        pytest.fail("the block must not run")
    assert refusal.value.field == "opinion"
    assert not TrailEntry.objects.exists()

    # As a browser sends 2,000 characters with a line break among them.
    words = "长" * 1000 + "\r\n" + "长" * 999
    with table.take(CLERK, "send", day.pk, opinion=words):
        pass
    assert TrailEntry.objects.get().opinion == words


def test_an_act_with_a_page_of_its_own_takes_whole_texts(monkeypatch, day):
    monkeypatch.setattr("records.acts.REGISTRY", {})
    told = Act(code="tell", label="说明", who=lambda *_: True, form="sample:tell")
    table = ActTable("sample", DayOverride, (told,), state_field="source")
    with table.take(CLERK, "tell", day.pk, opinion="长" * 5000):
        pass
    assert len(TrailEntry.objects.get().opinion) == 5000


@pytest.mark.parametrize("opinion", ["", "   "])
def test_a_reason_is_demanded_where_the_table_says_so(table, day, opinion):
    with table.take(CLERK, "send", day.pk):
        pass

    with (
        pytest.raises(Refused, match="必须填写意见") as caught,
        table.take(CLERK, "return", day.pk, opinion=opinion),
    ):
        pytest.fail("the block must not run")
    assert caught.value.field == "opinion"


def test_an_error_inside_the_act_undoes_everything(table, day):
    with pytest.raises(Refused), table.take(CLERK, "send", day.pk) as taken:
        taken.is_working = True
        taken.save()
        raise Refused("不行")

    day.refresh_from_db()
    assert (day.source, day.is_working) == ("new", False)
    assert not TrailEntry.objects.exists()


def test_buttons_are_the_acts_allowed_now(table, day):
    assert [act.code for act in table.allowed(CLERK, day)] == ["send"]
    assert table.allowed(GUEST, day) == []


def test_an_object_that_is_gone_is_named(table):
    with pytest.raises(Refused) as caught, table.take(CLERK, "send", 0):
        pytest.fail("the block must not run")
    assert caught.value.code == "not_found"
