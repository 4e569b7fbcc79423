"""Calling another system: only away from this machine, and for no longer than was granted.

Whoever enters an address says where our messages go, and reads what comes back in the errors. So
the peer is looked at when it is reached and before anything is told: by then no name and no
redirect can lead elsewhere any more.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from contextvars import ContextVar
from typing import Any

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

_MOST_BYTES = 64 * 1024


class NotOutward(Exception):
    """The address leads to this machine, its link, or to nobody in particular. No ``OSError``, or
    the client would take it for a line that is down."""


def is_outward(address: str) -> bool:
    """Whether an IP address may be called: private networks may, since governments have their
    own; this machine only where the environment says so (``OUTBOX_LOOPBACK``)."""
    own = ipaddress.ip_address(address.partition("%")[0])
    own = getattr(own, "ipv4_mapped", None) or own
    if own.is_loopback:
        return bool(settings.OUTBOX_LOOPBACK)
    return not (own.is_link_local or own.is_multicast or own.is_unspecified or own.is_reserved)


def call(
    url: str, body: bytes, headers: Mapping[str, str], connect_seconds: float, answer_seconds: float
) -> tuple[int, dict[str, str], bytes]:
    """Post a body; returns the status, the headers by their names in lower case, and at most 64 KiB
    of what was answered.

    Raises ``NotOutward``; ``requests.RequestException`` when the call came to nothing or its whole
    answer was not there in ``answer_seconds`` after the time to connect.
    """
    opened: list[HTTPConnection] = []
    _OPENED.set(opened)
    seconds = connect_seconds + answer_seconds
    ends = time.monotonic() + seconds
    # Each read has its own patience: who sends a byte now and then, of a header too, would hold
    # us as long as they like.
    end = threading.Timer(seconds, _hang_up, [opened])
    end.daemon = True
    end.start()
    try:
        # Every call has a connection of its own: a second answer left on it is nobody's.
        with (
            _session() as session,
            session.post(
                url,
                data=body,
                headers=dict(headers),
                timeout=(connect_seconds, answer_seconds),
                allow_redirects=False,
                stream=True,
            ) as answer,
        ):
            content = bytearray()
            for byte in answer.iter_content(1):
                content += byte
                if len(content) >= _MOST_BYTES or time.monotonic() > ends:
                    break
            found = answer.status_code, dict(answer.headers), bytes(content)
    except requests.RequestException as error:
        if time.monotonic() > ends and not isinstance(error, requests.Timeout):
            raise requests.ReadTimeout("the answer came too slowly") from error
        raise
    finally:
        end.cancel()
    if time.monotonic() > ends:
        # What was cut off reads like an answer that is over.
        raise requests.ReadTimeout("the answer came too slowly")
    status, fields, content_read = found
    return status, {name.lower(): value for name, value in fields.items()}, content_read


_OPENED: ContextVar[list[HTTPConnection]] = ContextVar("opened")


def _hang_up(opened: list[HTTPConnection]) -> None:
    for connection in opened:
        if connection.sock is not None:
            with suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)


class _Outward(HTTPConnection):
    """Hangs up on peers that are not to be called, before anything is said."""

    def _new_conn(self) -> socket.socket:
        sock = super()._new_conn()
        if not is_outward(sock.getpeername()[0]):
            sock.close()
            raise NotOutward(self.host)
        _OPENED.get().append(self)
        return sock


class _OutwardTLS(_Outward, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Outward


class _PoolTLS(HTTPSConnectionPool):
    ConnectionCls = _OutwardTLS


class _Adapter(HTTPAdapter):
    """Calls directly: behind a proxy of the environment nobody would look at the peer."""

    def send(self, *args: Any, **kwargs: Any) -> requests.Response:
        return super().send(*args, **{**kwargs, "proxies": {}})

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _PoolTLS}


def _session() -> requests.Session:
    session = requests.Session()
    # Else an entry for the host in ~/.netrc would take the place of our own proof.
    session.auth = lambda request: request
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Adapter())
    return session
