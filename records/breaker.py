"""Not waiting twice for a service that just did not answer."""

from __future__ import annotations

import time

REST_SECONDS = 5.0


class Breaker:
    """Remembers for ``REST_SECONDS`` that a service failed: whoever comes meanwhile does without
    it at once instead of running into the same timeout. Shared by the threads of a process."""

    def __init__(self) -> None:
        self._rests_until = 0.0

    @property
    def open(self) -> bool:
        """Whether the service is being left alone."""
        return time.monotonic() < self._rests_until

    def trip(self) -> None:
        """Note that the service did not answer."""
        self._rests_until = time.monotonic() + REST_SECONDS
