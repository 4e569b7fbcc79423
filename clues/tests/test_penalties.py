"""The same act is not fined twice (行政处罚法第二十九条)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from clues.models import Penalty
from clues.rules.penalty import act_key
from clues.services import penalties
from clues.stages import main_stop
from clues.tests.joint_samples import clue_at, department_of, fined, penalty_data, subject
from clues.tests.samples import own_handling, person, together
from matters.models import CheckItem
from records.errors import Conflict, NotAllowed, Refused

pytestmark = pytest.mark.django_db

LAST_YEAR = timezone.localdate().year - 1
SECOND = {"number": "淮卫罚〔2025〕8号", "decided_on": dt.date(LAST_YEAR, 7, 1)}


def enter(username: str = "wjw_clerk", **over) -> Penalty:
    return penalties.enter(person(username), penalty_data(**(SECOND | over)))


def test_a_second_fine_is_stopped_and_names_the_first(county) -> None:
    fined()
    with pytest.raises(Conflict) as refusal:
        enter()
    assert refusal.value.field == "act"
    first = ("淮市监罚〔2025〕1号", "区市场监督管理局", f"{LAST_YEAR}-06-10", "5,000.00 元")
    for words in (*first, "第二十九条"):
        assert words in refusal.value.message


@pytest.mark.parametrize(
    "other",
    [
        {"kind": "warning", "amount": None},
        {"kind": "confiscation", "amount": None},
        {"act": "未按规定公示食品经营许可"},
        {"occurred_from": dt.date(LAST_YEAR, 6, 1), "occurred_to": dt.date(LAST_YEAR, 6, 2)},
    ],
)
def test_other_penalties_acts_and_times_stay_possible(county, other) -> None:
    fined()
    entered = enter(**other)
    assert penalties.sign(person("wjw_head"), entered.pk).state == "in_force"


def test_another_subject_is_another_act(county) -> None:
    fined()
    assert enter(subject=subject(2)).state == "review"


def test_one_common_day_is_enough(county) -> None:
    fined()
    day = dt.date(LAST_YEAR, 5, 31)
    with pytest.raises(Conflict):
        enter(occurred_from=day, occurred_to=day)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("使用超过保质期的食品原料", " 使用 超过保质期的食品原料。"),
        ("未取得许可（含许可过期）", "未取得许可(含许可过期)"),
        ("使用 ABC 设备", "使用ａｂｃ设备"),
    ],
)
def test_the_same_words_are_the_same_act(first: str, second: str) -> None:
    assert act_key(first) == act_key(second)


def test_a_check_item_and_its_words_are_the_same_act(county) -> None:
    item = CheckItem.objects.filter(department=department_of("scjg_clerk")).first()
    fined(check_item=item, act="")
    with pytest.raises(Conflict):
        enter(act=item.title)


def test_withdrawing_a_decision_frees_the_act(county) -> None:
    first = fined()
    with pytest.raises(Refused):
        penalties.withdraw(person("scjg_head"), first.pk, "")
    words = "行政复议撤销。" * 100
    assert penalties.withdraw(person("scjg_head"), first.pk, words).withdrawn_reason == words
    assert penalties.sign(person("wjw_head"), enter().pk).state == "in_force"


def test_an_unsigned_entry_stops_nobody_but_the_first_signature_does(county) -> None:
    mine = penalties.enter(person("scjg_clerk"), penalty_data())
    other = enter()
    penalties.sign(person("wjw_head"), other.pk)
    with pytest.raises(Conflict, match="淮卫罚"):
        penalties.sign(person("scjg_head"), mine.pk)


def test_the_database_refuses_what_a_program_might_try(county) -> None:
    first = fined()
    second = enter(act="另一行为")
    with pytest.raises(IntegrityError), transaction.atomic():
        Penalty.objects.filter(pk=second.pk).update(state="in_force", act_key=first.act_key)


def test_a_concealed_first_fine_is_not_told_of(county) -> None:
    clerk, head = person("scjg_clerk"), person("scjg_head")
    clue = own_handling(clerk, confidential=True, named=(head,))
    hidden = penalties.enter(clerk, penalty_data(clue=clue))
    penalties.sign(head, hidden.pk)
    assert hidden.pk >= 2**52
    with pytest.raises(Conflict) as refusal:
        enter()
    assert refusal.value.message == "该处罚暂不能登记，请联系综合协调组核对。"
    assert not Penalty.objects.visible_to(person("xzsp_head")).exists()


def test_others_see_it_once_it_is_signed(county) -> None:
    entered = penalties.enter(person("scjg_clerk"), penalty_data())
    assert main_stop(entered).waits == "签发处罚记录"
    assert entered not in Penalty.objects.visible_to(person("nync_clerk"))
    with pytest.raises(NotAllowed):
        penalties.sign(person("scjg_clerk"), entered.pk)
    penalties.sign(person("scjg_head"), entered.pk)
    assert entered in Penalty.objects.visible_to(person("nync_clerk"))
    assert main_stop(entered) is None


def test_an_entry_is_returned_corrected_and_given_up(county) -> None:
    entered = penalties.enter(person("scjg_clerk"), penalty_data())
    penalties.reject(person("scjg_head"), entered.pk, "金额有误")
    assert main_stop(entered).waits == "修改处罚记录"
    changed = penalties.edit(person("scjg_clerk"), entered.pk, penalty_data(amount=600_050))
    assert (changed.state, changed.amount_text) == ("review", "6,000.50 元")
    assert penalties.drop(person("scjg_clerk"), entered.pk, "重复登记").state == "dropped"


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"act": " 。"}, "act"),
        ({"number": " "}, "number"),
        ({"amount": None}, "amount"),
        ({"amount": 0}, "amount"),
        ({"kind": "warning"}, "amount"),
        ({"occurred_to": dt.date(LAST_YEAR, 4, 1)}, "occurred_to"),
        ({"decided_on": dt.date(LAST_YEAR, 5, 2)}, "decided_on"),
        ({"decided_on": dt.date(LAST_YEAR + 5, 1, 1)}, "decided_on"),
    ],
)
def test_a_wrong_entry_is_refused_at_its_field(county, over, field) -> None:
    with pytest.raises(Refused) as refusal:
        penalties.enter(person("scjg_clerk"), penalty_data(**over))
    assert refusal.value.field == field


def test_a_decision_is_entered_once(county) -> None:
    penalties.enter(person("scjg_clerk"), penalty_data())
    with pytest.raises(Conflict) as refusal:
        penalties.enter(person("scjg_clerk"), penalty_data())
    assert refusal.value.field == "number"


def test_only_enforcing_departments_enter_penalties(county) -> None:
    with pytest.raises(NotAllowed):
        penalties.enter(person("xzsp_clerk"), penalty_data())
    with pytest.raises(NotAllowed):
        penalties.enter(person("scjg_inspector1"), penalty_data())
    clue = clue_at()
    assert penalties.enter(person("mzj_clerk"), penalty_data(clue=clue)).clue == clue


@pytest.mark.django_db(transaction=True)
def test_two_heads_sign_at_once_and_one_gets_words(county) -> None:
    mine = penalties.enter(person("scjg_clerk"), penalty_data())
    other = enter()

    def sign(username: str, pk: int) -> Penalty:
        try:
            return penalties.sign(person(username), pk)
        finally:
            connection.close()

    found = together(lambda: sign("scjg_head", mine.pk), lambda: sign("wjw_head", other.pk))
    assert {type(one) for one in found} == {Penalty, Conflict}
    assert Penalty.objects.filter(state="in_force").count() == 1


def test_entered_refused_and_corrected_on_the_page(county, client_of) -> None:
    client = client_of("scjg_clerk")
    typed = {
        "subject": subject().pk,
        "subject_name": subject().name,
        "number": "淮市监罚〔2025〕9号",
        "decided_on": f"{LAST_YEAR}-06-10",
        "kind": "fine",
        "amount": "50",
        "act": "未公示许可",
        "occurred_from": f"{LAST_YEAR}-05-02",
        "occurred_to": f"{LAST_YEAR}-05-01",
    }
    new = reverse("clues:penalty-new")
    refused = client.post(new, typed)
    assert refused.status_code == 422 and "淮市监罚〔2025〕9号" in refused.content.decode()
    assert not Penalty.objects.exists()
    typed["occurred_to"] = typed["occurred_from"]
    entered = client.post(new, typed)
    penalty = Penalty.objects.get()
    assert entered.url == penalty.get_absolute_url() and penalty.amount == 5_000
    edit = reverse("clues:penalty-edit", args=[penalty.pk])
    assert "未公示许可" in client.get(edit).content.decode()
    client.post(edit, typed | {"amount": "60"})
    penalty.refresh_from_db()
    assert (penalty.amount, penalty.state) == (6_000, "review")
    penalties.sign(person("scjg_head"), penalty.pk)
    assert client.get(edit).url == penalty.get_absolute_url()
    assert client.post(edit, typed).status_code == 422
    assert client_of("mzj_clerk").get(edit).status_code == 403
