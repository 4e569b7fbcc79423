"""The commands that start the platform, from outside: what they say, start and leave behind."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

PROJECT = Path(__file__).resolve().parents[1]
ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if name not in ("DATABASE_URL", "REDIS_URL", "DEMO")
}


class Command:
    """A running command of script/ whose output can be awaited."""

    def __init__(self, name: str, *arguments: str, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, f"script/lib/{name}.py", *arguments],
            cwd=PROJECT,
            env=ENVIRONMENT | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def read_until(self, text: str) -> str:
        """The output up to the line with ``text``; fails when it ends without."""
        assert self.process.stdout
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            if text in line:
                return "".join(lines)
        raise AssertionError("".join(lines))

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def finish(self) -> tuple[int, str]:
        """Exit code and remaining output."""
        output, _ = self.process.communicate(timeout=60)
        return self.process.returncode, output


@pytest.fixture
def data() -> Iterator[Path]:
    """A data folder that the user who runs PostgreSQL may enter, unlike pytest's own."""
    (PROJECT / "var").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=PROJECT / "var", prefix="command-") as folder:
        path = Path(folder)
        path.chmod(0o755)
        yield path
        for process in processes_of(path):
            process.kill()


def processes_of(data: Path) -> list[psutil.Process]:
    """All processes that work in or were started for a data folder."""
    found = []
    for process in psutil.process_iter():
        try:
            traces = [*process.cmdline(), process.cwd(), process.environ().get("VAR_DIR", "")]
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
        if any(str(data) in trace for trace in traces) and process.pid != os.getpid():
            found.append(process)
    return found


def wait_until_nothing_is_left(data: Path) -> None:
    psutil.wait_procs(processes_of(data), timeout=20)
    assert processes_of(data) == []


def wait_for_line(log: Path, text: str, times: int) -> None:
    """Follow a log until ``text`` stands in it so often."""
    command = ["timeout", "60", "tail", "--lines=+1", "--follow", str(log)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as follower:
        assert follower.stdout
        for line in follower.stdout:
            times -= text in line
            if times == 0:
                follower.terminate()
                return
    raise AssertionError(f"{text} was not logged in time")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def postmaster(data: Path) -> int:
    return int((data / "postgres" / "postmaster.pid").read_text().split()[0])


def services(data: Path) -> Command:
    return Command("services", "--data", str(data))


def test_a_port_in_use_is_said_in_words(data: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        code, output = Command("server", "--port", str(port), "--data", str(data)).finish()
    assert code == 1
    assert f"错误：端口 {port} 已被占用" in output
    assert f"办法：停止占用它的程序，或换一个端口：script/server --port {port + 1}" in output


def test_a_data_folder_that_cannot_be_written_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file where a folder should be")
    code, output = Command(
        "server", "--port", str(free_port()), "--data", str(tmp_path / "var" / "demo")
    ).finish()
    assert code == 1
    assert f"错误：无法写入 {tmp_path}/var/demo" in output
    assert "Traceback" not in output


def test_a_python_that_is_too_old_is_said_in_words(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    (tmp_path / "dirname").symlink_to("/usr/bin/dirname")
    result = subprocess.run(
        ["/bin/sh", "script/server"],
        cwd=PROJECT,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 1
    assert "错误：没有找到 Python 3.11 或更新的版本" in result.stderr


def test_a_package_index_that_cannot_be_reached_is_said_in_words(tmp_path: Path) -> None:
    """In a copy of what is needed, so that the environment of this project is left alone."""
    library = tmp_path / "script" / "lib"
    library.mkdir(parents=True)
    for name in ("environment.py", "messages.py", "setup.py"):
        shutil.copy(PROJECT / "script" / "lib" / name, library)
    (tmp_path / "requirements.txt").write_text(f"absent==1.0 --hash=sha256:{'0' * 64}\n")
    result = subprocess.run(
        [sys.executable, library / "setup.py"],
        env=ENVIRONMENT | {"PIP_NO_INDEX": "1"},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 1
    assert "错误：Python 软件包没有装上" in result.stderr
    assert "办法：确认能访问软件源" in result.stderr


def test_servers_survive_what_may_happen_to_them(data: Path) -> None:
    """Killed alone they come back; killed with the command they leave nothing and start again."""
    first = services(data)
    first.read_until("REDIS_URL")
    killed = postmaster(data)
    os.kill(killed, signal.SIGKILL)
    first.read_until("PostgreSQL 意外退出")
    wait_for_line(data / "log" / "postgres.log", "ready to accept connections", times=2)
    assert postmaster(data) != killed

    second = services(data)
    code, output = second.finish()
    assert code == 1
    assert f"错误：{data} 正由另一个运行中的平台使用" in output

    first.send(signal.SIGKILL)
    first.finish()
    wait_until_nothing_is_left(data)

    # After a restart of the machine the number in the file may be anyone's, here our own.
    (data / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n{data / 'postgres'}\n")
    third = services(data)
    third.read_until("REDIS_URL")
    third.send(signal.SIGINT)
    assert third.finish()[0] == 0
    assert processes_of(data) == []


def spoil_version(data: Path) -> str:
    (data / "postgres" / "PG_VERSION").write_text("14\n")
    return "的数据属于 PostgreSQL 14，本平台使用 18"


def lose_version(data: Path) -> str:
    (data / "postgres" / "PG_VERSION").unlink()
    return "数据库数据已损坏"


def spoil_control_file(data: Path) -> str:
    (data / "postgres" / "global" / "pg_control").write_bytes(b"\0" * 8192)
    return "PostgreSQL 无法启动，数据可能已损坏"


def spoil_passwords(data: Path) -> str:
    (data / "services.json").write_text("{")
    return "services.json 已损坏"


def test_damaged_data_is_said_in_words_and_left_alone(data: Path) -> None:
    command = services(data)
    command.read_until("REDIS_URL")
    command.send(signal.SIGTERM)
    assert command.finish()[0] == 0
    for spoil in (spoil_control_file, spoil_version, lose_version, spoil_passwords):
        expected = spoil(data)
        code, output = services(data).finish()
        assert code == 1
        assert expected in output
        assert "办法：" in output
        assert "Traceback" not in output
        assert processes_of(data) == []
    assert (data / "postgres" / "base").is_dir()


def test_the_platform_starts_stops_and_keeps_its_data(data: Path) -> None:
    port = free_port()
    arguments = ("--port", str(port), "--data", str(data))

    first = Command("server", *arguments, DEMO="0")
    first.read_until("按 Ctrl-C 停止")
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/", timeout=10) as answer:
        parts = {part["name"]: part["words"] for part in json.load(answer)["parts"]}
    assert parts == dict.fromkeys(
        ("database", "redis", "prompt", "delivery", "long", "beat"), "正常"
    )
    key = (data / "secret-key").read_text()
    first.send(signal.SIGKILL)
    first.finish()
    wait_until_nothing_is_left(data)

    second = Command("server", *arguments, DEMO="0")
    output = second.read_until("按 Ctrl-C 停止")
    assert f"平台已启动：http://127.0.0.1:{port}/" in output
    assert (data / "secret-key").read_text() == key
    second.send(signal.SIGINT)
    code, output = second.finish()
    assert code == 0
    assert output.endswith("已停止，数据已保留\n")
    assert processes_of(data) == []
