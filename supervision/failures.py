"""What is answered when a page or the API fails: always words, in the form that was asked for."""

from __future__ import annotations

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

from records.api import PROBLEM_TYPE, problem_body

RETRY_SECONDS = 5

_WAITED_FOR_EACH_OTHER = frozenset({"40P01", "40001", "55P03"})
_GOING_AWAY = ("08", "57P")
_WORDS = {
    409: ("conflict", "其他人正在同时办理同一事项，本次操作未生效。请刷新页面后重试。"),
    500: ("error", "处理时发生了意外，本次提交没有保存，错误已记录。请稍后重试。"),
    503: ("unavailable", "数据库暂时连不上，本次提交没有保存。请稍等几秒再试。"),
}


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer what nobody caught: 503 while the database is away, 409 when it ended the work
    because two people waited for each other, else 500."""
    status = _status_of(sys.exc_info()[1])
    response: HttpResponse
    if request.path.startswith(("/api/", "/gateway/v1/")):
        code, words = _WORDS[status]
        body = problem_body(status, words, code)
        response = JsonResponse(body, status=status, content_type=PROBLEM_TYPE)
    else:
        # Without the request: the shell around other pages needs what may be away.
        response = HttpResponse(render_to_string(f"{status}.html"), status=status)
    if status == 503:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _status_of(error: BaseException | None) -> int:
    if not isinstance(error, OperationalError | InterfaceError):
        return 500
    code = getattr(error.__cause__, "pgcode", None)
    if code in _WAITED_FOR_EACH_OTHER:
        return 409
    return 503 if code is None or code.startswith(_GOING_AWAY) else 500
