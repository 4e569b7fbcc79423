from credit.acts.indicators import INDICATOR_SET_ACTS
from credit.acts.labels import LABEL_RULE_ACTS
from credit.acts.policy import POLICY_ACTS, may_draft_policy
from credit.acts.subjects import SUBJECT_ACTS, may_edit, may_grade, may_keep_directory

__all__ = [
    "INDICATOR_SET_ACTS",
    "LABEL_RULE_ACTS",
    "POLICY_ACTS",
    "SUBJECT_ACTS",
    "may_draft_policy",
    "may_edit",
    "may_grade",
    "may_keep_directory",
]
