import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspections.result_codes import (
    BUSINESS_CODES,
    NO_PROBLEM,
    OTHER_CODES,
    PROBLEM_CODES,
    codes_for,
    complaint,
)

KINDS = st.sampled_from(("uscc", "house", "vehicle", "site", "person"))
ANY_CODES = st.sets(st.sampled_from(sorted({*BUSINESS_CODES, *OTHER_CODES, "made_up"})))
PROBLEMS = st.integers(min_value=0, max_value=40)


def test_businesses_have_the_eight_printed_results_in_order():
    assert list(codes_for("uscc").values()) == [
        "未发现问题",
        "未按规定公示应当公示的信息",
        "公示信息隐瞒真实情况、弄虚作假",
        "通过登记的住所（经营场所）无法联系",
        "发现问题已责令改正",
        "发现问题待后续处理",
        "不配合检查情节严重",
        "未发现开展本次抽查涉及的经营活动",
    ]


@pytest.mark.parametrize(
    ("kind", "codes", "problems", "words"),
    [
        ("uscc", [], 0, "至少选择一项"),
        ("uscc", ["no_problem", "unreachable"], 0, "不能与其他结果同时选择"),
        ("uscc", ["no_problem"], 3, "有 3 个检查事项记录为“发现问题”"),
        ("uscc", ["unreachable"], 1, "结果中应说明如何处理"),
        ("house", ["not_publicised"], 0, "不适用于该类对象"),
        ("person", ["false_information"], 0, "不适用于该类对象"),
        ("uscc", ["made_up"], 0, "不适用于该类对象"),
    ],
)
def test_contradictions_are_told_in_words(kind, codes, problems, words):
    assert words in complaint(kind, codes, problems_on_site=problems)


@given(KINDS, ANY_CODES, PROBLEMS)
def test_what_stands_contradicts_neither_itself_nor_the_site(kind, codes, problems):
    if complaint(kind, codes, problems_on_site=problems):
        return
    assert codes and codes <= set(codes_for(kind))
    assert NO_PROBLEM not in codes or (codes == {NO_PROBLEM} and problems == 0)
    assert problems == 0 or codes & PROBLEM_CODES


@given(KINDS, PROBLEMS, st.data())
def test_a_sound_conclusion_is_never_refused(kind, problems, data):
    rest = sorted(set(codes_for(kind)) - {NO_PROBLEM})
    codes = data.draw(st.sets(st.sampled_from(rest)))
    codes.add(data.draw(st.sampled_from(sorted(PROBLEM_CODES & set(rest)))))

    assert complaint(kind, codes, problems_on_site=problems) == ""
