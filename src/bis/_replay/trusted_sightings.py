"""What is taken from the folders of a replay after its end: they were the program's to write, and it may not be honest.

Whatever the program has put there, nothing outside of the folders is read in its name, and nothing is written there.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bis.record.observed_session import ObservedSession, read_sightings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bis.model.session import Session

_READING = frozenset({"r", "db"})


def remove_links(folder: Path) -> None:
    """Remove all but files and folders from a folder: links lead elsewhere, and a pipe has no end."""
    with suppress(OSError):
        for path in folder.iterdir():
            if not stat.S_ISREG(path.lstat().st_mode) and not stat.S_ISDIR(path.lstat().st_mode):
                path.unlink()


def trusted_sightings(session: Session, folder: Path) -> ObservedSession:
    """What was seen of a replay whose folder this is.

    The session is the one that it was given, whatever stands in its spool now. Files that it wrote are those in its own
    folder.

    Raises
    ------
    EvidenceDamaged, EvidenceTooNew
        The spool cannot be read.
    """
    spool = Path(session.spool)
    remove_links(spool)
    seen = read_sightings(spool)
    inside = os.path.realpath(folder) + os.sep
    opened = [
        e for e in seen.all("open") if str(e.get("mode")) in _READING or _is_inside(str(e.get("path", "")), inside)
    ]
    return replace(seen, session=session, events={**seen.events, "open": opened})


def files_inside(paths: Iterable[Path], folder: Path) -> list[Path]:
    """Those of the paths that are files in a folder, and no links out of it; in alphabetical order."""
    inside = os.path.realpath(folder) + os.sep
    return sorted(p for p in paths if p.is_file() and _is_inside(str(p), inside))


def _is_inside(path: str, folder: str) -> bool:
    return "\0" not in path and os.path.realpath(path).startswith(folder)  # no file has such a name
