"""A counterpart that really listens: what the outbox delivers to in the tests."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Counterpart:
    """Stands for another system's intake.

    ``script`` holds the answers to come, one per request: a status code, "drop" to cut the
    connection without an answer, or what to do before answering 200 as it does when it is empty.
    ``received`` has every request body in order, ``accepted`` one per idempotency key, as a careful
    receiver keeps them.
    """

    url: str = ""
    script: deque[int | str | Callable[[], None]] = field(default_factory=deque)
    received: list[dict[str, Any]] = field(default_factory=list)
    accepted: dict[str, dict[str, Any]] = field(default_factory=dict)
    tokens: list[str] = field(default_factory=list)
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
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            state.received.append(body)
            state.tokens.append(self.headers.get("Authorization", ""))
            answer = state.script.popleft() if state.script else 200
            if callable(answer):
                answer()
                answer = 200
            if answer == "drop":
                self.connection.close()
                return
            if isinstance(answer, int) and answer < 300:
                with state.arrival:
                    state.accepted[self.headers["Idempotency-Key"]] = body
                    state.arrival.notify_all()
            # Whoever refuses repeats what it was sent, as validators do.
            words = b"{}" if int(answer) < 400 else json.dumps(body, ensure_ascii=False).encode()
            self.send_response(int(answer))
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(words)))
            self.end_headers()
            self.wfile.write(words)

        def log_message(self, *args: Any) -> None:
            """Keep the test output quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
