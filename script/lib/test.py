"""Check and test everything; with arguments run only pytest with these."""

import os
import sys
from pathlib import Path

from checks import run_checks
from chromium import provide_chromium
from environment import PROJECT, VENV_PYTHON, enter
from messages import CommandError, report, say
from services import Services, exclusive
from supervisor import Program, StopRequested, Supervisor

DATA = PROJECT / "var" / "test"


def main() -> int:
    arguments = sys.argv[1:]
    # The browser tests share one running platform, so they stay in one process.
    options = arguments or ["-n", "2", "--dist", "loadgroup"]
    try:
        enter(development=True)
        with exclusive(DATA), Supervisor() as supervisor:
            environment = os.environ | start_services(supervisor, DATA)
            failed = [] if arguments else run_checks(environment)
            chromium = provide_chromium()
            if chromium:
                environment["CHROMIUM"] = chromium
            else:
                say(
                    "浏览器测试没有运行：本机没有 Chromium。"
                    "安装后重新运行，或用环境变量 CHROMIUM 指定它的路径"
                )
                options = ["-m", "not browser", *options]
            if failed:
                say(f"未通过的检查：{'、'.join(failed)}")
            say("")
            code = supervisor.run_once(
                Program(
                    "pytest",
                    [str(VENV_PYTHON), "-m", "pytest", *options],
                    environment,
                    PROJECT,
                    stop_seconds=60,
                )
            )
            return code or (1 if failed else 0)
    except (StopRequested, KeyboardInterrupt):
        return 130
    except CommandError as error:
        report(error)
        return 1


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
