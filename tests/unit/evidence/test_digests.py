"""Digests of files, and the cache that must never stand in the way."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from typing import TYPE_CHECKING

import blake3
import pytest

from bis.errors import DataMissing, StorageError
from bis.evidence.digests import DigestCache, digest_bytes, digest_file

if TYPE_CHECKING:
    from pathlib import Path


def _old(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


DAMAGES = ("garbage", "folder", "foreign", "locked")


@pytest.fixture(scope="module")
def aged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of files that are old enough to be remembered, for which all tests wait once; each has its own."""
    folder = tmp_path_factory.mktemp("aged")
    for name in ("kept", "replaced", *DAMAGES):
        os.utime(_old(folder / name, b"abc"), (1, 1))
    _old(folder / "replacement", b"xyz")
    time.sleep(2.1)
    return folder


@pytest.mark.parametrize("size", [0, 1, 1 << 20, (1 << 20) + 1, (8 << 20) + 3])
def test_digest_is_blake3_of_the_content(tmp_path: Path, size: int) -> None:
    """Small, chunked and multithreaded reading give the digest that BLAKE3 gives."""
    content = bytes(i * 31 % 251 for i in range(1024)) * (size // 1024 + 1)
    path = _old(tmp_path / "f", content[:size])
    found = digest_file(path, name="data/f")
    assert (found.path, found.size_bytes, found.digest) == ("data/f", size, blake3.blake3(content[:size]).hexdigest())


def test_digest_bytes_known_answer() -> None:
    """The digest of nothing is the one that BLAKE3's authors publish."""
    assert digest_bytes(b"") == "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"


def test_second_digest_comes_from_the_cache(tmp_path: Path, aged: Path) -> None:
    """A file that did not change is not read again: a digest planted in the cache is believed."""
    path, cache_path = aged / "kept", tmp_path / "cache" / "d.sqlite"
    with DigestCache(cache_path) as cache:
        digest_file(path, cache)
    with sqlite3.connect(cache_path) as connection:
        connection.execute("UPDATE digests SET digest = 'planted'")
    with DigestCache(cache_path) as cache:
        assert digest_file(path, cache).digest == "planted"
        path.write_bytes(b"abd")
        assert digest_file(path, cache).digest == digest_bytes(b"abd")


def test_young_files_are_not_kept(tmp_path: Path) -> None:
    """A file that was written just now may be written again within the clock's tick: it is not remembered."""
    with DigestCache(tmp_path / "d.sqlite") as cache:
        digest_file(_old(tmp_path / "f", b"abc"), cache)
    assert not (tmp_path / "d.sqlite").exists()


def test_replacing_a_file_with_its_times_is_noticed(tmp_path: Path, aged: Path) -> None:
    """Another file of the same size with the same mtime under the same name is digested afresh."""
    path, other = aged / "replaced", aged / "replacement"
    with DigestCache(tmp_path / "d.sqlite") as cache:
        digest_file(path, cache)
        times = path.stat()
        other.replace(path)
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
        assert digest_file(path, cache).digest == digest_bytes(b"xyz")


@pytest.mark.parametrize("damage", DAMAGES)
def test_unusable_cache_is_done_without(tmp_path: Path, aged: Path, damage: str) -> None:
    """A cache that is damaged, no file, of another program, or locked costs the cache and nothing else."""
    path, cache_path = aged / damage, tmp_path / "d.sqlite"
    lock: sqlite3.Connection | None = None
    if damage == "garbage":
        cache_path.write_bytes(b"not a database " * 100)
    elif damage == "folder":
        cache_path.mkdir()
    else:
        lock = sqlite3.connect(cache_path, isolation_level=None)
        lock.execute("CREATE TABLE digests (other)")
        if damage == "locked":
            lock.execute("BEGIN EXCLUSIVE")
    cache = DigestCache(cache_path)
    assert digest_file(path, cache).digest == digest_bytes(b"abc")
    cache.close()
    assert cache.problem
    assert digest_file(path, cache).digest == digest_bytes(b"abc")
    if lock is not None:
        lock.close()


def test_file_that_changes_while_read_is_refused(tmp_path: Path) -> None:
    """A file that another program writes to gets no digest, or that of one state: never a mixture kept silently."""
    path = tmp_path / "f"
    path.write_bytes(b"x" * (64 << 20))
    stop = threading.Event()

    def write() -> None:
        with path.open("ab") as file:
            while not stop.is_set():
                file.write(b"y")
                file.flush()

    writer = threading.Thread(target=write)
    writer.start()

    def digest_often() -> None:
        for _ in range(20):
            digest_file(path)

    try:
        with pytest.raises(DataMissing, match="changed while it was read"):
            digest_often()
    finally:
        stop.set()
        writer.join()


@pytest.mark.parametrize("kind", ["pipe", "folder", "missing", "dangling", "loop"])
def test_what_is_no_file_is_an_error_not_a_wait(tmp_path: Path, kind: str) -> None:
    """A pipe without a writer, a folder, and links to nowhere are refused at once."""
    path = tmp_path / "f"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind in {"dangling", "loop"}:
        path.symlink_to("f" if kind == "loop" else "nowhere")
    with pytest.raises((DataMissing, StorageError)):
        digest_file(path)
