"""Which session went to which store: ``runs.jsonl`` in the folder of bis, one line for each session and store.

A program may name its store itself, where no later command would look. Lines are only ever added, by any number of
processes at once; at a certain size the file becomes the older one of two, and what was older before goes. Whatever
cannot be read is passed over: the file spares a search, and is no evidence.
"""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bis.evidence.addresses import absolute_uri, local_path, without_password
from bis.evidence.spool import encoded
from bis.evidence.sqlite_reader import SCHEME, database_of, file_of
from bis.model.jsonable import to_json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILE = "runs.jsonl"
OLDER = "runs.1.jsonl"
VERSION = 1
_LARGEST_BYTES = 256 * 1024
_MOST_RUNS = 1000  # of one session; a run that is not listed is looked for in the store
_ROTATING = "runs.lock"
_STALE_S = 60.0


@dataclass(frozen=True, slots=True)
class KnownSession:
    """A session, and what of it is in one store.

    `at_unix_s` is when the last of `run_ids` began. `variable` is the tracking URI in the environment in which the
    session was started (None: there was none), and `uri` the store, both absolute and without passwords.
    """

    session: str
    at_unix_s: float
    cwd: str
    project_root: str
    uri: str
    run_ids: tuple[str, ...]
    variable: str | None = None


def place_of(uri: str, cwd: str) -> str:
    """The store that a tracking URI means, spelled the same however it was given, without passwords.

    Parameters
    ----------
    uri : str
        A tracking URI.
    cwd : str
        What a relative path in it is relative to.
    """
    absolute = absolute_uri(uri, cwd) or uri
    database, folder = database_of(absolute), local_path(absolute, cwd)
    if database is not None:
        return f"{SCHEME}{os.path.abspath(database)}"  # noqa: PTH100 (it is normalised, and links are not followed)
    if folder is not None:
        return os.path.abspath(folder)  # noqa: PTH100 (same)
    return without_password(absolute).rstrip("/")


def local_place(uri: str) -> Path | None:
    """The file or folder of an absolute tracking URI; None for servers."""
    return file_of(uri) or local_path(uri, "/")


def remember(home: Path, known: KnownSession) -> None:
    """Add a line, unless the last one for the session and store is the same.

    Raises
    ------
    OSError
        The disk refuses.
    """
    known = replace(known, run_ids=known.run_ids[-_MOST_RUNS:])
    before = [k for k in _read(home / FILE) if (k.session, k.uri) == (known.session, known.uri)]
    if before and before[-1] == known:
        return
    home.mkdir(parents=True, exist_ok=True)
    _rotate(home)
    line = encoded({"version": VERSION, **to_json(known)}) + b"\n"
    descriptor = os.open(home / FILE, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0), 0o600)
    try:
        size = os.fstat(descriptor).st_size
        os.lseek(descriptor, max(size - 1, 0), os.SEEK_SET)
        cut = size > 0 and os.read(descriptor, 1) != b"\n"  # a writer died in the middle of its line
        os.write(descriptor, (b"\n" if cut else b"") + line)
    finally:
        os.close(descriptor)


def known_sessions(home: Path) -> tuple[KnownSession, ...]:
    """What is remembered, the latest session first; for each session and store the latest line."""
    found = {(k.session, k.uri): k for name in (OLDER, FILE) for k in _read(home / name)}
    return tuple(sorted(found.values(), key=lambda k: -k.at_unix_s))


def _read(path: Path) -> Iterator[KnownSession]:
    try:
        lines = path.read_bytes().splitlines()
    except OSError:
        return
    for line in lines:
        with suppress(ValueError, TypeError, RecursionError):
            document = json.loads(line)
            if isinstance(document, dict) and document.pop("version", None) == VERSION:
                yield _known(**document)


def _known(
    *,
    session: object,
    at_unix_s: object,
    cwd: object,
    project_root: object,
    uri: object,
    run_ids: object,
    variable: object = None,
    **_later: object,
) -> KnownSession:
    """A line's values, checked by hand, since there are thousands of lines."""
    texts = (session, cwd, project_root, uri, *(run_ids if isinstance(run_ids, list) else (None,)))
    if not all(isinstance(t, str) for t in texts) or not isinstance(variable, (str, type(None))):
        raise TypeError("expected texts")
    moment = float(at_unix_s)  # type: ignore[arg-type]  # what is no number raises
    ids = tuple(str(t) for t in texts[4:])
    return KnownSession(str(session), moment, str(cwd), str(project_root), str(uri), ids, variable)


def _rotate(home: Path) -> None:
    """Make the file the older one where it is large; one process at a time, and the others go on."""
    with suppress(OSError):
        if (home / FILE).stat().st_size < _LARGEST_BYTES:
            return
        mark = home / _ROTATING
        with suppress(FileNotFoundError):
            if time.time() - mark.stat().st_mtime > _STALE_S:  # its process died
                mark.unlink()
        os.close(os.open(mark, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        try:
            if (home / FILE).stat().st_size >= _LARGEST_BYTES:  # still: another process may just have done it
                (home / FILE).replace(home / OLDER)
        finally:
            mark.unlink(missing_ok=True)
