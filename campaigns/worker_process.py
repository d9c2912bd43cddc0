"""A worker of a campaign as its parent sees it: the lines that it prints, and an end that leaves nothing behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# All that a worker starts inherits its folder's name, in whatever session or group: servers, forks, recorded programs.
VARIABLE = "CAMPAIGN_FOLDER"
_ENDING_S = 20.0


class WorkerProcess:
    """A worker; `code` and `said` (its stderr) are there once its `lines` were read."""

    def __init__(self, command: Sequence[str], cwd: Path) -> None:
        self.folder = tempfile.mkdtemp(prefix="bis-campaign-")
        self.code = 0
        self.said = ""
        self._process = subprocess.Popen(
            command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace",
            env={**os.environ, VARIABLE: self.folder},
        )  # fmt: skip

    def lines(self, limit_s: float | None = None) -> Iterator[str]:
        """What it prints, up to its end; after `limit_s` it is ended."""
        watchdog = threading.Timer(limit_s or 0, self.end)
        if limit_s is not None:
            watchdog.start()
        reader = threading.Thread(target=self._listen)
        reader.start()
        assert self._process.stdout is not None
        try:
            yield from self._process.stdout
            self.code = self._process.wait()
        finally:
            watchdog.cancel()
            self.end()
            reader.join()
            self._process.stdout.close()

    def end(self) -> None:
        """End it, gently then not, and all that it started; remove its folder."""
        if self._process.poll() is None:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_ENDING_S)
        end_all_with(f"{VARIABLE}={self.folder}")
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _listen(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as stream:
            for line in stream:
                self.said = (self.said + line)[-4000:]


def end_all_with(entry: str, limit_s: float = 5.0) -> None:
    """Kill all processes that have an entry in their environment, but for this one; on systems with /proc."""
    deadline = time.monotonic() + limit_s
    while (found := _having(entry.encode())) and time.monotonic() < deadline:
        for pid in found:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)


def _having(entry: bytes) -> list[int]:
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if int(place.name) != os.getpid() and entry in (place / "environ").read_bytes().split(b"\0"):
                found.append(int(place.name))
    return found
