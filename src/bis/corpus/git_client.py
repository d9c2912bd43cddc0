"""Git as it is run on repositories of strangers: without the user's configuration, without questions, in limited time.

Nothing that a repository brings along is run: no hooks, no filters, no submodules, no helper programs.
"""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_LONGEST_MESSAGE = 2000
# Git's own variables could lead it elsewhere; these say only which certificates are trusted.
_KEPT = ("GIT_SSL_CAINFO", "GIT_SSL_CAPATH")
_SECRET = ("GITHUB_TOKEN", "GH_TOKEN", "SSH_ASKPASS")
_SETTINGS = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=",
    "core.symlinks=false",
    "core.autocrlf=false",
    "core.protectHFS=true",
    "core.protectNTFS=true",
    "credential.helper=",
    "protocol.allow=never",
    "protocol.ext.allow=never",
    "protocol.https.allow=always",
    "protocol.http.allow=always",
    "protocol.ssh.allow=always",
    "protocol.file.allow=always",
    "filter.lfs.smudge=",
    "filter.lfs.process=",
    "filter.lfs.required=false",
    "submodule.recurse=false",
    "fetch.recurseSubmodules=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "advice.detachedHead=false",
    "init.defaultBranch=main",
)


@dataclass(frozen=True, slots=True)
class GitAnswer:
    """What git printed; `error` is empty where it succeeded."""

    out: str = ""
    error: str = ""


class GitRunner:
    """Runs git for several threads; `end` stops what is running, and what would be started later.

    Parameters
    ----------
    settings : tuple of str
        Further settings of git, as ``name=value``.
    """

    def __init__(self, settings: tuple[str, ...] = ()) -> None:
        self._settings = (*_SETTINGS, *settings)
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._ended = False

    def run(self, arguments: tuple[str, ...], *, cwd: Path, timeout_s: float) -> GitAnswer:
        """Run one command in `cwd`; whatever goes wrong is in the answer."""
        if timeout_s <= 0:
            return GitAnswer(error="it ran out of time")
        settings = (part for setting in self._settings for part in ("-c", setting))
        command = ["git", "--no-pager", *settings, *arguments]
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
            try:
                process = self._start(command, cwd, out.fileno(), errors.fileno())
            except OSError as error:
                return GitAnswer(error=f"git cannot be started: {error}")
            if process is None:
                return GitAnswer(error="it was interrupted")
            try:
                code = process.wait(timeout_s)
            except subprocess.TimeoutExpired:
                return GitAnswer(error=f"it ran out of time ({timeout_s:.0f} s)")
            finally:
                _kill(process)
                with self._lock:
                    self._running.discard(process)
            if code == 0:
                out.seek(0)
                return GitAnswer(out=out.read(1 << 20).decode("utf-8", "replace"))
            errors.seek(max(0, errors.seek(0, os.SEEK_END) - _LONGEST_MESSAGE))
            said = " ".join(errors.read().decode("utf-8", "replace").split())
            return GitAnswer(error=said or f"git ended with status {code}")

    def _start(self, command: list[str], cwd: Path, out: int, errors: int) -> subprocess.Popen[bytes] | None:
        with self._lock:
            if self._ended:
                return None
            process = subprocess.Popen(
                command,
                cwd=cwd,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=errors,
                start_new_session=True,  # bis handles Ctrl-C, and its helpers end with it
            )
            self._running.add(process)
            return process

    def end(self) -> None:
        """Kill what is running; nothing more is started."""
        with self._lock:
            self._ended = True
            for process in self._running:
                _kill(process)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End the process and its helpers; where it has been waited for, there is nothing left."""
    if process.returncode is not None:
        return
    try:
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    except ProcessLookupError:
        pass  # it ended by itself meanwhile
    process.wait()


def _environment() -> dict[str, str]:
    """The environment of bis, for proxies and ssh, without what would change git or hand on secrets."""
    kept = {k: v for k, v in os.environ.items() if (not k.startswith("GIT_") or k in _KEPT) and k not in _SECRET}
    return kept | {
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_LFS_SKIP_SMUDGE": "1",
        "GIT_SSH_COMMAND": "ssh -oBatchMode=yes",
        "LC_ALL": "C",
    }
