"""Run several processes from one command and leave none behind.

Every child is the leader of its own session, so that a Ctrl-C at the terminal reaches only the
supervisor, which then stops the children in order. On Linux the kernel signals the children
when the supervisor itself is killed (PR_SET_PDEATHSIG), so that no orphan survives ``kill -9``.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import BinaryIO

from messages import CommandError, say

PR_SET_PDEATHSIG = 1
POLL_SECONDS = 0.1
READY_POLL_SECONDS = 0.2
LARGEST_LOG_BYTES = 20 * 1024 * 1024
SECOND_BACKOFF_SECONDS = 1.0
LONGEST_BACKOFF_SECONDS = 30.0
STEADY_SECONDS = 60.0
"""A child that lived this long starts again at once, whatever its earlier failures."""


class StopRequested(Exception):
    """Ctrl-C, SIGTERM or SIGHUP arrived."""


@dataclass
class Program:
    """What to run and how to end it.

    Without ``log`` the output goes to the terminal; ``answer`` takes standard output alone.
    ``user`` and ``group`` are numeric ids, None keeps those of the supervisor. ``stop_signal``
    asks for an orderly end, ``orphan_signal`` is what the kernel sends when the supervisor dies.
    ``stop_seconds`` is how long an orderly end may take. ``prepare`` runs before every start.
    What others depend on is a ``foundation`` and is stopped after them.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    directory: Path
    log: Path | None = None
    answer: Path | None = None
    user: int | None = None
    group: int | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    orphan_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 20.0
    prepare: Callable[[], None] | None = None
    foundation: bool = False


@dataclass
class Child:
    """A program with its present process."""

    program: Program
    process: subprocess.Popen[bytes]
    started: float
    backoff: float = 0.0
    restart_at: float | None = None

    @property
    def running(self) -> bool:
        return self.process.poll() is None


@dataclass
class Supervisor:
    """Starts programs, starts again what dies, stops all, the foundations last."""

    children: list[Child] = field(default_factory=list)
    _stop: bool = False

    def __enter__(self) -> "Supervisor":
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._stop = True

    def start(self, program: Program) -> None:
        """Start ``program``, to be kept alive by :meth:`run`."""
        self.children.append(Child(program, spawn(program), time.monotonic()))

    def run_once(self, program: Program) -> int:
        """Run ``program`` to its end and return its exit code.

        Raises StopRequested, after ending the program, when a signal asks to stop meanwhile.
        """
        return self.finish(program, spawn(program))

    def finish(self, program: Program, process: subprocess.Popen[bytes]) -> int:
        """As :meth:`run_once`, of a program that was spawned before."""
        try:
            while (code := process.poll()) is None:
                self._raise_if_stopped()
                time.sleep(POLL_SECONDS)
            return code
        finally:
            end([(program, process)])

    def wait_until(self, ready: Callable[[], bool], seconds: float) -> Program | None:
        """Wait until ``ready()``; None means it is.

        Otherwise returns the program at fault: one that has ended, or the last one started when
        ``seconds`` have passed.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self._raise_if_stopped()
            for child in self.children:
                if not child.running:
                    return child.program
            if ready():
                return None
            time.sleep(READY_POLL_SECONDS)
        return self.children[-1].program

    def run(self) -> None:
        """Keep all children alive until a signal asks to stop."""
        while not self._stop:
            for child in self.children:
                self._revive(child)
            time.sleep(POLL_SECONDS)

    def stop(self) -> None:
        """End all children; returns when none is left."""
        children, self.children = self.children, []
        for foundation in (False, True):
            end(
                [
                    (child.program, child.process)
                    for child in children
                    if child.program.foundation is foundation
                ]
            )

    def _raise_if_stopped(self) -> None:
        if self._stop:
            raise StopRequested

    def _revive(self, child: Child) -> None:
        if child.running:
            return
        now = time.monotonic()
        if child.restart_at is None:
            if now - child.started >= STEADY_SECONDS:
                child.backoff = 0.0
            child.restart_at = now + child.backoff
            pause = f"{child.backoff:.0f} 秒后" if child.backoff else "立即"
            say(f"{child.program.name} 意外退出（{child.process.returncode}），{pause}重新启动")
            child.backoff = min(
                max(child.backoff * 2, SECOND_BACKOFF_SECONDS), LONGEST_BACKOFF_SECONDS
            )
        if now < child.restart_at:
            return
        # What the dead process started may still hold its port or its files.
        kill_session(child.process.pid)
        child.restart_at = None
        child.started = now
        child.process = spawn(child.program)


def spawn(program: Program) -> subprocess.Popen[bytes]:
    """Start the program's process as the leader of a new session.

    Raises CommandError when its executable is missing or may not be run.
    """
    if program.prepare:
        program.prepare()
    with contextlib.ExitStack() as stack:
        output = errors = None
        if program.log:
            output = errors = stack.enter_context(open_log(program.log))
        if program.answer:
            output = stack.enter_context(program.answer.open("wb"))
        try:
            return subprocess.Popen(
                program.command,
                env=dict(program.environment),
                cwd=program.directory,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                start_new_session=True,
                user=program.user,
                group=program.group,
                extra_groups=None if program.user is None else [],
                preexec_fn=_die_with(os.getpid(), program.orphan_signal),
            )
        except OSError as error:
            raise CommandError(
                f"{program.name} 无法启动：{error.strerror}（{program.command[0]}）",
                "确认该文件存在且有执行权限；删除 .venv 后重新运行会重新安装",
            ) from error


def open_log(path: Path) -> BinaryIO:
    """Open a log for appending; a large one is put aside first, over the one before it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LARGEST_LOG_BYTES:
        path.replace(path.with_suffix(".log.1"))
    return path.open("ab")


def _die_with(parent: int, number: signal.Signals) -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def arm() -> None:
        prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        # The parent may have died between the fork and the call above.
        if os.getppid() != parent:
            os._exit(1)

    return arm


def end(processes: Sequence[tuple[Program, subprocess.Popen[bytes]]]) -> None:
    """Ask each process to end, all at once, and kill what is left when its time is over."""
    for program, process in processes:
        if process.poll() is None:
            process.send_signal(program.stop_signal)
    for program, process in processes:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(program.stop_seconds)
        kill_session(process.pid)
        process.wait()


def kill_session(leader: int) -> None:
    """Kill whatever is left in the process group of a former session leader."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
