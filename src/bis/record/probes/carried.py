"""State that a program carried over: files as they were before it changed them, and what was not there before it."""

# Paths are strings here, as in the events.
# ruff: noqa: PTH116

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bis.errors import BisError
from bis.evidence.archive import ArchiveEntry, pack
from bis.evidence.digests import digest_file
from bis.model.facets import Carried, FileDigest
from bis.record.probes.code import relative_to
from bis.record.probes.secret_files import holds_secrets

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from bis.evidence.digests import DigestCache

MAX_TOTAL_BYTES = 256 << 20


@dataclass(frozen=True, slots=True)
class KeptCopy:
    """A copy of a file, made before the program changed it. `path` is the file's, `copy` that of the copy.

    `replaced` says that the file was opened to be written as a whole, and not for changes that may never have come.
    """

    path: str
    copy: Path
    size_bytes: int
    mtime_ns: int
    replaced: bool = True


@dataclass(frozen=True, slots=True)
class PackedState:
    """The archive's bytes, and what the record holds about it; `earlier` are the digests of all copies, by path.

    `reasons` say of which copies the archive has nothing.
    """

    carried: Carried
    content: bytes = b""
    earlier: tuple[FileDigest, ...] = ()
    reasons: tuple[str, ...] = ()


def pack_state(
    copies: Iterable[KeptCopy],
    *,
    root: Path,
    artifact: str,
    is_data: Callable[[str], bool],
    absent: Collection[str] = (),
    listed: Collection[str] = (),
    cache: DigestCache | None = None,
    total_bytes: int = MAX_TOTAL_BYTES,
) -> PackedState:
    """Write the archive of those copies whose files are no longer as they were.

    Parameters
    ----------
    copies : iterable of KeptCopy
        The first of each file.
    root : Path
        The project; paths in it are recorded relative to it.
    artifact : str
        The artifact path that the archive will have.
    is_data : callable
        Whether a file of this path may be the program's own: not one of its environment or of a cache.
    absent : collection of str
        Names that were not there before the program made them.
    listed : collection of str
        Names that the program found in folders.
    cache : DigestCache, optional
        Digests of files that were read before.
    total_bytes : int
        How much the files in the archive may take.
    """
    earlier: list[FileDigest] = []
    entries: dict[str, ArchiveEntry] = {}
    files: list[FileDigest] = []
    reasons: list[str] = []
    total = 0
    for copy in sorted(copies, key=lambda c: (c.size_bytes, c.path)):
        if not is_data(copy.path):
            continue
        name = relative_to(copy.path, root)
        try:
            digest = digest_file(copy.copy, cache).digest
        except BisError:
            reasons.append(f"{name} was changed by the program, and the copy of what it was before is lost")
            continue
        earlier.append(FileDigest(copy.path, copy.size_bytes, digest))
        if not _has_changed(copy):
            continue
        if holds_secrets(name):
            reasons.append(f"{name} was changed by the program, and may hold secrets: what it was before is not kept")
        elif digest not in entries and total + copy.size_bytes > total_bytes:
            reasons.append(f"{name} was changed by the program, and there is no room to keep what it was before")
        else:
            total += 0 if digest in entries else copy.size_bytes
            entries[digest] = ArchiveEntry(digest, copy.copy)
            files.append(FileDigest(name, copy.size_bytes, digest))
    names = Carried(absent=tuple(sorted(absent)), listed=tuple(sorted(listed)))
    if not entries:
        return PackedState(names, b"", tuple(earlier), tuple(reasons))
    packed = pack(entries.values())
    carried = replace(
        names,
        artifact=artifact,
        digest=packed.digest,
        size_bytes=len(packed.content),
        files=tuple(sorted(files, key=lambda f: f.path)),
    )
    return PackedState(carried, packed.content, tuple(earlier), tuple(reasons))


def _has_changed(copy: KeptCopy) -> bool:
    """Whether the file is another one now than when it was copied: a database may have been read only."""
    if copy.replaced:  # a clock may be too coarse to tell
        return True
    try:
        status = os.stat(copy.path)
    except OSError:
        return True
    return (status.st_size, status.st_mtime_ns) != (copy.size_bytes, copy.mtime_ns)
