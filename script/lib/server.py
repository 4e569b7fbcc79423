"""Start the platform: servers, migrations, demo county on first run, web, worker and beat."""

import argparse
import hashlib
import os
import secrets
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from pathlib import Path
from signal import SIGQUIT

from environment import PROJECT, VENV, VENV_PYTHON, enter, is_stamped
from messages import CommandError, report, say
from services import Services, exclusive, last_line, prepare_folder, write_private
from supervisor import Program, StopRequested, Supervisor

READY_SECONDS = 120.0
WORKERS = {
    "prompt": ("即时", ("--concurrency", "1")),
    # Waiting for answers needs no processes.
    "delivery": ("对外推送", ("--pool", "threads", "--concurrency", "4")),
    "long": ("长时", ()),
}
"""One worker for each queue of the settings: its label, its options."""


class Platform:
    """One running platform over one data folder."""

    def __init__(self, supervisor: Supervisor, data: Path, host: str, port: int) -> None:
        self.supervisor = supervisor
        self.data = data
        self.host = host
        self.port = port
        self.environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "supervision.settings",
            "PYTHONUNBUFFERED": "1",
            "VAR_DIR": str(data),
            "STATIC_MANIFEST": "1",
        }

    @property
    def url(self) -> str:
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::", "") else self.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}/"

    def log(self, name: str) -> Path:
        return self.data / "log" / f"{name}.log"

    def start(self) -> None:
        """Bring everything up; returns when the health page says that all parts answer."""
        self._start_services()
        self._collect_static()
        self._manage("数据库结构更新", "migrate", "--no-input")
        logins = self.data / "logins.txt"
        if self.environment["DEMO"] == "1":
            say("检查演示数据 …" if logins.exists() else "准备演示数据（首次需要几分钟）…")
            self._manage("演示数据载入", "load_demo", "--if-empty", answer=logins)
        self._start_processes()
        say("")
        say(f"平台已启动：{self.url}")
        if self.environment["DEMO"] == "1":
            say(logins.read_text().strip())
        say("按 Ctrl-C 停止")

    def _start_services(self) -> None:
        """Start what is not served elsewhere, and fill in what the settings need."""
        environment = self.environment
        served = "DATABASE_URL" in environment
        production = environment.get("DJANGO_ENV") == "production"
        environment.setdefault("DEMO", "0" if served or production else "1")
        if not production:
            environment.setdefault("SECRET_KEY", secret_key(self.data))
        wanted = {"DATABASE_URL", "REDIS_URL"} - environment.keys()
        if wanted:
            say("启动数据库与队列 …")
            services = Services(self.data)
            access = services.start(
                self.supervisor,
                postgres="DATABASE_URL" in wanted,
                redis="REDIS_URL" in wanted,
            )
            environment.setdefault("DATABASE_URL", access.database_url)
            environment.setdefault("REDIS_URL", access.redis_url)

    def _collect_static(self) -> None:
        """Gather and compress the static files unless none has changed."""
        stamp = self.data / "static.collected"
        state = state_of(
            [PROJECT / "static", PROJECT / "var" / "vendor"],
            [VENV / ".requirements.txt.installed", PROJECT / "supervision" / "settings.py"],
        )
        if not is_stamped(stamp, state):
            self._manage("静态文件收集", "collectstatic", "--no-input", "--clear")
            stamp.write_text(state)

    def _manage(self, label: str, *arguments: str, answer: Path | None = None) -> None:
        """Run a management command; its output goes to a log, or to the terminal and ``answer``.

        Raises CommandError when it fails.
        """
        log = None if answer else self.log(arguments[0])
        code = self.supervisor.run_once(
            Program(
                label,
                [str(VENV_PYTHON), "manage.py", *arguments],
                self.environment,
                PROJECT,
                log=log,
                answer=answer,
            )
        )
        if code:
            detail = f"：{last_line(log)}" if log else ""
            where = f"详见 {log}；" if log else ""
            raise CommandError(
                f"{label}没有成功{detail}",
                f"{where}修正后重新运行，已完成的步骤不会重做",
            )

    def _start_processes(self) -> None:
        python = str(VENV_PYTHON)
        celery = [python, "-m", "celery", "--app", "supervision"]
        self.supervisor.start(
            Program(
                "网站",
                [
                    *(python, "-m", "gunicorn", "supervision.wsgi", "--no-control-socket"),
                    *("--bind", f"{self.host}:{self.port}"),
                    *("--workers", self.environment.get("WEB_CONCURRENCY", "2")),
                    *("--worker-class", "gthread", "--threads", "4"),
                    *("--timeout", "60", "--graceful-timeout", "10"),
                    # Loaded once and forked: a killed worker is back at once.
                    "--preload",
                ],
                self.environment,
                PROJECT,
                log=self.log("web"),
            )
        )
        for queue, (label, options) in WORKERS.items():
            self.supervisor.start(
                Program(
                    f"后台任务（{label}）",
                    [
                        *(*celery, "worker", "--queues", queue, "--hostname", f"{queue}@%h"),
                        *("--without-gossip", "--without-mingle", *options),
                    ],
                    self.environment,
                    PROJECT,
                    log=self.log(f"worker-{queue}"),
                    # With the supervisor the queue dies too: a warm shutdown would wait for it.
                    orphan_signal=SIGQUIT,
                )
            )
        self.supervisor.start(
            Program(
                "定时任务",
                [*celery, "beat", "--schedule", str(self.data / "beat"), "--pidfile="],
                self.environment,
                PROJECT,
                log=self.log("beat"),
            )
        )
        say("启动网站、后台任务与定时任务 …")
        if culprit := self.supervisor.wait_until(self._healthy, READY_SECONDS):
            said = f"：{last_line(culprit.log)}" if culprit.log else ""
            raise CommandError(
                f"平台没有就绪，问题出在{culprit.name}{said}",
                f"详见 {self.data / 'log'} 中的 web.log、worker-*.log、beat.log",
            )

    def _healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}health/", timeout=5) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False


