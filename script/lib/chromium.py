"""Find the browser for the browser tests, or install it where that is possible."""

import os
import shutil
import subprocess
from pathlib import Path

from messages import say

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DOWNLOADED = ("chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/*/Contents/MacOS/*")


def find_chromium() -> str | None:
    """Path of a Chromium: the variable CHROMIUM, the machine's, or the one of Playwright."""
    if path := os.environ.get("CHROMIUM"):
        return path if os.access(path, os.X_OK) else None
    for name in NAMES:
        if path := shutil.which(name):
            return path
    for cache in (Path.home() / ".cache", Path.home() / "Library" / "Caches"):
        for pattern in DOWNLOADED:
            if found := sorted((cache / "ms-playwright").glob(pattern)):
                return str(found[-1])
    return None


def provide_chromium() -> str | None:
    """Find Chromium, on Debian as root install it first; None when there is none."""
    found = find_chromium()
    if found or os.environ.get("CHROMIUM") or os.geteuid() != 0 or not shutil.which("apt-get"):
        return found
    say("安装 Chromium 与中文字体 …")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (
        ("update", "-qq"),
        ("install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-noto-cjk"),
    ):
        result = subprocess.run(
            ["apt-get", *arguments], env=environment, capture_output=True, text=True
        )
        if result.returncode:
            say(f"Chromium 没有装上：{result.stderr.strip() or '没有说明'}")
            return None
    return find_chromium()
