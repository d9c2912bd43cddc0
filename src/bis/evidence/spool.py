"""The spool: the folder of a session, written while the program runs and read when it has ended.

Light and standard library only, since the writing half works inside users' programs. Each process appends to an event
file of its own, one ``os.write`` an event, so that what was seen survives even ``kill -9``. The files are described
in docs/formats/spool.md.
"""

from __future__ import annotations

import json
import os
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from bis.errors import EvidenceDamaged, EvidenceTooNew
from bis.model.jsonable import from_json, to_json
from bis.model.session import Exit, Session

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VERSION = 1
SESSION = "session.json"
EXIT = "exit.json"
STDOUT = "stdout.txt"
SOURCE = "source.tar.gz"
NOTEBOOK = "notebook.ipynb"
NOTEBOOK_RESULT = "notebook.json"
NOTEBOOK_REDACTED = "notebook.redacted.ipynb"
CODE = "code.json"
ENVIRONMENT = "environment.json"
STORED = "stored.json"
SECRETS = "secrets.json"


class EventWriter:
    """Appends events to this process's file of a spool; safe in threads and after a fork."""

    def __init__(self, spool: Path) -> None:
        self._spool = spool
        self._lock = threading.Lock()
        self._pid = 0
        self._fd = -1
        self._identity = (0, 0)

    def write(self, kind: str, **facts: Any) -> None:
        """Append one event. Raises OSError where the disk refuses."""
        data = encoded({"k": kind, "t": time.time(), **facts}) + b"\n"
        if self._pid != os.getpid() or not self._is_ours():
            self._open()
        with self._lock:
            if os.write(self._fd, data) < len(data):  # a full disk: the next event begins a line of its own
                os.write(self._fd, b"\n")

    def _is_ours(self) -> bool:
        """Whether the descriptor is still the event file: a program that closes all (a daemon) may reuse its number."""
        try:
            state = os.fstat(self._fd)
        except OSError:
            return False
        return (state.st_dev, state.st_ino) == self._identity

    def _open(self) -> None:
        self._lock = threading.Lock()  # the inherited one may be held by a thread that the fork did not copy
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0)
        self._fd = os.open(self._spool / f"events-{os.getpid()}.jsonl", flags, 0o600)
        state = os.fstat(self._fd)
        self._identity = (state.st_dev, state.st_ino)
        self._pid = os.getpid()


def encoded(value: Any, *, indent: int | None = None, strict: bool = False) -> bytes:
    """A value as UTF-8 JSON. Bytes of file names and arguments that are no UTF-8 (lone surrogates) are ``\\udcxx``.

    With `strict` numbers that JSON does not have raise ValueError; without it, what has no JSON form is its ``str``.
    """
    form = None if strict else str
    text = json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=not strict, default=form)
    return text.encode("utf-8", "backslashreplace")  # which is JSON's own escape


def write_document(path: Path, value: Any) -> None:
    """Write a JSON document whole or not at all."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_bytes(encoded(to_json(value), indent=1))
        temporary.replace(path)
    except OSError:
        with suppress(OSError):
            temporary.unlink()
        raise


def read_session(spool: Path) -> Session:
    """Read ``session.json``.

    Raises
    ------
    EvidenceDamaged, EvidenceTooNew
        The file is absent, malformed, or of a later version.
    """
    document = _read(spool / SESSION)
    version = document.get("version") if isinstance(document, dict) else None
    if isinstance(version, int) and version > VERSION:
        raise EvidenceTooNew(
            f"{spool / SESSION} has format version {version}; this bis knows {VERSION}",
            hint="Upgrade bis.",
        )
    try:
        return from_json(Session, document)
    except ValueError as error:
        raise EvidenceDamaged(f"{spool / SESSION}: {error}") from error


def read_exit(spool: Path) -> Exit | None:
    """How the process ended; None where the launcher did not live to see it (or there was none)."""
    if not (spool / EXIT).exists():
        return None
    try:
        return from_json(Exit, _read(spool / EXIT))
    except ValueError as error:
        raise EvidenceDamaged(f"{spool / EXIT}: {error}") from error


def read_events(spool: Path) -> Iterator[dict[str, Any]]:
    """All events of all processes, each process's in its order, with ``pid`` added.

    A last line that was cut off by the death of its process is left out.
    """
    for path in sorted(spool.glob("events-*.jsonl"), key=lambda p: p.stat().st_mtime_ns):
        pid = int(path.stem.split("-")[1])
        with path.open("rb") as lines:
            for line in lines:
                try:
                    event = json.loads(line)
                except ValueError:
                    continue
                if isinstance(event, dict):
                    event["pid"] = pid
                    yield event


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise EvidenceDamaged(f"{path} is missing", hint="The session was removed or never began.") from error
    except (OSError, ValueError) as error:
        raise EvidenceDamaged(f"{path} cannot be read: {error}") from error
