"""Streams that nobody reads any more."""

from __future__ import annotations

import io
import os

from bis.launch.muting import mute


def test_a_muted_stream_takes_what_is_left() -> None:
    """What could not be written is dropped, and more may follow; a stream without a descriptor is left alone."""
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "w", encoding="utf-8") as stream:  # noqa: PTH123 (a descriptor)
        stream.write("left")
        mute(stream)
        stream.write("more")
        stream.flush()
    mute(io.StringIO())
    mute(None)
