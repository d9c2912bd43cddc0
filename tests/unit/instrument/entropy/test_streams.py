"""The generator behind the streams."""

from __future__ import annotations

import hashlib
import threading

from hypothesis import given
from hypothesis import strategies as st

from bis.instrument.entropy.streams import Streams

ROOT = bytes(range(32))


def test_draw_is_the_documented_function() -> None:
    """A draw is SHAKE-256 over root, key, name (both with their lengths) and counter."""
    streams = Streams(ROOT, "main")
    streams.draw("numpy", 7)
    framed = b"".join(len(text).to_bytes(8, "big") + text for text in (b"main", b"numpy"))
    expected = hashlib.shake_256(ROOT + framed + (1).to_bytes(8, "big")).digest(40)
    assert streams.draw("numpy", 40) == expected


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 100)), max_size=30))
def test_streams_do_not_shift_each_other(draws: list[tuple[str, int]]) -> None:
    """What one stream gives depends on its own draws only, whatever is drawn from others in between."""
    mixed = Streams(ROOT, "main")
    given_by = {name: [mixed.draw(n, size) for n, size in draws if n == name] for name in "c"}
    interleaved = Streams(ROOT, "main")
    drawn = [(name, interleaved.draw(name, size)) for name, size in draws]
    assert [value for name, value in drawn if name == "c"] == given_by["c"]


def test_keys_and_names_cannot_run_into_each_other() -> None:
    """Key and name are kept distinct: ``ab`` + ``c`` is not ``a`` + ``bc``."""
    assert Streams(ROOT, "ab").draw("c", 32) != Streams(ROOT, "a").draw("bc", 32)


def test_large_draws() -> None:
    """Draws of more than a block have the size that was asked for and no repeated block."""
    data = Streams(ROOT, "main").draw("x", (1 << 21) + 5)
    blocks = {data[i : i + 64] for i in range(0, len(data), 64)}
    assert (len(data), len(blocks)) == ((1 << 21) + 5, (1 << 15) + 1)


def test_rekeying_starts_over() -> None:
    """After a fork the child's draws are those of its own key from the start."""
    streams = Streams(ROOT, "main")
    streams.draw("x", 8)
    streams.rekey("main/fork:1")
    assert streams.draw("x", 8) == Streams(ROOT, "main/fork:1").draw("x", 8)


def test_bytes_look_uniform() -> None:
    """The byte counts of 256 KiB are within five standard deviations of uniform: a chi-square of 255 on average."""
    data = b"".join(Streams(ROOT, str(i)).draw("x", 1024) for i in range(256))
    mean = len(data) / 256
    chi_square = sum((data.count(byte) - mean) ** 2 / mean for byte in range(256))
    assert abs(chi_square - 255) < 5 * (2 * 255) ** 0.5


def test_threads_get_each_draw_once() -> None:
    """Concurrent draws are the same set as successive ones: no counter is used twice or skipped."""
    streams = Streams(ROOT, "main")
    drawn: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: drawn.extend(streams.draw("x", 8) for _ in range(500))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    alone = Streams(ROOT, "main")
    assert sorted(drawn) == sorted(alone.draw("x", 8) for _ in range(2000))


def test_trace_tells_sizes_and_order() -> None:
    """The digest of a stream changes with the sizes of its draws and with their order."""
    digests = set()
    for sizes in ((1, 2), (2, 1), (3,), (1, 2, 0)):
        streams = Streams(ROOT, "main")
        for size in sizes:
            streams.draw("x", size)
        digests.add(streams.trace()["x"]["digest"])
    assert len(digests) == 4
