"""What of the files that a program changed is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bis.evidence.archive import read_entries
from bis.evidence.digests import digest_bytes
from bis.model.facets import Carried, FileDigest
from bis.record.probes.carried import KeptCopy, PackedState, pack_state

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

THREE = digest_bytes(b"3")


@pytest.fixture
def kept(tmp_path: Path) -> Callable[..., KeptCopy]:
    """Makes a file, a copy of it, and then changes the file."""
    numbers = iter(range(100))

    def make(name: str, content: bytes = b"3", after: bytes | None = b"44") -> KeptCopy:
        path, copy = tmp_path / name, tmp_path / "spool" / str(next(numbers))
        for place in (path, copy):
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        status = path.stat()
        if after is None:
            path.unlink()
        elif after != content:
            path.write_bytes(after)
        return KeptCopy(str(path), copy, status.st_size, status.st_mtime_ns, replaced=after != content)

    return make


def pack(tmp_path: Path, *copies: KeptCopy, **options: object) -> PackedState:
    """The state of a project in `tmp_path`/p."""
    given = {"is_data": lambda _: True, **options}
    return pack_state(copies, root=tmp_path / "p", artifact="bis/c", **given)  # type: ignore[arg-type]  # of the test


def test_files_are_kept_as_they_were(tmp_path: Path, kept: Callable[..., KeptCopy]) -> None:
    """Changed and removed ones, in the project and elsewhere; equal contents once, by their digest."""
    inside, outside, gone = kept("p/a.txt"), kept("q/b.txt"), kept("p/c.txt", b"5", None)
    state = pack(tmp_path, inside, outside, gone, absent={"z", "y"})
    entries = {e.name: e.source for e in read_entries(state.content)}
    assert entries == {THREE: b"3", digest_bytes(b"5"): b"5"}
    assert state.carried == Carried(
        artifact="bis/c",
        digest=digest_bytes(state.content),
        size_bytes=len(state.content),
        files=(
            FileDigest(outside.path, 1, THREE),
            FileDigest("a.txt", 1, THREE),
            FileDigest("c.txt", 1, digest_bytes(b"5")),
        ),
        absent=("y", "z"),
    )
    assert (len(state.earlier), state.reasons) == (3, ())


def test_what_did_not_change_needs_no_copy(tmp_path: Path, kept: Callable[..., KeptCopy]) -> None:
    """A database that was only read is known, and is not stored."""
    copy = kept("p/study.db", b"3", b"3")
    state = pack(tmp_path, copy)
    assert (state.carried, state.content) == (Carried(), b"")
    assert state.earlier == (FileDigest(copy.path, 1, THREE),)


def test_caches_are_left_out(tmp_path: Path, kept: Callable[..., KeptCopy]) -> None:
    """What is not the program's own data is neither stored nor known."""
    assert pack(tmp_path, kept("p/cache"), is_data=lambda path: "cache" not in path) == PackedState(Carried())


def test_what_cannot_be_kept_is_told(tmp_path: Path, kept: Callable[..., KeptCopy]) -> None:
    """Files that may hold secrets, lost copies, and what there is no room for: the smallest are taken first."""
    lost = kept("p/lost")
    lost.copy.unlink()
    state = pack(
        tmp_path, kept("p/.env"), lost, kept("p/large", b"12345"), kept("p/same", b"54"), kept("p/b"), total_bytes=4
    )
    assert [f.path for f in state.carried.files] == ["b", "same"]
    assert [reason.split()[0] for reason in state.reasons] == [".env", "lost", "large"]
    assert "secrets" in state.reasons[0]
