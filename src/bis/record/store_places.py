"""Where the tracking stores of a session keep their own files, which are neither its data nor its results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bis.evidence.addresses import local_path
from bis.evidence.sqlite_reader import file_of

if TYPE_CHECKING:
    from collections.abc import Iterable

_BESIDE = ("-journal", "-wal", "-shm")  # files that SQLite makes beside a database


@dataclass(frozen=True, slots=True)
class StorePlaces:
    """Folders (with a slash at the end) and databases of tracking stores, absolute."""

    folders: tuple[str, ...] = ()
    databases: frozenset[str] = frozenset()

    def hold(self, path: str) -> bool:
        """Whether a file belongs to a store, artifacts of runs among it."""
        return path.startswith(self.folders) or path in self.databases

    def keep_records_in(self, path: str) -> bool:
        """Whether a file is one that a store keeps its records in: an artifact may be an input."""
        return self.hold(path) and "/artifacts/" not in path


def store_places(uris: Iterable[str], cwd: str) -> StorePlaces:
    """The places of the stores with these tracking URIs.

    Parameters
    ----------
    uris : iterable of str
        As they were noted; those of servers have no place.
    cwd : str
        What relative paths in them are relative to.
    """
    folders, databases = [], []
    for uri in dict.fromkeys(uris):
        folder = local_path(uri, cwd)
        database = file_of(uri)
        if folder is not None:
            folders.append(f"{folder}/")
        elif database is not None:
            databases += [f"{database.absolute()}{end}" for end in ("", *_BESIDE)]
    return StorePlaces(tuple(folders), frozenset(databases))
