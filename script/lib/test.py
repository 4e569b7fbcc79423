"""Check and test everything; with arguments run only pytest with these."""

import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from checks import run_checks
from chromium import provide_chromium
from environment import PROJECT, VENV_PYTHON, enter
from messages import CommandError, report, say
from services import Services, exclusive
from supervisor import Program, StopRequested, Supervisor, spawn

DATA = PROJECT / "var" / "test"
STARTED = "TEST_STARTED_AT"
"""The variable that keeps the time of the start when the process is replaced by the venv's."""


@dataclass
class Phases:
    """How long each phase took, in seconds."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def phase(self, label: str) -> Iterator[None]:
        started = time.monotonic()
        try:
            yield
        finally:
            self.seconds[label] = time.monotonic() - started

    def __str__(self) -> str:
        parts = "，".join(f"{label} {seconds:.0f} 秒" for label, seconds in self.seconds.items())
        return f"用时：{parts}；共 {sum(self.seconds.values()):.0f} 秒"


def main() -> int:
    arguments = sys.argv[1:]
    # What shares one running platform, or one world, stays in one process. They wait for each
    # other's servers and browsers, so there is one process more than there are processors.
    options = arguments or ["-n", "3", "--dist", "loadgroup"]
    phases = Phases()
    try:
        os.environ.setdefault(STARTED, str(time.time()))
        enter(development=True)
        with exclusive(DATA), Supervisor() as supervisor:
            environment = os.environ | start_services(supervisor, DATA)
            chromium = provide_chromium()
            phases.seconds["安装与服务"] = time.time() - float(os.environ[STARTED])
            if chromium:
                environment["CHROMIUM"] = chromium
            else:
                say(
                    "浏览器测试没有运行：本机没有 Chromium。"
                    "安装后重新运行，或用环境变量 CHROMIUM 指定它的路径"
                )
                options = ["-m", "not browser", *options]
            failed = [] if arguments else check_and_prepare(supervisor, environment, phases)
            if failed:
                say(f"未通过的检查：{'、'.join(failed)}")
            say("")
            with phases.phase("测试"):
                code = supervisor.run_once(python("pytest", environment, *options))
            say(str(phases))
            return code or (1 if failed else 0)
    except (StopRequested, KeyboardInterrupt):
        return 130
    except CommandError as error:
        report(error)
        return 1


def check_and_prepare(
    supervisor: Supervisor, environment: dict[str, str], phases: Phases
) -> list[str]:
    """Run the checks while the database is made that all tests copy; ``environment`` then names it.

    Returns the labels of the checks that failed. Raises CommandError when there is no database.
    """
    own = environment.get("TEST_DB", "supervision")
    template = python("tests.template", environment | {"TEST_DB": f"{own}_template"})
    process = spawn(template)
    with phases.phase("检查"):
        failed = run_checks(environment)
    with phases.phase("等待数据库"):
        if supervisor.finish(template, process):
            raise CommandError("测试数据库没有建成", "按上面的错误修正后重新运行")
    environment["TEST_DB_TEMPLATE"] = f"test_{own}_template"
    return failed


def python(module: str, environment: Mapping[str, str], *arguments: str) -> Program:
    """A module run by the project's Python, its output on the terminal."""
    return Program(
        module,
        [str(VENV_PYTHON), "-m", module, *arguments],
        {"DJANGO_SETTINGS_MODULE": "supervision.settings", **environment},
        PROJECT,
        stop_seconds=60,
    )


def start_services(supervisor: Supervisor, data: Path) -> dict[str, str]:
    """Start what is not served elsewhere; returns the variables that say where it is."""
    wanted = {"DATABASE_URL", "REDIS_URL"} - os.environ.keys()
    if not wanted:
        return {}
    access = Services(data, durable=False, max_connections=200).start(
        supervisor, postgres="DATABASE_URL" in wanted, redis="REDIS_URL" in wanted
    )
    urls = {"DATABASE_URL": access.database_url, "REDIS_URL": access.redis_url}
    return {name: urls[name] for name in wanted}


if __name__ == "__main__":
    sys.exit(main())
