"""BLAKE3 digests of files, remembered between programs."""

# Paths are strings here, since Path objects cost several times as much over thousands of files.
# ruff: noqa: PTH100, PTH103, PTH110, PTH116, PTH120

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
import threading
import time
from typing import TYPE_CHECKING, Any

from bis.errors import DataMissing, StorageError
from bis.evidence.redaction import without_tokens

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType

    from typing_extensions import Self

    from bis.model.facets import FileDigest

_CHUNK_BYTES = 1 << 20
_BIG_BYTES = 8 << 20
_BIG_CHUNK_BYTES = 16 << 20
# A file may be written twice within one tick of the file system's clock (2 s on FAT) and keep size and mtime; such
# young files are not remembered. Git calls them "racily clean".
_YOUNG_NS = 2_000_000_000
_FLUSH_AFTER = 256
_BUSY_TIMEOUT_S = 0.25

_SCHEMA = """
CREATE TABLE IF NOT EXISTS digests (
    path TEXT PRIMARY KEY, size INTEGER, mtime_ns INTEGER, ctime_ns INTEGER, inode INTEGER, digest TEXT
) WITHOUT ROWID
"""


def digest_bytes(content: bytes) -> str:
    """The BLAKE3 digest of `content`, in hexadecimal."""
    return str(_hasher().update(content).hexdigest())


def digest_kept(path: str | os.PathLike[str]) -> str:
    """The BLAKE3 digest of a file that bis itself keeps, in hexadecimal: its content never changes, its times may.

    Raises OSError where it cannot be read.
    """
    with _opened(os.path.abspath(path)) as descriptor:
        return _digest_descriptor(descriptor, os.fstat(descriptor).st_size)[0]


def digest_file(
    path: str | os.PathLike[str], cache: DigestCache | None = None, *, name: str | None = None
) -> FileDigest:
    """Digest the content of a regular file.

    Parameters
    ----------
    path : path-like
        The file; symbolic links are followed.
    cache : DigestCache, optional
        Where digests are remembered by absolute path, size and times.
    name : str, optional
        The path that the result bears; `path` as it was given otherwise.

    Raises
    ------
    DataMissing
        There is no such file, or it changed while it was read.
    StorageError
        It is not a regular file (a pipe would never end), or may not be read.
    """
    from bis.model.facets import FileDigest  # late: an audit digests texts only, and has no facets

    place = os.path.abspath(path)
    name = os.fspath(path) if name is None else name
    try:
        with _opened(place) as descriptor:
            before = os.fstat(descriptor)
            known = cache.get(place, before) if cache is not None else None
            if known is not None:
                return FileDigest(name, before.st_size, known)
            digest, size = _digest_descriptor(descriptor, before.st_size)
            after = os.fstat(descriptor)
        now = os.stat(place)
    except FileNotFoundError as exc:
        raise DataMissing(f"{place} does not exist", path=place) from exc
    except OSError as exc:
        raise StorageError(f"{place} cannot be read: {exc.strerror or exc}", path=place) from exc
    if size != before.st_size or _identity(before) != _identity(after) or _identity(after) != _identity(now):
        raise DataMissing(f"{place} changed while it was read", hint="Another program writes to it.", path=place)
    if cache is not None:
        cache.put(place, before, digest)
    return FileDigest(name, size, digest)


