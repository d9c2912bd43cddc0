"""Where a program is in its randomness."""

from __future__ import annotations

from bis.instrument.entropy.streams import Streams


def test_streams_go_on_from_a_position() -> None:
    """They give what they gave from there on; streams that did not exist then begin anew."""
    streams = Streams(bytes(32), "main")
    first = [streams.draw("a", 8), streams.draw("b", 8)]
    position = streams.positions()
    later = [streams.draw("a", 8), streams.draw("c", 8)]
    other = Streams(bytes(32), "main")
    other.draw("d", 8)
    other.go_to(position)
    assert [other.draw("a", 8), other.draw("c", 8)] == later
    other.go_to({})
    assert [other.draw("a", 8), other.draw("b", 8)] == first
    assert other.positions() == {"a": 1, "b": 1, "c": 0, "d": 0}
