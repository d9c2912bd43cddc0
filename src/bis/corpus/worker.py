"""The process that does a task with projects of a corpus, one after another, and the frames in which both sides talk.

It is a fork of the process that gives the projects, where that can be, else it is started in isolation (``python -I``):
neither the current folder nor the environment can slip code into it, and a project that lies in the current folder may
contain a ``json.py``.
"""

from __future__ import annotations

import os
import pickle
import queue
import struct
import sys
import threading
import traceback
import warnings
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

READY = "ready"
_LENGTH = struct.Struct(">Q")

# What the fresh interpreter is given with -c: the paths of bis come first on its standard input.
PROGRAM = (
    "import pickle, sys; sys.path[:] = pickle.load(sys.stdin.buffer); from bis.corpus.worker import serve; serve()"
)


def command() -> tuple[str, ...]:
    """The command that starts a worker."""
    return (sys.executable, "-I", "-c", PROGRAM)


def greeting() -> bytes:
    """What a worker must be sent first: where it finds bis. Relative places would be the current folder's."""
    return pickle.dumps(_own_paths())


def _own_paths() -> list[str]:
    return [p for p in sys.path if p and Path(p).is_absolute()]


def write_frame(file: IO[bytes], value: Any) -> None:
    """Send a value, its length first."""
    content = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
    rest = memoryview(_LENGTH.pack(len(content)) + content)
    while rest:  # an unbuffered pipe takes what fits
        rest = rest[file.write(rest) :]


def read_frame(file: IO[bytes]) -> Any:
    """Receive a value.

    Raises
    ------
    EOFError
        The other side has gone, perhaps in the middle of a value.
    """
    (length,) = _LENGTH.unpack(_read(file, _LENGTH.size))
    return pickle.loads(_read(file, length))  # noqa: S301 (from bis's own process)


def _read(file: IO[bytes], size: int) -> bytes:
    pieces = []
    while size:
        piece = file.read(min(size, 1 << 20))
        if not piece:
            raise EOFError
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def serve() -> None:
    """Do what comes in on standard input, a task first and then what it is to be done with, until it ends.

    An exception of the task ends the process: that is how the other side notices it.
    """
    sys.excepthook = _end
    warnings.simplefilter("ignore")  # of the code that is read, such as invalid escapes
    answers = _own_output()
    source = sys.stdin.buffer
    work(pickle.loads(read_frame(source)), source, answers)  # noqa: S301 (from bis's own process)


def serve_in_fork(task: Callable[..., Any], source: IO[bytes], answers: IO[bytes]) -> None:
    """Do the task that the process had when it was forked; see `serve`."""
    sys.path[:] = _own_paths()
    warnings.simplefilter("ignore")
    work(task, source, answers)


def work(task: Callable[..., Any], source: IO[bytes], answers: IO[bytes]) -> None:
    """Call the task with each tuple of arguments that comes in, and answer with what it returns."""
    write_frame(answers, READY)
    projects: queue.SimpleQueue[tuple[Any, ...]] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(source, projects), daemon=True).start()
    while True:
        write_frame(answers, task(*projects.get()))


def _own_output() -> IO[bytes]:
    """The pipe for the answers, out of reach of anything that prints."""
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    return answers


def _end(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Report the error and end at once: the interpreter's own way waits for the thread that reads, and breaks off."""
    traceback.print_exception(kind, error, trace)
    sys.stderr.flush()
    os._exit(1)


def _receive(source: IO[bytes], projects: queue.SimpleQueue[tuple[Any, ...]]) -> None:
    """Take projects in; when the other side has gone, even killed, end at once whatever is being done."""
    try:
        while True:
            projects.put(read_frame(source))
    except (EOFError, OSError):
        os._exit(0)
