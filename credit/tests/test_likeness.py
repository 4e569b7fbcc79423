"""Which entries look like the same subject, and that who looks alike shares a key."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.likeness import Entry, keys, plain_identifier, why_alike

PLACES = ("河南省", "周口市", "淮阳区")
SHOP = Entry("uscc", "91411603MA44GBK258", "淮阳区惠民大药房", "陈州街18号附2号", 1, PLACES)


def entry(**over: object) -> Entry:
    return dataclasses.replace(SHOP, **over)  # type: ignore[arg-type]


OTHER = {"identifier": "92411603MA9F1EAB3P"}


@pytest.mark.parametrize(
    ("other", "reasons"),
    [
        ({"name": "周口市淮阳区（惠民）大药房有限公司"} | OTHER, ["name", "address"]),
        ({"name": "淮阳惠民大药房有限责任公司", "address": "", "township": None} | OTHER, ["name"]),
        ({"name": "惠民大药房", "address": "北关路7号", "township": 2} | OTHER, []),
        ({"name": "惠明大药房", "address": "北关路7号"} | OTHER, []),
        ({"name": "惠明大药房"} | OTHER, ["near_name"]),
        ({"id_kind": "house", "identifier": "MA44GBK2-9", "name": "旧名称"}, []),
        ({"name": "惠民第二大药房", "address": "陈州街18号附2号"} | OTHER, []),
    ],
)
def test_what_looks_alike(other: dict[str, object], reasons: list[str]) -> None:
    assert why_alike(SHOP, entry(**other)) == reasons
    assert why_alike(entry(**other), SHOP) == reasons


def test_the_former_number_inside_the_unified_code() -> None:
    coded = entry(identifier="91411603MA44GBK299")
    former = entry(id_kind="house", identifier="ma44gbk2-9", name="老名称", address="")
    assert why_alike(coded, former) == ["registration"]
    assert set(keys(1, coded)) & set(keys(1, former))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("NZ-001", "ｎｚ 1", True),
        ("411603-CY-000262", "411603CY262", True),
        ("1-23", "12-3", False),
        ("LSV123", "LSV124", False),
    ],
)
def test_identifiers_as_people_write_them(one: str, other: str, same: bool) -> None:
    assert (plain_identifier(one) == plain_identifier(other)) is same


def test_people_and_registered_things_are_not_paired_by_a_name_alone() -> None:
    person = entry(id_kind="person", identifier="CY-0001", name="李明", address="", township=1)
    namesake = dataclasses.replace(person, identifier="CY-0002", township=2)
    assert why_alike(person, namesake) == []
    assert why_alike(person, dataclasses.replace(namesake, township=1)) == ["name"]
    plate = entry(id_kind="vehicle", identifier="A" * 17, name="豫PA1234挂", address="")
    assert (
        why_alike(plate, dataclasses.replace(plate, identifier="B" * 17, name="豫PB1234挂")) == []
    )


NAMES = st.text("惠民利康大药房超市饭店第一二东西广场", min_size=2, max_size=9)
ENTRIES = st.builds(
    Entry,
    id_kind=st.sampled_from(["uscc", "house", "person", "site"]),
    identifier=st.sampled_from(["NZ-1", "NZ-01", "MA44GBK2-9", "91411603MA44GBK299", "X-7"]),
    name=st.builds("{}{}".format, st.sampled_from(["", "淮阳区", "周口市淮阳区"]), NAMES),
    address=st.sampled_from(["", "陈州街18号附2号", "淮阳区陈州街18号附2号", "北关路"]),
    township=st.sampled_from([None, 1, 2]),
    places=st.just(PLACES),
)


@given(ENTRIES, ENTRIES)
def test_who_looks_alike_shares_a_key_whichever_comes_first(one: Entry, other: Entry) -> None:
    reasons = why_alike(one, other)
    assert reasons == why_alike(other, one)
    if reasons:
        assert set(keys(1, one)) & set(keys(1, other))
    assert not set(keys(1, one)) & set(keys(2, other))


@given(NAMES.filter(lambda name: len(name) >= 5), st.data())
def test_a_slip_leaves_a_key_in_common(name: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(name) - 1))
    slip = data.draw(st.sampled_from(["", "错"]))
    one = entry(id_kind="house", name=name, **OTHER)
    other = entry(id_kind="house", identifier="NZ-2", name=name[:place] + slip + name[place + 1 :])
    assert set(keys(1, one)) & set(keys(1, other))
