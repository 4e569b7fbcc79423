"""When everything is reconciled, and how long the results are kept."""

DUE_HOUR = 4
"""The hour of the day, when few work, after which every kind is due."""

GRACE_HOURS = 2
"""How long the schedule may take, until the administrator is told that it has not run."""

KEPT_DAYS = 180
"""How long results are kept; the newest of a kind for good."""
