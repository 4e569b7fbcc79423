"""Who may do what with the rules that label subjects."""

from __future__ import annotations

from credit.acts.subjects import may_keep_directory
from credit.models import LabelRule
from records.actor import Actor
from records.acts import Act, ActTable

State = LabelRule.State


def may_rule(actor: Actor, rule: LabelRule) -> bool:
    """Those who keep the directory of the region."""
    return may_keep_directory(actor) and actor.region_code == rule.region_code


LABEL_RULE_ACTS = ActTable(
    "label_rule",
    LabelRule,
    (
        Act(
            code="stop",
            label="停用",
            sources=(State.IN_FORCE,),
            target=State.STOPPED,
            who=may_rule,
            reason=True,
            reason_label="停用理由",
            confirm="由本规则加上的标签将全部取消；人工加的标签不受影响。",
        ),
        Act(
            code="resume",
            label="恢复执行",
            sources=(State.STOPPED,),
            target=State.IN_FORCE,
            who=may_rule,
            confirm="符合条件的对象将重新加上标签。",
        ),
    ),
)