def secret_key(data: Path) -> str:
    """The signing key of this data folder, made on first use so that sessions survive."""
    file = data / "secret-key"
    if not file.exists():
        write_private(file, secrets.token_urlsafe(50))
    return file.read_text()


def state_of(folders: Iterable[Path], files: Iterable[Path]) -> str:
    """A digest of names, sizes and times of all files given and in the folders given."""
    found = [path for folder in folders for path in folder.rglob("*")]
    digest = hashlib.sha256()
    for path in sorted([*found, *files]):
        if path.is_file():
            status = path.stat()
            digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def require_free_port(host: str, port: int) -> None:
    """Raises CommandError when the web server could not listen there."""
    if not 1 <= port <= 65535:
        raise CommandError(f"端口 {port} 无效", "用 --port 指定 1 至 65535 之间的端口")
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise CommandError(
            f"地址 {host} 无效：{error.strerror}", "用 --host 指定本机的地址，例如 0.0.0.0"
        ) from error
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except PermissionError as error:
            raise CommandError(
                f"当前用户不能使用端口 {port}", "用 --port 指定 1024 以上的端口"
            ) from error
        except OSError as error:
            raise CommandError(
                f"端口 {port} 已被占用或地址 {host} 不属于本机",
                f"停止占用它的程序，或换一个端口：script/server --port {port % 65535 + 1}",
            ) from error


def main() -> int:
    parser = argparse.ArgumentParser(prog="script/server", description="启动平台，按 Ctrl-C 停止")
    parser.add_argument("--host", default="127.0.0.1", help="网站监听的地址")
    parser.add_argument("--port", type=int, default=8000, help="网站监听的端口")
    parser.add_argument(
        "--data", type=Path, default=PROJECT / "var" / "demo", help="数据文件夹（默认 var/demo）"
    )
    options = parser.parse_args()
    data = options.data.resolve()
    try:
        require_free_port(options.host, options.port)
        prepare_folder(data)
        enter()
        with exclusive(data), Supervisor() as supervisor:
            started = time.monotonic()
            Platform(supervisor, data, options.host, options.port).start()
            say(f"（启动用时 {time.monotonic() - started:.1f} 秒）")
            supervisor.run()
            say("正在停止 …")
    except (StopRequested, KeyboardInterrupt):
        pass
    except CommandError as error:
        report(error)
        return 1
    say("已停止，数据已保留")
    return 0


if __name__ == "__main__":
    sys.exit(main())
