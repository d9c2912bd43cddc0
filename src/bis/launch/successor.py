"""What shows and keeps a program's output once its launcher was killed, so that the program does not die of it.

A process of its own, which waits beside a recorded program. It has the reading ends of the program's output, too, and
reads them from the moment at which the launcher is no more. It is there before the program is, and is then told of it:
the launcher may be killed at any moment in between. It is run as a file by an interpreter without ``site``, since it
must start quickly, and so imports nothing of bis.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # signal takes as long to load as all the rest
import os
import select
import sys
import time
from contextlib import contextmanager, suppress

TYPE_CHECKING = False  # typing takes time to load
if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator, Sequence

_CHUNK = 65536
_AFTER_END_S = 0.5
_NOT_SHOWN = -1


class ReadStream:
    """An output stream of the program, as the process is told of it.

    Parameters
    ----------
    reading : int
        The descriptor from which it is read.
    shown_on : int
        The descriptor on which it is shown, or -1.
    limit_bytes : int
        How much of it the file `path` may hold.
    path : str
        The file that keeps it.
    """

    def __init__(self, reading: int, shown_on: int, limit_bytes: int, path: str) -> None:
        self.reading, self.shown_on, self.limit_bytes, self.path = reading, shown_on, limit_bytes, path

    def words(self) -> tuple[str, str, str, str]:
        """It as arguments of a command."""
        return str(self.reading), str(self.shown_on), str(self.limit_bytes), self.path


class Successor:
    """The process as the launcher has it; where none could be started, nothing happens."""

    def __init__(self, process: subprocess.Popen[bytes] | None = None, alive: int = -1) -> None:
        self._process, self._alive = process, alive

    def take_care_of(self, pid: int) -> None:
        """Tell it of the program: with its end the lock ends that is held for it."""
        if self._process is not None and self._alive >= 0:
            with suppress(OSError):  # somebody ended it
                os.write(self._alive, f"{pid}\n".encode())

    def end(self) -> None:
        """End it before its time: no reading end of the output is open in it then."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            self._process.wait()
        if self._alive >= 0:
            os.close(self._alive)
            self._alive = -1


@contextmanager
def succeeded(streams: Sequence[ReadStream], held: int | None = None) -> Iterator[Successor]:
    """Keep a successor at hand for the time of this context; where none can be started, there is none.

    Parameters
    ----------
    streams : sequence of ReadStream
        The output of the program, which is not started yet.
    held : int, optional
        The descriptor of a lock that is kept until the output has been read.
    """
    made = Successor()
    try:
        if streams and os.name == "posix":
            with suppress(OSError):
                made = _begun(streams, held)
        yield made
    finally:
        made.end()


def _begun(streams: Sequence[ReadStream], held: int | None) -> Successor:
    life, alive = os.pipe()
    try:
        return Successor(_start(streams, life, held), alive)
    except OSError:
        os.close(alive)
        raise
    finally:
        os.close(life)


def _start(streams: Sequence[ReadStream], life: int, held: int | None) -> subprocess.Popen[bytes]:
    import subprocess  # in the launcher only

    passed = [life, *(stream.reading for stream in streams), *([] if held is None else [held])]
    words = [word for stream in streams for word in stream.words()]
    return subprocess.Popen(
        [sys.executable, "-I", "-S", __file__, str(life), str(-1 if held is None else held), *words],
        stdin=subprocess.DEVNULL,
        pass_fds=passed,
        start_new_session=True,  # what ends the launcher's group, or is typed at its terminal, is not for this process
        cwd="/",
    )


# -- in the process itself --------------------------------------------------------------------------------------------


class _Output:
    """One stream: shown, and appended to its file while there is room."""

    def __init__(self, stream: ReadStream) -> None:
        self.shown_on = stream.shown_on
        self.file = -1
        self.room = 0
        with suppress(OSError):
            self.file = os.open(stream.path, os.O_WRONLY | os.O_APPEND)
            self.room = stream.limit_bytes - os.fstat(self.file).st_size

    def take(self, data: bytes) -> None:
        if self.room > 0:
            try:
                self.room -= os.write(self.file, data[: self.room])
            except OSError:  # a full disk costs the copy only
                self.room = 0
        while data and self.shown_on != _NOT_SHOWN:
            try:
                data = data[os.write(self.shown_on, data) :]
            except OSError:  # nobody reads it any more
                self.shown_on = _NOT_SHOWN


def _go_on(pid: int, streams: Sequence[ReadStream], held: int, ending: int | None) -> None:
    """Read to the end; what comes later than half a second after the program's end is shown and not kept.

    Of a program that the launcher could not tell of any more (`pid` is 0), the end is that of its output.
    """
    outputs = {stream.reading: _Output(stream) for stream in streams}
    ended_at: float | None = None
    keeps = True
    while outputs:
        ready, _, _ = select.select(list(outputs), [], [], 0.05 if keeps else None)
        for reading in ready:
            try:
                data = os.read(reading, _CHUNK)
            except OSError:  # how a pseudo-terminal reports that its other end is closed
                data = b""
            if data:
                outputs[reading].take(data)
            else:
                del outputs[reading]
        if not keeps or ready:
            continue
        if ended_at is None and _has_ended(pid, ending):
            ended_at = time.monotonic()
        if ended_at is not None and time.monotonic() - ended_at > _AFTER_END_S:
            keeps = False
            for output in outputs.values():
                output.room = 0
            if held >= 0:
                os.close(held)


def _has_ended(pid: int, ending: int | None) -> bool:
    if not pid:
        return False
    if ending is not None:
        return bool(select.select([ending], [], [], 0)[0])
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def _ending(pid: int) -> int | None:
    """A descriptor that can be read from once the process has ended, where the system has such."""
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):
        return None


def main(arguments: Sequence[str]) -> None:
    """Wait for the launcher's end, and read what the program prints from then on."""
    for name in ("SIGINT", "SIGQUIT", "SIGHUP", "SIGTERM", "SIGPIPE"):
        _signal.signal(getattr(_signal, name), _signal.SIG_IGN)
    life, held = (int(word) for word in arguments[:2])
    rest = arguments[2:]
    streams = [ReadStream(int(a), int(b), int(c), d) for a, b, c, d in zip(*(rest[i::4] for i in range(4)))]  # noqa: B905
    told = b""
    pid, ending = 0, None
    while data := os.read(life, 64):  # the program's process, in a line; then it ends with the launcher
        told += data
        if not pid and told.endswith(b"\n"):
            pid = int(told)
            ending = _ending(pid)
    _go_on(pid, streams, held, ending)


if __name__ == "__main__":
    main(sys.argv[1:])
