"""Digests of files, and the cache that must never stand in the way."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import time
from pathlib import Path

from bis.evidence.digests import DigestCache, digest_bytes, digest_file


def _old(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def _kept(cache: Path) -> int:
    with sqlite3.connect(cache) as connection:
        return int(connection.execute("SELECT count(*) FROM digests").fetchone()[0])


def _digest_all(folder: str, cache_path: str) -> None:
    with DigestCache(cache_path) as cache:
        for path in sorted(Path(folder).iterdir()):
            digest_file(path, cache)
        assert not cache.problem, cache.problem


def test_many_processes_share_a_cache(tmp_path: Path) -> None:
    """Processes that digest the same files at once all succeed, and all digests are kept."""
    folder = tmp_path / "files"
    folder.mkdir()
    for i in range(300):
        (folder / str(i)).write_bytes(b"%d" % i)
    time.sleep(2.1)
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_digest_all, args=(str(folder), str(tmp_path / "d.sqlite"))) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [p.exitcode for p in processes] == [0, 0, 0]
    assert _kept(tmp_path / "d.sqlite") == 300


def test_cache_is_usable_after_a_fork(tmp_path: Path) -> None:
    """A forked child uses a connection of its own, even where the parent held the lock."""
    path = _old(tmp_path / "f", b"abc")
    with DigestCache(tmp_path / "d.sqlite") as cache:
        digest_file(path, cache)
        with cache._lock:
            child = os.fork()
            if child == 0:
                os._exit(0 if digest_file(path, cache).digest == digest_bytes(b"abc") else 1)
            assert os.waitpid(child, 0)[1] == 0
