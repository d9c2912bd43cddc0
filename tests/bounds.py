"""What a unit test may not do: start a process, open a store of MLflow, connect to a socket.

Audit hooks of Python tell of all but a child that ``multiprocessing`` or loky spawns: these call the function beneath
``subprocess`` that has no event, so that function is watched too. What *ends* tells nothing: a child of an earlier
test may be waited for during this one, when its object is collected.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

try:
    from socket import AF_UNIX
except ImportError:  # Windows
    AF_UNIX = None  # type: ignore[assignment,misc]  # no family is it
try:
    import _posixsubprocess
except ImportError:  # Windows
    _posixsubprocess = None  # type: ignore[assignment]  # asked for below

if TYPE_CHECKING:
    from collections.abc import Iterator

_PROCESS = frozenset(
    {
        *("subprocess.Popen", "os.posix_spawn", "os.spawn", "os.startfile", "os.system"),
        *("os.exec", "os.fork", "os.forkpty", "pty.spawn"),
    }
)
_SOCKET = frozenset({"socket.connect", "socket.getaddrinfo", "urllib.Request"})

_watchers: list[list[str]] = []
_installed: list[bool] = []


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if not _watchers:
        return
    if event in _PROCESS or (event in _SOCKET and not _is_local(arguments)):
        seen = f"{event}{str(arguments)[:120]}"
    elif event == "sqlite3.connect" and PurePath(str(arguments[0])).name == "mlflow.db":
        seen = f"{event} {arguments[0]}"
    else:
        return
    _tell(seen)


def _tell(seen: str) -> None:
    for watcher in _watchers:
        watcher.append(seen)


def _is_local(arguments: tuple[Any, ...]) -> bool:
    """Whether an address is a file's: event loops and programs of one machine talk through such."""
    return isinstance(arguments[-1], (str, bytes)) and getattr(arguments[0], "family", None) == AF_UNIX


@contextmanager
def watched() -> Iterator[list[str]]:
    """Collect what goes beyond a unit test while the block runs; nothing is prevented."""
    if not _installed:  # an audit hook stays for good
        sys.addaudithook(_hook)
        _watch_spawned()
        _installed.append(True)
    seen: list[str] = []
    _watchers.append(seen)
    try:
        yield seen
    finally:
        _watchers[:] = [w for w in _watchers if w is not seen]  # equal lists are not the same list


def _watch_spawned() -> None:
    """Have processes told of that are started past ``subprocess``, which holds the function itself."""
    if _posixsubprocess is None:
        return
    spawn = _posixsubprocess.fork_exec

    def told(*arguments: Any) -> Any:
        _tell(f"_posixsubprocess.fork_exec({str(arguments[0])[:120]})")
        return spawn(*arguments)

    vars(_posixsubprocess)["fork_exec"] = told
