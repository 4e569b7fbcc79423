from tests.plugin import *  # noqa: F403
