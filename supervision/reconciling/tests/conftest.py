from __future__ import annotations

from tests.plugin import *  # noqa: F403
