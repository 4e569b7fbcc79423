"""The health page: whether each part of the system answers, and nothing more about it.

The worker of each queue and beat show that they live by a mark in the cache that expires by
itself.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

PATH = "/health/"
MARK_SECONDS = 45
"""How long a sign of life counts: three intervals of the heartbeat in the schedule."""

PROCESSES = {
    "prompt": "后台任务（即时）",
    "delivery": "后台任务（对外推送）",
    "long": "后台任务（长时）",
    "beat": "定时任务",
}
"""What shows by a mark that it lives: the worker of each queue, and the clock."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Part:
    """One part of the system as the page shows it."""

    name: str
    label: str
    ok: bool

    @property
    def words(self) -> str:
        return "正常" if self.ok else "不可用"


def mark_alive(name: str) -> None:
    """Leave a sign of life of the worker of a queue, by the queue's name, or of ``beat``."""
    cache.set(f"health:{name}", True, MARK_SECONDS)


def examine() -> list[Part]:
    """Ask every part; takes a few seconds at most when one does not answer."""
    return [
        Part("database", "数据库", _answers("database", _ask_database)),
        Part("redis", "队列与缓存", _answers("redis", _ask_redis)),
        *(
            Part(name, label, _answers(name, partial(_is_marked, name)))
            for name, label in PROCESSES.items()
        ),
    ]


class HealthMiddleware:
    """Answers the health page before sessions and host checks, which need what it examines."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == PATH and request.method in ("GET", "HEAD"):
            return page(request)
        return self.get_response(request)


def page(request: HttpRequest) -> HttpResponse:
    """JSON, or a page for a browser; 503 when a part does not answer."""
    parts = examine()
    ok = all(part.ok for part in parts)
    status = 200 if ok else 503
    response: HttpResponse
    if "text/html" in request.headers.get("Accept", ""):
        # Rendered without the request: the shell around other pages needs session and database.
        response = HttpResponse(
            render_to_string("supervision/health.html", {"parts": parts, "ok": ok}), status=status
        )
    else:
        response = JsonResponse(
            {
                "status": "ok" if ok else "unavailable",
                "parts": [
                    {"name": part.name, "label": part.label, "ok": part.ok, "words": part.words}
                    for part in parts
                ],
            },
            status=status,
            json_dumps_params={"ensure_ascii": False},
        )
    response.headers["Cache-Control"] = "no-store"
    return response


def _answers(name: str, ask: Callable[[], bool]) -> bool:
    # Whatever goes wrong while asking means "not ok"; what it was is only for the log.
    try:
        return ask()
    except Exception as error:
        logger.warning("health: %s does not answer: %s", name, error)
        return False


def _ask_database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        row: tuple[int] = cursor.fetchone()
        return row == (1,)


def _ask_redis() -> bool:
    cache.set("health:probe", True, MARK_SECONDS)
    return cache.get("health:probe") is True


def _is_marked(name: str) -> bool:
    return cache.get(f"health:{name}") is True
