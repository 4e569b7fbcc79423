"""A counterpart that really listens: what the outbox delivers to in the tests."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_LONGEST_SILENCE = 30


@dataclass
class Counterpart:
    """Stands for another system's intake.

    ``script`` holds the answers to come, one per request: a status code; "drop" to cut the
    connection without an answer; "lost" to accept and then hang up in the middle of the answer;
    "twice" to accept and answer two times; "silent" to say nothing until the test is over; "slow"
    or "slow header" to answer byte by byte until then; an object to answer with under 200; or what
    to do before answering 200 as it does when it is empty. ``received`` has every request body in
    order, ``accepted`` one per idempotency key, as a careful receiver keeps them; ``calls`` has
    method, target, headers and body as they came.
    """

    url: str = ""
    script: deque[Any] = field(default_factory=deque)
    received: list[dict[str, Any]] = field(default_factory=list)
    accepted: dict[str, dict[str, Any]] = field(default_factory=dict)
    tokens: list[str] = field(default_factory=list)
    calls: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    arrival: threading.Condition = field(default_factory=threading.Condition)

    def has_accepted(self, text: str, seconds: float) -> bool:
        """Whether a body holding the text is accepted within the time."""
        with self.arrival:
            return self.arrival.wait_for(lambda: text in str(self.accepted), seconds)


@contextmanager
def listening() -> Iterator[Counterpart]:
    """Run a counterpart on a free port of this machine."""
    state = Counterpart()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            body = json.loads(content)
            state.received.append(body)
            headers = {name.lower(): value for name, value in self.headers.items()}
            state.calls.append((self.command, self.path, headers, content))
            state.tokens.append(self.headers.get("Authorization", ""))
            answer = state.script.popleft() if state.script else 200
            if callable(answer):
                answer()
                answer = 200
            if answer == "drop":
                self.connection.close()
                return
            if answer == "silent":
                state.over.wait(_LONGEST_SILENCE)
                return
            if answer in ("lost", "twice", "slow") or (isinstance(answer, int) and answer < 300):
                with state.arrival:
                    state.accepted.setdefault(self.headers["Idempotency-Key"], body)
                    state.arrival.notify_all()
            if isinstance(answer, dict):
                self._say(200, json.dumps(answer, ensure_ascii=False).encode())
                return
            if answer == "lost":
                self._say(200, b"{}", length=200)
                return
            if answer == "twice":
                self._say(200, b"{}")
                with suppress(OSError):
                    self._say(500, b"{}")
                return
            if answer == "slow header":
                self.send_response(200)
                self.flush_headers()
                self.wfile.write(b"X-Slow: ")
                with suppress(OSError):
                    while not state.over.wait(0.02):
                        self.wfile.write(b"a")
                        self.wfile.flush()
                return
            if answer == "slow":
                self._say(200, b"{", length=200)
                with suppress(OSError):
                    while not state.over.wait(0.02):
                        self.wfile.write(b" ")
                        self.wfile.flush()
                return
            # Whoever refuses repeats what it was sent, as validators do.
            words = b"{}" if int(answer) < 400 else json.dumps(body, ensure_ascii=False).encode()
            self._say(int(answer), words)

        def _say(self, status: int, words: bytes, length: int | None = None) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(length or len(words)))
            self.end_headers()
            self.wfile.write(words)
            self.wfile.flush()

        def log_message(self, *args: Any) -> None:
            """Keep the test output quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield state
    finally:
        state.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