class DigestCache:
    """Digests by absolute path, size and times, in an SQLite file that many processes share.

    It is a convenience: where the file is damaged, locked or read-only, digests are computed afresh and nothing else
    happens; `problem` then says why. Beside size and mtime, inode and ctime must agree, since a copy that preserves
    times would else pass for the file that it replaced.

    Parameters
    ----------
    path : path-like
        The SQLite file; it and its folder are created when the first digest is kept.
    """

    def __init__(self, path: str | Path) -> None:
        self._path = os.path.abspath(path)
        self._connection: sqlite3.Connection | None = None
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._pending: dict[str, tuple[Any, ...]] = {}
        self.problem = ""

    def get(self, path: str, status: os.stat_result) -> str | None:
        """The digest of the file, if it was kept for exactly this state of the file."""
        with self._guard() as connection:
            row: tuple[Any, ...] | None = None
            if path in self._pending:
                row = self._pending[path][1:]
            elif connection is not None:
                row = connection.execute(
                    "SELECT size, mtime_ns, ctime_ns, inode, digest FROM digests WHERE path = ?", (path,)
                ).fetchone()
            if row is not None and tuple(row[:4]) == _identity(status) and isinstance(row[4], str):
                return str(row[4])
        return None

    def put(self, path: str, status: os.stat_result, digest: str) -> None:
        """Keep a digest; it is written with others, at the latest by `close`."""
        if (
            self.problem
            or time.time_ns() - max(status.st_mtime_ns, status.st_ctime_ns) < _YOUNG_NS
            or not _is_text(path)
            or without_tokens(path) != path
        ):
            return
        with self._guard():
            self._pending[path] = (path, *_identity(status), digest)
            if len(self._pending) >= _FLUSH_AFTER:
                self._flush()

    def close(self) -> None:
        """Write what is pending and close the file."""
        with self._guard():
            if self._pending:
                self._flush()
        with self._lock:
            self._drop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextlib.contextmanager
    def _guard(self) -> Iterator[sqlite3.Connection | None]:
        """Lend the connection; a fault of SQLite switches the cache off for good."""
        if os.getpid() != self._pid:  # after a fork neither the lock nor the connection may be used
            self._lock = threading.Lock()
            self._pid, self._connection = os.getpid(), None
        with self._lock:
            try:
                connection = self._connected()
            except (sqlite3.Error, OSError) as exc:
                connection = None
                self._give_up(exc)
            try:
                yield connection
            except (sqlite3.Error, OSError) as exc:
                self._give_up(exc)

    def _give_up(self, exc: Exception) -> None:
        self.problem = f"digest cache {self._path} is not used: {exc}"
        self._pending.clear()
        self._drop()

    def _connected(self) -> sqlite3.Connection | None:
        if self.problem or self._connection is not None:
            return self._connection
        if not os.path.exists(self._path):
            return None
        return self._connect()

    def _connect(self) -> sqlite3.Connection:
        os.makedirs(os.path.dirname(self._path), exist_ok=True)
        # Writes are grouped in explicit transactions; any thread may use the connection, one at a time.
        self._connection = sqlite3.connect(
            self._path, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )
        self._connection.execute("PRAGMA synchronous = OFF")  # a lost cache costs a digest, not a fact
        self._connection.execute(_SCHEMA)
        return self._connection

    def _flush(self) -> None:
        connection = self._connection or self._connect()
        rows = list(self._pending.values())
        connection.execute("BEGIN IMMEDIATE")
        try:
            connection.executemany("INSERT OR REPLACE INTO digests VALUES (?, ?, ?, ?, ?, ?)", rows)
        except sqlite3.Error:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
        self._pending.clear()

    def _drop(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None


def _hasher(threads: int = 1) -> Any:
    import blake3  # compiled: loaded where a digest is needed, never with the plug-in

    # A number of threads, never AUTO: that is a pool shared by the process, and a forked child would wait for
    # workers that the fork did not copy.
    return blake3.blake3(max_threads=threads)


@contextlib.contextmanager
def _opened(path: str) -> Iterator[int]:
    """Open a regular file for reading; others (a pipe without a writer) are refused instead of waited for."""
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise OSError(0, "it is not a regular file")
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(0, "it is not a regular file")
        yield descriptor
    finally:
        os.close(descriptor)


def _digest_descriptor(descriptor: int, expected: int) -> tuple[str, int]:
    """Digest and size of what is read. Not by mmap: a file that shrinks meanwhile would kill the process (SIGBUS)."""
    big = expected >= _BIG_BYTES
    hasher = _hasher(min(4, os.cpu_count() or 1) if big else 1)
    if expected <= _CHUNK_BYTES:
        size = 0
        while content := os.read(descriptor, _CHUNK_BYTES):
            hasher.update(content)
            size += len(content)
        return str(hasher.hexdigest()), size
    buffer = memoryview(bytearray(_BIG_CHUNK_BYTES if big else _CHUNK_BYTES))
    size = 0
    with open(descriptor, "rb", buffering=0, closefd=False) as file:
        while count := file.readinto(buffer):
            hasher.update(buffer[:count])
            size += count
            if size > expected:  # it grows: the caller sees the difference
                break
    return str(hasher.hexdigest()), size


def _identity(status: os.stat_result) -> tuple[int, int, int, int]:
    # SQLite's integers have a sign; inodes of some file systems use all 64 bits.
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino & 0x7FFF_FFFF_FFFF_FFFF


def _is_text(path: str) -> bool:
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
