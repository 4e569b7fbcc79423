"""Run the benchmarks with database and queue of their own, on a million rows unless told."""

import os
import sys

from environment import PROJECT, VENV_PYTHON, enter
from messages import CommandError, report
from services import exclusive
from supervisor import Program, StopRequested, Supervisor
from test import start_services

DATA = PROJECT / "var" / "benchmark" / "services"


def main() -> int:
    try:
        enter(development=True)
        with exclusive(DATA), Supervisor() as supervisor:
            environment = (
                os.environ
                | start_services(supervisor, DATA)
                | {"DJANGO_SETTINGS_MODULE": "supervision.settings"}
            )
            return supervisor.run_once(
                Program(
                    "benchmark",
                    [str(VENV_PYTHON), "-m", "tests.benchmark", *sys.argv[1:]],
                    environment,
                    PROJECT,
                    stop_seconds=60,
                )
            )
    except (StopRequested, KeyboardInterrupt):
        return 130
    except CommandError as error:
        report(error)
        return 1


if __name__ == "__main__":
    sys.exit(main())
