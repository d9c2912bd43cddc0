"""What a sandboxed program finds in the place of folders that are not there for it: empty ones, thrown away after it.

What a program (or a program that it started) left there is what it wrote outside: it went nowhere, and can be named.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_MOST_NAMED = 1000


class StandIns:
    """Folders in the place of covered ones.

    Parameters
    ----------
    folder : Path
        Where they are.
    covered : sequence of str
        The folders that they stand for (absolute, real paths, none in another).
    """

    def __init__(self, folder: Path, covered: Sequence[str]) -> None:
        self._folders = {target: folder / str(number) for number, target in enumerate(covered)}
        self._places: set[Path] = set()  # where something else is seen
        self._kept: set[Path] = set()

    def make(self, there: Iterable[str], folders: Iterable[str] = ()) -> list[list[str]]:
        """Make them, with a place for each path that is to be there; returns pairs of a folder and its stand-in.

        `folders` are there too, and empty.

        Raises
        ------
        OSError
            They cannot be made.
        """
        for target, folder in self._folders.items():
            folder.mkdir(parents=True, exist_ok=True)
            if target.endswith("tmp"):
                folder.chmod(0o1777)
        for path in folders:
            self._make(path, is_folder=True)
        for path in there:
            place = self._make(path, is_folder=os.path.isdir(path))  # noqa: PTH112 (text)
            if place is not None:
                self._places.add(place)
        return [[target, str(folder)] for target, folder in self._folders.items()]

    def _make(self, path: str, *, is_folder: bool) -> Path | None:
        """What is in the stand-ins under this name; None where it lies in none of the covered folders."""
        found = next(((t, f) for t, f in self._folders.items() if path == t or path.startswith(t + "/")), None)
        if found is None:
            return None
        place = found[1] / os.path.relpath(path, found[0])
        if is_folder:
            place.mkdir(parents=True, exist_ok=True)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.touch()
        self._kept |= {place, *place.parents}
        return place

    def left(self) -> tuple[str, ...]:
        """What was written, by the names that it had for the program: files, links, and folders with nothing in them.

        After the first thousand no more are looked for.
        """
        found: list[str] = []
        for target, folder in self._folders.items():
            for where, folders, files in os.walk(folder):
                here = Path(where)
                folders[:] = [name for name in folders if here / name not in self._places]
                links = [name for name in folders if (here / name).is_symlink()]
                names = [name for name in (*files, *links) if here / name not in self._kept]
                if not folders and not files and here not in self._kept and here != folder:
                    names = [""]
                found += [os.path.normpath(os.path.join(target, os.path.relpath(where, folder), n)) for n in names]  # noqa: PTH118
                if len(found) >= _MOST_NAMED:
                    return tuple(found[:_MOST_NAMED])
        return tuple(found)

    def clear(self) -> None:
        """Remove what was written, and leave the places: they are what other namespaces have mounted things on."""
        for folder in self._folders.values():
            for where, folders, files in os.walk(folder, topdown=False):
                for name in (*files, *folders):
                    place = Path(where) / name
                    if place in self._kept:
                        continue
                    with suppress(OSError):
                        if place.is_dir() and not place.is_symlink():
                            shutil.rmtree(place, ignore_errors=True)
                        else:
                            place.unlink()
