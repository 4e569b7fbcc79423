"""The conclusions a department may enter about a visit, by the kind of subject (I11)."""

from __future__ import annotations

from collections.abc import Collection

NO_PROBLEM = "no_problem"

BUSINESS_CODES: dict[str, str] = {
    NO_PROBLEM: "未发现问题",
    "not_publicised": "未按规定公示应当公示的信息",
    "false_information": "公示信息隐瞒真实情况、弄虚作假",
    "unreachable": "通过登记的住所（经营场所）无法联系",
    "ordered_to_correct": "发现问题已责令改正",
    "to_be_handled": "发现问题待后续处理",
    "not_cooperating": "不配合检查情节严重",
    "no_such_activity": "未发现开展本次抽查涉及的经营活动",
}
"""市场监管总局 双随机抽查结果 eight-item set for businesses; H9."""

OTHER_CODES: dict[str, str] = {
    NO_PROBLEM: "未发现问题",
    "unreachable": "无法找到或无法联系",
    "ordered_to_correct": "发现问题已责令改正",
    "to_be_handled": "发现问题待后续处理",
    "not_cooperating": "不配合检查情节严重",
    "no_such_activity": "未发现本次检查涉及的情形",
}
"""For houses, vehicles, sites and persons, which publish nothing of their own."""

PROBLEM_CODES = frozenset(
    {"not_publicised", "false_information", "ordered_to_correct", "to_be_handled"}
)
"""Those that say that something was found wrong on site."""

CREDIT_KINDS: dict[str, str] = {
    NO_PROBLEM: "clean_check",
    "not_publicised": "undisclosed",
    "false_information": "false_disclosure",
    "unreachable": "unreachable",
    "ordered_to_correct": "finding",
    "to_be_handled": "finding",
    "not_cooperating": "uncooperative",
}
"""What a conclusion counts as for the subject's credit (``credit.rules.events``); that nothing
checked goes on there counts for and against nobody."""


def codes_for(id_kind: str) -> dict[str, str]:
    """The code set that fits a kind of subject, with its Chinese words in printed order."""
    return BUSINESS_CODES if id_kind == "uscc" else OTHER_CODES


def complaint(id_kind: str, codes: Collection[str], *, problems_on_site: int) -> str:
    """Why a conclusion cannot stand, in words; empty when it can.

    ``problems_on_site`` is the number of check items recorded as "发现问题".
    """
    known = codes_for(id_kind)
    if not codes:
        return "请至少选择一项检查结果。"
    if unknown := [code for code in codes if code not in known]:
        return f"检查结果“{unknown[0]}”不适用于该类对象。"
    if NO_PROBLEM in codes and len(set(codes)) > 1:
        return "“未发现问题”不能与其他结果同时选择。"
    if NO_PROBLEM in codes and problems_on_site:
        return f"现场有 {problems_on_site} 个检查事项记录为“发现问题”，不能选择“未发现问题”。"
    if problems_on_site and not PROBLEM_CODES.intersection(codes):
        return f"现场有 {problems_on_site} 个检查事项记录为“发现问题”，结果中应说明如何处理。"
    return ""
