"""Dask's own scheduler and workers, in processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]


def command(*arguments: str) -> tuple[str, ...]:
    """Dask's own command."""
    return (sys.executable, "-m", "dask", *arguments)


def scheduler_with(file: Path) -> tuple[str, ...]:
    """The command of a scheduler that writes its address to a file."""
    return command("scheduler", "--port", "0", "--no-dashboard", "--host", "127.0.0.1", "--scheduler-file", str(file))


@contextmanager
def processes(*commands: tuple[str, ...], cwd: Path, **variables: str) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Programs that run for the length of a test, and can import what the test can."""
    environ = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])} | variables
    started = [
        subprocess.Popen(c, cwd=cwd, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for c in commands
    ]
    try:
        yield started
    finally:
        for process in started:
            process.kill()
        for process in started:
            process.wait()


def address_in(file: Path) -> str:
    """The address that a scheduler has written to its file, when it is there."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if file.exists() and file.read_text(encoding="utf-8").endswith("}"):
            return str(json.loads(file.read_text(encoding="utf-8"))["address"])
        time.sleep(0.05)
    raise TimeoutError(file)
