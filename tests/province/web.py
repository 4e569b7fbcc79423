"""The platform's web application, whose process dies when it is told to: before it sends the
statement of the call that the request header ``X-Die-Before`` names (from 0)."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable
from itertools import count
from typing import Any

from django.db import connection

from supervision.wsgi import application as platform


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The platform; a call that is to die takes its process along."""
    before = environ.get("HTTP_X_DIE_BEFORE")
    if before is None:
        return platform(environ, start_response)
    said = count()

    def mortal(execute: Any, *statement: Any) -> Any:
        if next(said) == int(before):
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(*statement)

    with connection.execute_wrapper(mortal):
        return platform(environ, start_response)
