"""The folder in which a replay runs: the recorded source, and the data where the program looks for it.

Nothing here can be used to change an original: small files are copied, and large ones are linked, which
`bis.instrument.confinement` refuses to open for writing.
"""

from __future__ import annotations

import errno
import os
import posixpath
import re
import shutil
import stat
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bis._replay.planning import NEIGHBOURS, Layout
from bis.errors import EvidenceError, StorageError, UnsafeArchive
from bis.evidence.archive import read_entries, unpack
from bis.model.verdict import Deviation

if TYPE_CHECKING:
    from bis.model.plan import DataPlacement, Plan

COPIED_BYTES = 64 << 20
_DATABASE = b"SQLite format 3\0"
_PROJECT = "project"
_ABOVE = "above"  # means a folder above the project
_SCANNED_BYTES = 1 << 20
_ASKS_GIT = re.compile(rb"rev-parse|git describe|^\s*(?:import git\b|from git import)|[\"']git[\"'],", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class WorkingCopy:
    """A place to run in: `root` is the project's folder, `cwd` the working directory, both absolute.

    `external` are folders to put on ``PYTHONPATH``. Everything lies below `folder`.
    """

    folder: Path
    root: Path
    cwd: Path
    external: tuple[Path, ...] = ()
    deviations: tuple[Deviation, ...] = ()

    def remove(self) -> None:
        """Delete all of it; links are removed, not what they lead to."""
        shutil.rmtree(self.folder, ignore_errors=True)


def build(
    plan: Plan, archive: Path | None, folder: Path, *, layout: Layout | None = None, state: Path | None = None
) -> WorkingCopy:
    """Make the workspace of one replay.

    Parameters
    ----------
    plan : Plan
        What is replayed.
    archive : Path or None
        The source: the snapshot, or what `archive_of_commit` made. None leaves the project's folder empty.
    folder : Path
        Where; it must not be there, or be empty. It is removed if anything fails or interrupts.
    layout : Layout, optional
        Folders that the program needs, as `bis._replay.planning.layout` finds them.
    state : Path, optional
        The archive of files as they were before the program changed them, by their digests.

    Raises
    ------
    StorageError
        The disk is full or may not be written; the message says where and at what.
    UnsafeArchive, EvidenceDamaged
        The archive is not one to unpack.
    """
    layout = layout or Layout()
    folder = folder.absolute()
    try:
        names = _project_names(plan.cwd)
        most = len(names) - 1 + NEIGHBOURS
        levels = max((_levels_above(p.target, most) for p in plan.data if p.target is not None), default=0)
        root = folder.joinpath(*[_ABOVE] * (levels - len(names)), *names)
        root.mkdir(parents=True, exist_ok=True)
        if archive is not None:
            unpack(archive, root)
        for name in sorted(layout.absent, reverse=True):  # what is in a folder comes before it
            _remove(_inside(root, name, folder))
        if state is not None:
            _put_back(plan, state, root, folder)
        for placement in plan.data:
            if placement.target is not None and placement.found is not None:
                _place(placement, _inside(root, placement.target, folder))
        cwd = _inside(root, plan.cwd, folder)
        for needed in (cwd, *(_inside(root, name, folder) for name in layout.folders)):
            needed.mkdir(parents=True, exist_ok=True)
        for name in layout.listed:
            _stand_in(_inside(root, name, folder), is_folder=name.endswith("/"))
        external = [_inside(root, name, folder) for name in layout.import_folders] or sorted(
            root.glob("external/[0-9]*")
        )
        return WorkingCopy(folder, root, cwd, tuple(p for p in external if p.is_dir()), _deviations(root / plan.target))
    except OSError as error:
        remove_tree(folder)
        raise StorageError(
            f"the workspace {folder} could not be made: {error.filename or folder}: {error.strerror or error}",
            hint="Free some space, or set TMPDIR to a folder on another disk.",
            path=error.filename,
        ) from error
    except BaseException:
        remove_tree(folder)
        raise


def archive_of_commit(clone: str, commit: str, target: Path) -> Path:
    """Write the files of a commit as an archive that `build` takes; the clone itself is left as it is.

    Raises
    ------
    EvidenceError
        git is not there, or does not know the commit.
    """
    command = ["git", "-C", clone, "archive", "--format=tar.gz", f"--output={target.absolute()}", commit]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    except OSError as error:
        raise EvidenceError(f"git cannot be run: {error.strerror or error}") from error
    if answer.returncode != 0:
        raise EvidenceError(
            f"commit {commit[:12]} cannot be read from {clone}: {answer.stderr.strip()[:300]}",
            hint="Run `git fetch` there, or name another clone with --source.",
        )
    return target


def remove_tree(folder: Path) -> None:
    """Delete a folder, made writable first where a program took that away."""
    for where, folders, _ in os.walk(folder):
        for name in folders:
            path = os.path.join(where, name)  # noqa: PTH118 (os.walk gives text)
            if not os.path.islink(path):  # noqa: PTH114
                os.chmod(path, stat.S_IRWXU)  # noqa: PTH101
    shutil.rmtree(folder, ignore_errors=True)


def _project_names(cwd: str) -> list[str]:
    """Names of the folders from the workspace down to the project.

    They are those below the folder that the project has in common with a working directory elsewhere.
    """
    parts = cwd.split("/")
    levels = next((i for i, part in enumerate(parts) if part != ".."), len(parts))
    names = [part for part in parts[levels : 2 * levels] if part not in {"", ".", ".."}]
    return [_ABOVE, *names] if levels and len(names) == levels else [_PROJECT]


def _levels_above(name: str, most: int) -> int:
    """How many folders above the project a file lies, as far as a plan may place one."""
    return min(posixpath.normpath(name).split("/").count(".."), most)


def _inside(root: Path, name: str, folder: Path) -> Path:
    """The place that `name` (relative to `root`) means, which must be in the workspace.

    A record may come from another user: its paths are checked like those of an archive.
    """
    place = Path(posixpath.normpath(posixpath.join(root.as_posix(), name)))
    existing = place.parent
    while not existing.exists() and existing != folder:
        existing = existing.parent
    if not place.is_relative_to(folder) or not existing.resolve().is_relative_to(folder.resolve()):
        raise UnsafeArchive(
            f"the record names {name!r}, which is outside of the workspace",
            hint="The record was made or changed by hand.",
        )
    return place


def _remove(place: Path) -> None:
    """Take away what got into the snapshot while the program made it."""
    if place.is_symlink() or place.is_file():
        place.unlink()
    elif place.is_dir():
        with suppress(OSError):  # there is more in it
            place.rmdir()


def _stand_in(place: Path, *, is_folder: bool) -> None:
    """Something of this name, where there is nothing: the program counts what is there, and reads nothing of it."""
    with suppress(FileExistsError, NotADirectoryError):
        if is_folder:
            place.mkdir(parents=True, exist_ok=True)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.touch(exist_ok=False)


def _put_back(plan: Plan, state: Path, root: Path, folder: Path) -> None:
    """Files that the program changed, as they were before."""
    contents = {e.name: e.source for e in read_entries(state)}
    for placement in plan.data:
        content = contents.get(placement.file.digest)
        if not placement.kept or placement.target is None or not isinstance(content, bytes):
            continue
        target = _inside(root, placement.target, folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.is_symlink() or target.exists():
            target.unlink()
        target.write_bytes(content)


def _place(placement: DataPlacement, target: Path) -> None:
    """Put a file where the program looks for it."""
    assert placement.found is not None
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.is_symlink() or target.exists():
        target.unlink()
    if placement.file.size_bytes > COPIED_BYTES and not _is_database(placement.found):
        target.symlink_to(os.path.realpath(placement.found))
        return
    _copy(placement.found, target)
    status = os.stat(placement.found)  # noqa: PTH116 (text)
    os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))
    target.chmod(stat.S_IMODE(status.st_mode) | stat.S_IRUSR | stat.S_IWUSR)


