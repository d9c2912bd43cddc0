"""Artifacts of a run in a folder of this machine, read and written there."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def files_in(folder: Path, *, without: str) -> tuple[tuple[str, int], ...]:
    """Paths and sizes (in bytes) of the files in a folder, but for those in its subfolder `without`."""
    found = ((p.relative_to(folder), p.stat().st_size) for p in folder.rglob("*") if p.is_file())
    return tuple(sorted((path.as_posix(), size) for path, size in found if path.parts[0] != without))


def put_file(path: Path, target: Path) -> None:
    """A file at another place, without a copy where the disk can do that."""
    try:
        os.link(path, target)
    except OSError:  # another disk, or one without links
        target.write_bytes(path.read_bytes())
