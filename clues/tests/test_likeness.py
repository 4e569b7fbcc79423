"""Comparing texts: what makes two of them alike, and that alike ones find each other."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clues.likeness import BANDS, bands, likeness, normalise, overlap, pairs

CHINESE = st.text(alphabet=[chr(c) for c in range(0x4E00, 0x4E40)], max_size=60)
ANY = st.text(max_size=80)


@given(ANY, ANY)
def test_it_is_symmetric_and_between_nothing_and_all(one, other):
    assert likeness(one, other) == likeness(other, one)
    assert 0.0 <= likeness(one, other) <= 1.0


@given(ANY)
def test_a_text_is_wholly_like_itself_unless_it_says_nothing(text):
    assert likeness(text, text) == (1.0 if normalise(text) else 0.0)


@given(CHINESE, st.lists(st.sampled_from(list(" ，。、！　\n-")), max_size=20), st.randoms())
def test_punctuation_and_spaces_change_nothing(text, marks, rng):
    noisy = list(text)
    for mark in marks:
        noisy.insert(rng.randint(0, len(noisy)), mark)
    assert pairs("".join(noisy)) == pairs(text)
    assert bands("".join(noisy)) == bands(text)


@given(CHINESE, CHINESE)
def test_what_is_put_in_between_never_makes_two_texts_more_alike_than_one(one, other):
    both = pairs(one) | pairs(other)
    assert overlap(pairs(one), both) >= overlap(pairs(one), pairs(other))


@given(ANY)
def test_bands_are_the_same_each_time_and_fit_the_database(text):
    made = bands(text)
    assert made == bands(text)
    assert len(made) == (BANDS if normalise(text) else 0)
    assert all(-(2**63) <= value < 2**63 for value in made)


def test_width_case_and_long_numbers_do_not_tell_texts_apart():
    assert likeness("ＡＢＣ超市，电话13800001234", "abc超市电话13912345678") == 1.0
    assert likeness("3号楼2单元", "5号楼2单元") < 1.0


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("甲乙丙丁", "甲乙丙丁", 1.0),
        ("甲乙丙丁", "甲乙丙戊", 0.5),  # 甲乙 乙丙 of 甲乙 乙丙 丙丁 丙戊
        ("甲乙", "丙丁", 0.0),
        ("甲", "甲", 1.0),
        ("", "甲乙", 0.0),
        ("。，", "。，", 0.0),
    ],
)
def test_worked_by_hand(one, other, expected):
    assert likeness(one, other) == expected


def changed(rng: random.Random, text: str, count: int) -> str:
    """The text with a stretch of ``count`` characters replaced by others."""
    start = rng.randrange(len(text) - count + 1)
    new = "".join(chr(rng.randrange(0x5000, 0x9000)) for _ in range(count))
    return text[:start] + new + text[start + count :]


@settings(deadline=None)
@given(st.integers(0, 2**32))
def test_texts_that_are_very_alike_share_a_band(seed):
    rng = random.Random(seed)
    text = "".join(chr(rng.randrange(0x5000, 0x9000)) for _ in range(80))
    other = changed(rng, text, 6)
    assert likeness(text, other) > 0.8
    assert set(bands(text)) & set(bands(other))


def test_texts_that_are_half_alike_are_mostly_found_and_others_hardly_ever():
    rng = random.Random(7)
    texts = ["".join(chr(rng.randrange(0x5000, 0x9000)) for _ in range(60)) for _ in range(300)]
    near = sum(bool(set(bands(t)) & set(bands(changed(rng, t, 14)))) for t in texts)
    far = sum(bool(set(bands(one)) & set(bands(other))) for one, other in pairwise(texts))
    assert near > 240
    assert far == 0
