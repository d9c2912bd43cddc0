"""The files of a program of a study, by whose contents it is known whether it has to be recorded again."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from bis.errors import BisError
from bis.evidence.digests import digest_bytes, digest_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bis.model.study_result import RecordedRun


def program_inputs(folder: Path, program: str, run: RecordedRun) -> dict[str, str]:
    """Digests of the program, of the code beside it, and of the files that it was seen to read; by path from `folder`.

    Code beside it is what stands in its own folder, and the packages there: other folders are none of its own.
    """
    target = folder / program
    beside = target.parent if target.suffix else folder
    files = {target, *_code_in(beside), *(Path(folder, name) for name in run.inputs)}
    return {_name(path, folder): digest for path in sorted(files) if (digest := _digest(path))}


def are_current(folder: Path, inputs: Mapping[str, str]) -> bool:
    """Whether all files still stand there with the same content."""
    return all(_digest(folder / name) == digest for name, digest in inputs.items())


def files_digest(folder: Path, names: Sequence[str]) -> str:
    """One digest of the contents of several files."""
    return digest_bytes("\n".join(f"{name} {_digest(folder / name)}" for name in names).encode())


def tree_digest(path: Path, *, without: Path) -> str:
    """One digest of a folder's files by name, size and time of their last change; of a file, by its content.

    Hidden files and what is below `without` do not count.
    """
    if not path.is_dir():
        return _digest(path)
    found = hashlib.sha256()
    left_out = os.path.realpath(without)
    for place, folders, names in os.walk(path):
        folders[:] = sorted(
            f for f in folders if not f.startswith(".") and os.path.realpath(Path(place, f)) != left_out
        )
        for name in sorted(n for n in names if not n.startswith(".")):
            file = Path(place, name)
            with suppress(OSError):
                status = file.lstat()
                found.update(
                    f"{file.relative_to(path)}\0{status.st_size}\0{status.st_mtime_ns}\n".encode(
                        "utf-8", "surrogateescape"
                    )
                )
    return found.hexdigest()[:40]


def _code_in(folder: Path) -> Iterator[Path]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                if (Path(entry.path) / "__init__.py").is_file():
                    yield from _code_in(Path(entry.path))
            elif entry.name.endswith(".py") and entry.is_file():
                yield Path(entry.path)


def _name(path: Path, folder: Path) -> str:
    return Path(os.path.relpath(path, folder)).as_posix()


def _digest(path: Path) -> str:
    """Of a file; empty where it cannot be read."""
    try:
        return digest_file(path).digest
    except (OSError, BisError):
        return ""
