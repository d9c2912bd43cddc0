"""The spool: the folder of a session, written while the program runs and read when it has ended.

This is the host's side. In the program, `bis.instrument.session_view` reads the session and `bis.instrument.events`
writes the events; the two sides share no code, and a test compares them. docs/formats/spool.md describes the files.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from bis.errors import EvidenceDamaged, EvidenceTooNew
from bis.model.jsonable import from_json, json_value, to_json
from bis.model.session import Exit, Session

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VERSION = 1
SESSION = "session.json"
EXIT = "exit.json"
STDOUT = "stdout.txt"
STDIN = "stdin.bin"
STDIN_KEPT = "stdin.kept.bin"
STDERR = "stderr.txt"
SOURCE = "source.tar.gz"
CARRIED = "carried.tar.gz"
CARRIED_FILES = "carried.json"
KEPT = "kept"
NOTEBOOK = "notebook.ipynb"
NOTEBOOK_RESULT = "notebook.json"
NOTEBOOK_REDACTED = "notebook.redacted.ipynb"
CODE = "code.json"
ENVIRONMENT = "environment.json"
STORED = "stored.json"
SECRETS = "secrets.json"
VARIABLES = "variables.json"


def encoded(value: Any, *, indent: int | None = None, strict: bool = False) -> bytes:
    """A value as UTF-8 JSON. Bytes of file names and arguments that are no UTF-8 (lone surrogates) are ``\\udcxx``.

    With `strict` numbers that JSON does not have raise ValueError; without it, what has no JSON form is its ``str``.
    """
    form = None if strict else str
    text = json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=not strict, default=form)
    return text.encode("utf-8", "backslashreplace")  # which is JSON's own escape


def write_document(path: Path, value: Any) -> None:
    """Write a JSON document whole or not at all."""
    write_whole(path, encoded(to_json(value), indent=1))


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: what is there was written to its end. Raises OSError where the disk refuses."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        # A replayed program writes here, too: a link that it left under this name is not followed.
        temporary.unlink(missing_ok=True)
        with open(temporary, "xb", opener=_private) as file:
            file.write(content)
        temporary.replace(path)
    except OSError:
        with suppress(OSError):
            temporary.unlink()
        raise


def is_written(path: Path) -> bool:
    """Whether there is a file, and something in it: a disk that filled, or failed, may leave an empty one."""
    try:
        return path.stat().st_size > 0
    except OSError:
        return False


def _private(path: str, flags: int) -> int:
    """Open a file that its user alone may read."""
    return os.open(path, flags, 0o600)


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
    """How the process ended; None where the launcher did not live to write it (or there was none).

    Raises
    ------
    EvidenceDamaged
        The file cannot be read, or is not one.
    """
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
                    event = json_value(line)
                except ValueError:
                    continue
                if isinstance(event, dict):
                    event["pid"] = pid
                    yield event


def _read(path: Path) -> Any:
    try:
        return json_value(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise EvidenceDamaged(f"{path} is missing", hint="The session was removed or never started.") from error
    except (OSError, ValueError, RecursionError) as error:
        raise EvidenceDamaged(f"{path} cannot be read: {error}") from error