def _is_database(path: str) -> bool:
    """Whether this is a database of SQLite, which is opened for writing even where it is only read."""
    with open(path, "rb") as file:  # noqa: PTH123 (text)
        return file.read(len(_DATABASE)) == _DATABASE


def _copy(source: str, target: Path) -> None:
    """Copy a file; on file systems that can, without copying its blocks."""
    copy = getattr(os, "copy_file_range", None)
    if copy is None:
        shutil.copyfile(source, target)
        return
    with open(source, "rb") as old, target.open("wb") as new:  # noqa: PTH123 (text)
        left = os.fstat(old.fileno()).st_size
        try:
            while left > 0:
                done = copy(old.fileno(), new.fileno(), left)
                if done == 0:
                    break
                left -= done
        except OSError as error:
            if error.errno in {errno.ENOSPC, errno.EDQUOT}:
                raise
            left = -1
    if left != 0:  # between file systems that do not do this
        shutil.copyfile(source, target)


def _deviations(program: Path) -> tuple[Deviation, ...]:
    """What the workspace is not: a git repository, where the program itself asks for one."""
    if not program.is_file() or program.stat().st_size > _SCANNED_BYTES or not _ASKS_GIT.search(program.read_bytes()):
        return ()
    why = f"{program.name} asks git; the workspace has the files only"
    return (Deviation("git repository", "there, if the project was one", "none", why),)
