"""How often somebody may do something that costs others: counted in the shared cache, per clock
hour. Nothing is kept of who it was but a mark that says nothing, and that for the hour only.

Without the cache nothing is counted: what is limited here is a nuisance, not a right.
"""

from __future__ import annotations

import ipaddress

from django.core.cache import cache
from django.utils.crypto import salted_hmac

from records import clock

_HOUR = 3600


def allow(what: str, who: str, most: int) -> bool:
    """Count one more of ``what`` by ``who`` in this hour; False when it is more than ``most``.

    A network address counts as the network that one subscriber is given.
    """
    who = _subscriber(who)
    hour = int(clock.now().timestamp()) // _HOUR
    key = f"limit:{what}:{salted_hmac('records.limits', who).hexdigest()}:{hour}"
    done = int(cache.get(key, 0))
    if done >= most:
        return False
    # Two at the same moment may count as one: the limit is not that exact.
    cache.set(key, done + 1, _HOUR)
    return True


def _subscriber(who: str) -> str:
    """Of an IPv6 address its first 64 bits: the rest each machine chooses for itself."""
    try:
        address = ipaddress.IPv6Address(who)
    except ValueError:
        return who
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Network((address, 64), strict=False))
