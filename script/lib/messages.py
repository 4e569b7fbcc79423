"""How the commands speak to the person who started them."""

import sys


class CommandError(Exception):
    """A reason to stop that the person at the terminal can act on.

    ``what`` says in one line what is wrong, ``remedy`` in one line what to do about it.
    """

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy


def say(text: str) -> None:
    """Print one line of progress at once, also when the output is a pipe."""
    print(text, flush=True)


def report(error: CommandError) -> None:
    """Print what is wrong and what to do about it on standard error."""
    print(f"错误：{error.what}", file=sys.stderr)
    print(f"办法：{error.remedy}", file=sys.stderr, flush=True)
