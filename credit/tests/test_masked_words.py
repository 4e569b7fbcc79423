"""Sentences about natural persons, as whoever need not know them reads them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from credit.models import Subject


@given(st.text("王李小明强华", min_size=2, max_size=6), st.text("0123456789", min_size=5))
def test_a_masked_sentence_gives_neither_name_nor_identifier(name: str, identifier: str) -> None:
    person = Subject(id_kind="person", name=name, identifier=identifier)
    text = person.masked(f"对{name}（{identifier}）的记录有误")
    assert name not in text
    assert identifier not in text


def test_a_house_is_masked_down_to_its_community_and_a_firm_not_at_all() -> None:
    house = Subject(id_kind="house", name="城关镇西关村3组12号", identifier="H-00012345")
    assert house.masked("城关镇西关村3组12号已整改") == "城关镇西关村***已整改"
    firm = Subject(id_kind="uscc", name="穗禾商行", identifier="91411603MA44GBK258")
    assert firm.masked("穗禾商行已整改") == "穗禾商行已整改"
