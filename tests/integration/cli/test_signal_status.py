"""Ending by a signal, as the program did."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from bis.cli.signal_status import SignalStatus, leave


def test_a_status_is_that_of_a_shell() -> None:
    """It is an exit code as any other, and knows its signal."""
    status = SignalStatus(128 + signal.SIGTERM)
    assert (status, status.number) == (143, signal.SIGTERM)


def test_other_statuses_are_left_alone() -> None:
    """Also those above 128: a program may end with 130 of its own will."""
    assert [leave(code) for code in (0, 1, 70, 130)] == [0, 1, 70, 130]


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL, signal.SIGSEGV, signal.SIGPIPE])
def test_the_process_ends_by_the_signal(number: signal.Signals) -> None:
    """What was printed is written before."""
    code = (
        "import sys; from bis.cli.signal_status import SignalStatus, leave\n"
        f"sys.stdout.write('answer'); sys.exit(leave(SignalStatus(128 + {int(number)})))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (-number, b"answer")


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_a_number_of_no_signal_is_a_status() -> None:
    """Then there is nothing to end by."""
    assert leave(SignalStatus(128 + 120)) == 248
