"""Brings the fixtures that all apps share."""

from tests.plugin import *  # noqa: F403
