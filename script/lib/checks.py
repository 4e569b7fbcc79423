"""Everything that CI checks apart from the tests: each check is one command that must succeed."""

import secrets
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from environment import PROJECT, VENV
from messages import say

BIN = VENV / "bin"


@dataclass(frozen=True)
class Check:
    label: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


def all_checks() -> list[Check]:
    """The checks in the order in which they run."""
    python = str(BIN / "python")
    production = {
        "DJANGO_ENV": "production",
        "SECRET_KEY": secrets.token_urlsafe(60),
        "ALLOWED_HOSTS": "supervision.example",
    }
    return [
        Check("代码规则（ruff check）", (str(BIN / "ruff"), "check", "--quiet", ".")),
        Check("代码格式（ruff format）", (str(BIN / "ruff"), "format", "--check", "--quiet", ".")),
        Check("类型（mypy）", (str(BIN / "mypy"),)),
        Check("层次（import-linter）", (str(BIN / "lint-imports"), "--no-logo")),
        Check("迁移齐全", (python, "manage.py", "makemigrations", "--check", "--dry-run")),
        Check(
            "生产环境设置",
            (python, "manage.py", "check", "--deploy", "--fail-level", "WARNING"),
            production,
        ),
    ]


def run_checks(environment: Mapping[str, str]) -> list[str]:
    """Run all checks, print how long each took and what those said that fail; returns their
    labels."""
    failed = []
    for check in all_checks():
        started = time.monotonic()
        result = subprocess.run(
            check.command,
            cwd=PROJECT,
            env={**environment, **check.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        took = f"{time.monotonic() - started:.0f} 秒"
        if result.returncode:
            failed.append(check.label)
            say(f"✗ {check.label} {took}\n{result.stdout.rstrip()}")
        else:
            say(f"✓ {check.label} {took}")
    return failed
