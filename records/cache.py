"""The shared cache, which only ever saves work: pages are answered without it too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

from records.breaker import Breaker

T = TypeVar("T")

log = structlog.get_logger(__name__)
breaker = Breaker()


class TolerantRedisCache(RedisCache):
    """Redis whose absence means that nothing is remembered. The operations that the platform uses
    (get, set, delete) answer as if the key were not there, and leave a line in the log; after one
    that failed the others do not ask for a while, so that a page waits for a hung Redis once."""

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return _ask(
            "get", lambda: super(TolerantRedisCache, self).get(key, default, version), default
        )

    def set(
        self,
        key: Any,
        value: Any,
        timeout: float | None = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> None:
        _ask("set", lambda: super(TolerantRedisCache, self).set(key, value, timeout, version), None)

    def delete(self, key: Any, version: int | None = None) -> bool:
        return _ask("delete", lambda: super(TolerantRedisCache, self).delete(key, version), False)


def _ask(operation: str, call: Callable[[], T], otherwise: T) -> T:
    if breaker.open:
        return otherwise
    try:
        return call()
    except RedisError as error:
        breaker.trip()
        log.warning("cache.unreachable", operation=operation, error=str(error))
        return otherwise
