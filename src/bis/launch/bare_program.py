"""Running a program as if bis were not there: with the streams, the terminal and the environment that bis has."""

from __future__ import annotations

import subprocess
import time
from typing import TYPE_CHECKING

from bis.errors import ExecutionError
from bis.launch.passed_signals import passing_signals
from bis.model.session import Exit

if TYPE_CHECKING:
    from collections.abc import Mapping


def run_bare(command: tuple[str, ...], env: Mapping[str, str]) -> Exit:
    """Run a command in the working directory, and wait for it. Nothing is read, written or opened for it.

    Raises
    ------
    ExecutionError
        It cannot be started.
    """
    clock = time.monotonic()
    try:
        # Without closing descriptors, of which bis leaves none open, it is started without opening any, too.
        process = subprocess.Popen(command, env=dict(env), close_fds=False)
    except OSError as error:
        raise ExecutionError(
            f"{command[0]} cannot be started: {error}", hint="Check the limits of processes and memory."
        ) from error
    with passing_signals(process):
        code = process.wait()
    return Exit(
        exit_code=code if code >= 0 else None,
        signal=-code if code < 0 else None,
        timed_out=False,
        ended_unix_s=time.time(),
        duration_s=time.monotonic() - clock,
    )
