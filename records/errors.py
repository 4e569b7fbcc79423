"""What a service raises when it will not do what it was asked.

Pages show the message at the field or on top of the form, the API answers RFC 9457, tasks log it.
Messages are Chinese sentences for the person who acted.
"""

from __future__ import annotations

from django.core.exceptions import PermissionDenied


class Refused(Exception):
    """The act is not possible as asked; nothing was changed.

    ``field`` names the input at fault where there is one, ``code`` is stable for machines.
    """

    status = 422
    code = "refused"

    def __init__(self, message: str, *, field: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        if code:
            self.code = code


class Conflict(Refused):
    """The object is no longer in a state that allows the act (somebody else was first)."""

    status = 409
    code = "conflict"


class NotAllowed(PermissionDenied):
    """The person may not do this; the attempt is written to the trail by the door it came through.

    ``verb`` and ``target`` say what was tried on what.
    """

    def __init__(self, message: str, *, verb: str = "", target: object = None) -> None:
        super().__init__(message)
        self.message = message
        self.verb = verb
        self.target = target
