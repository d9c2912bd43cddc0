"""Streams that nobody reads any more."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any


def mute(stream: Any) -> None:
    """Let what is written to a stream from now on go nowhere.

    Else the interpreter tries again at its end to write what is left, and prints an error.
    """
    with suppress(AttributeError, OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
