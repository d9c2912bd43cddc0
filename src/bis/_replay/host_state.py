"""Looking at this machine for what a plan depends on."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from bis._replay.environment import interpreters
from bis._replay.planning import Clone, FoundFile, HostState, ReplayOptions
from bis.errors import BisError
from bis.evidence.archive import read_entries
from bis.evidence.digests import DigestCache, digest_file
from bis.evidence.hosts import host_digest
from bis.model.facets import EntryKind
from bis.notebooks.line_skipping import blocking_calls
from bis.record.probes.machine import probe_machine
from bis.record.probes.packages import probe_environment

if TYPE_CHECKING:
    from bis.model.facets import FileDigest
    from bis.model.record import Record

_MAX_WALKED = 200_000


def look_here(
    record: Record,
    options: ReplayOptions,
    *,
    archive: Path | None = None,
    cache: DigestCache | None = None,
    skipped_cells: tuple[tuple[int, str], ...] = (),
) -> HostState:
    """Find out what this machine has of what a run needs.

    Parameters
    ----------
    record : Record
        Of the run.
    options : ReplayOptions
        Where to look for data and for a clone.
    archive : Path, optional
        The source snapshot, fetched already.
    cache : DigestCache, optional
        Remembers digests of large data files.
    skipped_cells : tuple
        For a notebook: what will not be run (position from 0, why).
    """
    environment = probe_environment()
    same_python = environment.python == record.environment.python
    return HostState(
        environment=environment,
        machine=probe_machine(environ=os.environ),
        host=host_digest(),
        interpreters=() if same_python else tuple(i.version for i in interpreters()),
        files=_find_files(record, options, cache),
        clone=_clone(options.source_dir, record.code.commit),
        waiting=_waiting(record, archive),
        skipped_cells=skipped_cells,
        variables=frozenset(os.environ),
    )


def _find_files(record: Record, options: ReplayOptions, cache: DigestCache | None) -> dict[str, FoundFile]:
    folders = [Path(d).absolute() for d in options.data_dirs]
    root = Path(record.code.project_root) if record.code.project_root else None
    by_size: dict[int, list[Path]] | None = None
    found: dict[str, FoundFile] = {}
    for file in record.data.files:
        best: FoundFile | None = None
        for place in _places(file.path, folders, root):
            best = _better(best, _judge(place, file, cache))
            if best is not None and best.state == "ok":
                break
        if (best is None or best.state != "ok") and folders and file.digest:
            by_size = _walk(folders) if by_size is None else by_size
            for place in by_size.get(file.size_bytes, []):
                judged = _judge(place, file, cache)
                if judged is not None and judged.state == "ok":
                    best = judged
                    break
        if best is not None:
            found[file.path] = best
    return found


def _places(path: str, folders: list[Path], root: Path | None) -> list[Path]:
    """Where a file may be: below a given folder under the same name or a part of it, then where it was."""
    name = Path(path)
    parts = name.parts[1:] if name.is_absolute() else name.parts
    given = [folder.joinpath(*parts[start:]) for folder in folders for start in range(len(parts))]
    return [*given, name] if name.is_absolute() else [*given, *([root / name] if root else [])]


def _judge(place: Path, file: FileDigest, cache: DigestCache | None) -> FoundFile | None:
    try:
        size = place.stat().st_size
        if not place.is_file():
            return None
        if file.digest and size != file.size_bytes:
            return FoundFile(str(place), "changed")
        if not file.digest:
            return FoundFile(str(place), "ok" if size == file.size_bytes else "changed")
        same = digest_file(place, cache).digest == file.digest
    except OSError:
        return None
    except BisError:
        return FoundFile(str(place), "unread")
    return FoundFile(str(place), "ok" if same else "changed")


def _better(first: FoundFile | None, second: FoundFile | None) -> FoundFile | None:
    if first is None or (second is not None and second.state == "ok"):
        return second
    return first


def _walk(folders: list[Path]) -> dict[int, list[Path]]:
    """Files below these folders by size, so that only likely ones are digested."""
    found: dict[int, list[Path]] = {}
    count = 0
    for folder in folders:
        for where, _, names in os.walk(folder):
            for name in names:
                place = Path(where, name)
                try:
                    found.setdefault(place.stat().st_size, []).append(place)
                except OSError:
                    continue
                count += 1
                if count >= _MAX_WALKED:
                    return found
    return found


def _clone(folder: str | None, commit: str | None) -> Clone | None:
    if folder is None:
        return None
    if commit is None:
        return Clone(folder, has_commit=False)
    command = ["git", "-C", folder, "ls-tree", "-r", "-z", "--name-only", "--full-tree", commit]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    except OSError:
        return Clone(folder, has_commit=False)
    names = tuple(n for n in answer.stdout.split("\0") if n)
    return Clone(folder, has_commit=answer.returncode == 0, files=names)


def _waiting(record: Record, archive: Path | None) -> tuple[tuple[int, str], ...]:
    """Calls of the recorded script that do not return."""
    if archive is None or record.code.kind is not EntryKind.SCRIPT:
        return ()
    for entry in read_entries(archive):
        if entry.name == record.code.target and isinstance(entry.source, bytes):
            return blocking_calls(entry.source.decode("utf-8", "replace"))
    return ()
