"""One output stream of a program: shown as it comes, kept up to a limit, and digested whole."""

from __future__ import annotations

import codecs
import os
import sys
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any

from blake3 import blake3

from bis.launch.muting import mute
from bis.model.facets import PrintedRest

if TYPE_CHECKING:
    from pathlib import Path

# Of what a program prints last, so much is kept where not all of it is: results tend to stand there.
TAIL_BYTES = 65536


class KeptOutput:
    """Keeps what a program prints, and shows it.

    Where it cannot be kept, that costs the copy only. Where it cannot be shown, `unshown` says why (as `os.strerror`;
    empty where its reader has gone): whoever runs the program has to let it know.

    Parameters
    ----------
    path : Path
        The file that keeps the first bytes.
    limit_bytes : int
        How many.
    echo : str
        Name of the stream in `sys` on which all is shown; empty where it is not shown.
    """

    def __init__(self, path: Path, *, limit_bytes: int, echo: str = "") -> None:
        self._room = limit_bytes
        self._echo = echo
        self._copy: IO[bytes] | None = None
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._digest = blake3()
        self._size = 0
        self._tail = b""
        self.cut = False
        self.unshown: str | None = None
        try:
            # Without a buffer closing has nothing left to write; what is printed may be for the user alone.
            self._copy = open(path, "wb", buffering=0, opener=lambda name, flags: os.open(name, flags, 0o600))  # noqa: SIM115
        except OSError:
            self.cut = True

    @property
    def rest(self) -> PrintedRest | None:
        """All of the stream as a size and a digest, and its end; None where all of it was kept."""
        if not self.cut:
            return None
        return PrintedRest(self._size, self._digest.hexdigest(), self._tail.decode("utf-8", "replace"))

    def take(self, data: bytes) -> None:
        """Keep and show a piece of output."""
        self._digest.update(data)
        self._size += len(data)
        self._tail = (self._tail + data)[-TAIL_BYTES:]
        if self._copy is not None:
            part = data[: self._room]
            try:
                written = self._copy.write(part) if part else 0
            except OSError:
                written = 0
            self._room -= written
            if written < len(data):
                self.cut = True
                self.close()
        if self._echo:
            self._show(data)

    def close(self) -> None:
        """Stop keeping output."""
        if self._copy is not None:
            with suppress(OSError):
                self._copy.close()
            self._copy = None

    def _show(self, data: bytes) -> None:
        stream: Any = getattr(sys, self._echo)
        if stream is None:  # bis was started with this stream closed
            return
        try:
            if hasattr(stream, "buffer"):
                stream.buffer.write(data)
            else:  # a notebook's stdout takes text only
                stream.write(self._decoder.decode(data))
            stream.flush()
        except (OSError, ValueError) as error:
            self._echo = ""
            mute(stream)
            if isinstance(error, OSError):  # else the stream of a caller in Python, who closed it and goes on
                self.unshown = "" if isinstance(error, BrokenPipeError) else error.strerror or str(error)
