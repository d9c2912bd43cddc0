"""What is kept of a stream."""

from __future__ import annotations

import io
from contextlib import redirect_stderr
from typing import TYPE_CHECKING

from blake3 import blake3

from bis.launch.kept_output import TAIL_BYTES, KeptOutput

if TYPE_CHECKING:
    from pathlib import Path


def test_all_is_kept_below_the_limit(tmp_path: Path) -> None:
    """Then there is no rest."""
    kept = KeptOutput(tmp_path / "out", limit_bytes=4)
    kept.take(b"ab")
    kept.take(b"cd")
    assert (kept.cut, kept.rest) == (False, None)
    assert (tmp_path / "out").read_bytes() == b"abcd"


def test_beyond_the_limit_all_is_digested(tmp_path: Path) -> None:
    """The first bytes are in the file; size, digest and end of all are known."""
    everything = b"".join(b"line %d\n" % i for i in range(40_000))
    kept = KeptOutput(tmp_path / "out", limit_bytes=100)
    for i in range(0, len(everything), 1000):
        kept.take(everything[i : i + 1000])
    assert (tmp_path / "out").read_bytes() == everything[:100]
    rest = kept.rest
    assert rest is not None
    assert (rest.size_bytes, rest.digest) == (len(everything), blake3(everything).hexdigest())
    assert rest.tail == everything[-TAIL_BYTES:].decode()


def test_each_stream_is_shown_where_it_belongs(tmp_path: Path) -> None:
    """What went to standard error goes to that of bis."""
    with redirect_stderr(io.StringIO()) as shown:
        KeptOutput(tmp_path / "err", limit_bytes=0, echo="stderr").take(b"warning\n")
    assert shown.getvalue() == "warning\n"


def test_a_folder_that_is_gone_costs_the_copy_only(tmp_path: Path) -> None:
    """Nothing is raised, and it is said that not all was kept."""
    kept = KeptOutput(tmp_path / "no" / "out", limit_bytes=10)
    kept.take(b"x")
    kept.close()
    assert kept.cut
