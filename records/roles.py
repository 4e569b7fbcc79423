"""The codes of roles and functions that the ground floor asks for itself.

They are those of ``departments.roles``, which stands a floor above and gives them their words.
"""

SYSTEM_ADMIN = "system_admin"
SECURITY_ADMIN = "security_admin"
AUDIT_ADMIN = "audit_admin"
CLERK = "clerk"
HEAD = "head"

COORDINATION = "coordination"
"""A function of a department; the others are roles of a person."""
