"""What ends a replay's program, and all that it started, where the process that runs it was killed.

Nothing else could: a process that is killed does nothing more, and the system tells a program of the death of its
parent only where that was asked for (then of that of a thread), and never what the program has started. So a process of
its own waits beside each program. It reads from a pipe whose other end we alone have, and which the system closes with
us. It is run as a file by an interpreter without ``site``, since it must start quickly; what it needs to find processes
it imports when there is something to be ended.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # signal takes as long to load as all the rest
import os
import sys

TYPE_CHECKING = False  # typing takes time to load
if TYPE_CHECKING:
    import subprocess
    from collections.abc import Sequence

_CHUNK = 4096
_SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120 (pathlib)


class Watcher:
    """Such a process; where none can be started, there is none.

    Parameters
    ----------
    spool : str
        The folder of the session that is watched, which the program has in its environment.
    """

    def __init__(self, spool: str) -> None:
        import subprocess  # in the process that is watched only

        self._process: subprocess.Popen[bytes] | None = None
        if os.name != "posix":
            return
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", __file__, spool],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # what ends our group, or is typed at our terminal, is not for this process
                cwd="/",
            )
        except OSError:
            return

    def watch(self, pid: int) -> None:
        """End this process, too, and its session, group and descendants."""
        if self._process is not None and self._process.stdin is not None:
            try:
                os.write(self._process.stdin.fileno(), f"{pid}\n".encode())
            except OSError:  # it was killed itself
                self.close()

    def close(self) -> None:
        """End it: what it watched has ended."""
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process = None


# -- in the process itself --------------------------------------------------------------------------------------------


def main(arguments: Sequence[str]) -> None:
    """Wait for the end of the process that started this one, and end what it left."""
    for name in ("SIGINT", "SIGQUIT", "SIGHUP", "SIGTERM"):
        _signal.signal(getattr(_signal, name), _signal.SIG_IGN)
    told = b""
    while data := os.read(0, _CHUNK):
        told += data
    sys.path.insert(0, _SOURCE)
    from bis.launch.session_processes import end_family

    end_family([int(word) for word in told.split()], arguments[0])


if __name__ == "__main__":
    main(sys.argv[1:])
