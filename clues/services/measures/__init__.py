"""Compulsory measures from the application to the end (I13): ``begin``, ``term``, ``ending``."""

from __future__ import annotations

from clues.services.measures import begin, ending, term

HANDLERS = {
    "approve": begin.approve,
    "reject": begin.reject,
    "refuse": begin.refuse,
    "drop": begin.drop,
    "ratify": begin.ratify,
    "grant-extension": term.grant_extension,
    "deny-extension": term.deny_extension,
    "end-test": term.end_test,
    "deliver": term.deliver,
    "tell-extension": term.tell_extension,
    "decide": ending.decide,
    "return-disposal": ending.return_disposal,
    "lift": ending.lift,
    "withdraw": ending.withdraw,
}
"""The acts that need no more than an opinion."""
