"""Whom a signal was for."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from bis.launch.passed_signals import passing_signals

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")

# In a process group of its own: sends signals to itself, or to all of its group, and prints what was passed on.
_CODE = """
import os, signal, sys
from bis.launch.passed_signals import passing_signals
class Program:
    def send_signal(self, sig): print(signal.Signals(sig).name)
with passing_signals(Program()):
    for how, name in (word.split(":") for word in sys.argv[1:]):
        number = getattr(signal, name)
        os.kill(os.getpid(), number) if how == "us" else os.killpg(0, number)
print("end")
"""


@pytest.mark.parametrize(
    ("sent", "passed"),
    [
        (["us:SIGINT"], ["SIGINT"]),
        (["group:SIGINT"], []),
        (["group:SIGINT", "us:SIGINT", "group:SIGINT"], ["SIGINT"]),
        (["us:SIGQUIT", "group:SIGQUIT"], ["SIGQUIT"]),
        (["us:SIGINT", "us:SIGINT"], ["SIGINT", "SIGINT"]),
        (["us:SIGTERM", "us:SIGUSR1"], ["SIGTERM", "SIGUSR1"]),
    ],
)
def test_the_program_gets_what_it_has_not_got(sent: list[str], passed: list[str]) -> None:
    """What went to the group it got itself."""
    done = subprocess.run(
        [sys.executable, "-c", _CODE, *sent], capture_output=True, text=True, check=False, start_new_session=True
    )
    assert done.stdout.split() == [*passed, "end"], done.stderr


def test_handlers_are_put_back() -> None:
    """And nothing is left running."""

    class Program:
        """Is not signalled."""

        def send_signal(self, sig: int) -> None:
            """Fail."""
            raise AssertionError(sig)

    before = signal.getsignal(signal.SIGINT)
    with passing_signals(Program()):
        assert signal.getsignal(signal.SIGINT) != before
    assert signal.getsignal(signal.SIGINT) == before
