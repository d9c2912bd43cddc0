"""Programs that run as if bis were not there."""

from __future__ import annotations

import os
import signal
import sys

import pytest

from bis.errors import ExecutionError
from bis.launch.bare_program import run_bare


def test_status_and_streams_are_the_programs(capfd: pytest.CaptureFixture[str]) -> None:
    """It has the streams of this process; a status and a signal are told apart."""
    environ = {**os.environ, "WORD": "x"}
    ended = run_bare((sys.executable, "-c", "import os; print(os.environ['WORD']); raise SystemExit(5)"), environ)
    assert (ended.exit_code, ended.signal) == (5, None)
    assert capfd.readouterr().out == "x\n"
    killed = run_bare((sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"), environ)
    assert (killed.exit_code, killed.signal) == (None, signal.SIGKILL)


def test_what_cannot_be_started_is_an_error() -> None:
    """With its name."""
    with pytest.raises(ExecutionError, match="no-such-program"):
        run_bare(("/no-such-program",), {})
