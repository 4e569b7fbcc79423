"""How often somebody may do something that costs others: counted in the shared cache, per clock
hour. Nothing is kept of who it was but a mark that says nothing, and that for the hour only.

Without the cache nothing is counted: what is limited here is a nuisance, not a right.
"""

from __future__ import annotations

from django.core.cache import cache
from django.utils.crypto import salted_hmac

from records import clock

_HOUR = 3600


def allow(what: str, who: str, most: int) -> bool:
    """Count one more of ``what`` by ``who`` in this hour; False when it is more than ``most``."""
    hour = int(clock.now().timestamp()) // _HOUR
    key = f"limit:{what}:{salted_hmac('records.limits', who).hexdigest()}:{hour}"
    done = int(cache.get(key, 0))
    if done >= most:
        return False
    # Two at the same moment may count as one: the limit is not that exact.
    cache.set(key, done + 1, _HOUR)
    return True
