"""Artifacts of a run in a folder of this machine, read and written there."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from bis.evidence.addresses import scheme_of

if TYPE_CHECKING:
    from pathlib import Path

_SERVED = "mlflow-artifacts"
_SERVERS = frozenset({"http", "https"})


def needs_server(artifact_uri: str, tracking_uri: str) -> bool:
    """Whether only an MLflow server can reach these artifacts, and the store is used without one.

    A server makes experiments like that. Its database or folder can be used without it afterwards, as many programs
    do; what they log are metrics and params then, since MLflow refuses artifacts.
    """
    return artifact_uri.partition(":")[0] == _SERVED and scheme_of(tracking_uri) not in _SERVERS


def kept_here(artifact_uri: str, run_id: str, tracking_uri: str, home: Path) -> Path | None:
    """Where the artifacts of bis for a run are kept on this machine, since MLflow takes none; None where it does."""
    return home / "artifacts" / run_id if needs_server(artifact_uri, tracking_uri) else None


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
