"""How to talk to a receiving system: one adapter per target, and the one place that calls out.

An adapter says which topics its system takes, how a message is put for it, and what its answers
mean. Where a system is, how calls to it are signed and how long it may take is its ``Route``. The
roof registers the adapters of the region's counterparts; a target without one is told the plain
envelope.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar

import requests
import structlog
from django.core.serializers.json import DjangoJSONEncoder

from records.calls import NotOutward, call
from records.outbox_names import COMPLAINT_CHANNEL, TARGETS

if TYPE_CHECKING:
    from records.models import OutboxMessage

_SHOWN_WORDS = 500
_LONGEST_RECEIPT = 100

log = structlog.get_logger(__name__)


class Outcome(Enum):
    """What became of one attempt."""

    ACCEPTED = "accepted"
    REPEATED = "repeated"
    """The other side has had the message before; as good as accepted."""
    REFUSED = "refused"
    """For good: the same message will never be taken."""
    LATER = "later"


@dataclass(frozen=True)
class Reading:
    """What an answer means. ``words`` say why, for people; ``pause`` is how many seconds the other
    side asked to be left alone; ``unwell``: not the message but the system, or our access to it,
    is at fault, so that others need not try either; ``called`` is False when nothing was sent, so
    that nothing was heard of the system."""

    outcome: Outcome
    words: str = ""
    receipt: str = ""
    pause: float | None = None
    unwell: bool = False
    called: bool = True

    @property
    def arrived(self) -> bool:
        return self.outcome in (Outcome.ACCEPTED, Outcome.REPEATED)


@dataclass(frozen=True)
class Answer:
    """What came back, at most 64 KiB of it; header names in lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def members(self) -> dict[str, Any] | None:
        """The members of a JSON object; None for a body that is none."""
        try:
            found = json.loads(self.body) if self.body.strip() else {}
        except (ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None

    @property
    def pause(self) -> float | None:
        """``Retry-After`` in seconds, where it is a number."""
        given = self.headers.get("retry-after", "")
        return float(given) if given.isascii() and given.isdecimal() and len(given) < 8 else None


Sign = Callable[[str, str, bytes, str], Mapping[str, str]]
"""From method, address, body and idempotency key to the headers that prove who calls."""


@dataclass(frozen=True, kw_only=True)
class Route:
    """The way to a receiving system for a region and what lies below it ("" : everywhere).
    ``on`` is whether messages are sent now; ``answer_seconds`` is for the whole answer."""

    target: str
    region_code: str
    url: str
    sign: Sign
    connect_seconds: float = 5
    answer_seconds: float = 10
    on: bool = True

    @property
    def lease_seconds(self) -> float:
        """Longer than an attempt takes; of one whose answer trickles in, the message may be told
        once more meanwhile, under the same id."""
        return self.connect_seconds + self.answer_seconds + 5


class Adapter:
    """A system that takes the plain envelope and answers by HTTP's own words. ``topics`` are those
    it takes, None: all."""

    target: ClassVar[str] = ""
    topics: ClassVar[frozenset[str] | None] = None

    def takes(self, topic: str) -> bool:
        """Whether the system has a place for the topic."""
        return self.topics is None or topic in self.topics

    def address(self, route: Route, message: OutboxMessage) -> str:
        """Where the message goes."""
        return route.url

    def content(self, message: OutboxMessage) -> dict[str, Any]:
        """What is told of the change."""
        payload: dict[str, Any] = message.payload
        return payload

    def body(self, message: OutboxMessage) -> bytes:
        """The envelope: the same bytes at every attempt."""
        envelope = {
            "id": str(message.pk),
            "topic": message.topic,
            "created_at": message.created_at.isoformat(),
            "payload": self.content(message),
        }
        return json.dumps(envelope, ensure_ascii=False, cls=DjangoJSONEncoder).encode()

    def read(self, answer: Answer) -> Reading:
        """What the answer means."""
        status = answer.status
        if 200 <= status < 300:
            return self.read_success(answer)
        words = f"对方系统没有接收（HTTP {status}）{self.words_of(answer)}"
        if status == 409 and str((answer.members or {}).get("code")) in self.known_codes:
            return Reading(Outcome.REPEATED, receipt=_receipt(answer))
        if status in (400, 410, 413, 422):
            return Reading(Outcome.REFUSED, words)
        return Reading(Outcome.LATER, words, pause=answer.pause, unwell=status != 409)

    known_codes: ClassVar[frozenset[str]] = frozenset({"already_received", "duplicate"})
    """By these codes of a 409 the other side says that it has the message; any other 409 is about
    the moment: tell it again later."""

    def read_success(self, answer: Answer) -> Reading:
        """What an answer of the 200s means."""
        return Reading(Outcome.ACCEPTED, receipt=_receipt(answer))

    def words_of(self, answer: Answer) -> str:
        """What the other side said, cut to what is kept."""
        return plain(answer.body.decode("utf-8", "replace"), _SHOWN_WORDS)


def plain(said: object, most: int) -> str:
    """What another system said, as the database can hold it: cut, without NUL and halves of
    characters, both of which JSON may carry."""
    return str(said).encode("utf-8", "replace").decode().replace("\0", "")[:most]


def _receipt(answer: Answer) -> str:
    given = (answer.members or {}).get("receipt", "")
    return plain(given, _LONGEST_RECEIPT) if isinstance(given, str | int) else ""


ADAPTERS: dict[str, Adapter] = {}
_PLAIN = Adapter()


def register(adapter: Adapter) -> None:
    """Let messages to the adapter's target go through it."""
    if adapter.target not in TARGETS:
        raise ValueError(f"{adapter.target} is no target")
    ADAPTERS[adapter.target] = adapter


def adapter_of(target: str) -> Adapter:
    """The adapter of a target."""
    return ADAPTERS.get(target, _PLAIN)


def attempt(message: OutboxMessage, route: Route) -> Reading:
    """Tell the receiving system once; whatever goes wrong on the way means "later"."""
    adapter = adapter_of(message.target)
    if not adapter.takes(message.topic):
        return Reading(Outcome.REFUSED, "对方系统不接收这类信息，没有发出。", called=False)
    key = str(message.pk)
    try:
        url, body = adapter.address(route, message), adapter.body(message)
    except (KeyError, TypeError, ValueError) as error:
        log.exception("outbox.not_put", message=key, error=type(error).__name__)
        words = "内容不能写成对方系统的格式，没有发出，详见系统日志。"
        return Reading(Outcome.REFUSED, words, called=False)
    try:
        headers = {"Content-Type": "application/json; charset=utf-8", "Idempotency-Key": key}
        headers |= route.sign("POST", url, body, key)
        answer = Answer(*call(url, body, headers, route.connect_seconds, route.answer_seconds))
        reading = adapter.read(answer)
    except NotOutward:
        words = "接收地址指向本机或者本地链路，没有发出，请系统管理员核对。"
        return Reading(Outcome.LATER, words, unwell=True)
    except requests.RequestException as error:
        log.warning("outbox.unreachable", target=message.target, error=str(error))
        return Reading(Outcome.LATER, _trouble(error, route), unwell=True)
    except Exception:
        # Whatever it was, the message must not be left without an end, nor those behind it.
        log.exception("outbox.not_called", message=key, target=message.target)
        return Reading(Outcome.LATER, "推送没有完成，详见系统日志。", unwell=True)
    if reading.words and _is_secret(message):
        return replace(reading, words=f"对方系统没有接收（HTTP {answer.status}）")
    return reading


def _is_secret(message: OutboxMessage) -> bool:
    """Whether the other side's words stay out of the record: they may repeat what it was told,
    contacts among it."""
    secret: bool = getattr(message.about, "confidential", False)
    return secret or message.target == COMPLAINT_CHANNEL


def _trouble(error: requests.RequestException, route: Route) -> str:
    if isinstance(error, requests.exceptions.SSLError):
        return "对方系统的证书不可信。"
    if isinstance(error, requests.ConnectTimeout):
        return f"{route.connect_seconds:g} 秒内连不上对方系统。"
    if isinstance(error, requests.Timeout):
        return f"对方系统 {route.answer_seconds:g} 秒内没有应答。"
    if isinstance(error, requests.ConnectionError | requests.exceptions.ChunkedEncodingError):
        return "连不上对方系统，或者应答中断。"
    return "推送没有完成，详见系统日志。"
