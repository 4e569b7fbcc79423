"""Errors of the draw. Every message is Chinese and can be shown to a person as it is."""

from __future__ import annotations


class DrawError(ValueError):
    """Base of all errors of this package; ``str(error)`` is a Chinese sentence."""


class InputError(DrawError):
    """A value handed to the draw breaks format dr-1.

    ``field`` names the value the way the format does (``pool.tsv``, ``parties``, ``rules.strata``).
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}：{message}")
        self.field = field


class NonceError(DrawError):
    """A party's nonce is missing or does not open its commitment; ``party`` is its code."""

    def __init__(self, party: str, message: str) -> None:
        super().__init__(f"参与方 {party}：{message}")
        self.party = party


_RULES = {
    "officers": "执法人员不足",
    "recusal": "回避后可派人员不足",
    "visits_cap": "执法人员检查次数上限不足",
}


class StaffingImpossible(DrawError):
    """No staffing exists; the cut that proves it is named.

    ``department``: code of the department that cannot send enough officers.
    ``subjects``: ids that stand in the way, sorted: together they need more officers than may go.
    ``rule``: the rule that binds: ``officers`` (fewer officers than one visit needs), ``recusal``
    (too few remain after recusals) or ``visits_cap`` (all who may go have reached their cap).
    """

    def __init__(self, department: str, subjects: tuple[str, ...], rule: str) -> None:
        self.department = department
        self.subjects = subjects
        self.rule = rule
        shown = "、".join(subjects[:5])
        more = f"等 {len(subjects)} 个" if len(subjects) > 5 else ""
        super().__init__(
            f"部门 {department} 无法派足人员：{self.rule_label}，涉及对象 {shown}{more}"
        )

    @property
    def rule_label(self) -> str:
        """The binding rule in Chinese."""
        return _RULES[self.rule]
