"""Names of files that a program wrote, the same in a replay, which runs elsewhere."""

from __future__ import annotations

import os
from pathlib import Path

from bis.launch.project_root import barred_folders
from bis.record.probes.code import relative_to


def place_name(path: Path, root: str, cwd: str) -> str | None:
    """The name of a file relative to the project, also where it lies in a working directory elsewhere.

    A replay has that directory at the same place relative to the project. Hidden folders in it hold settings and
    caches; of the home folder, the root and the folder of temporary files only what lies directly in them counts.

    Parameters
    ----------
    path : Path
        The file, absolute.
    root, cwd : str
        The project, and the working directory of the program.

    Returns
    -------
    str or None
        With POSIX separators, with ``..`` where it is outside of the project; None where it is in neither.
    """
    if path.is_relative_to(root):
        return relative_to(path, Path(root))
    if not path.is_relative_to(cwd):
        return None
    folders = path.relative_to(cwd).parts[:-1]
    if any(f.startswith(".") for f in folders) or (folders and Path(cwd) in barred_folders(Path(cwd))):
        return None
    return os.path.relpath(path, root).replace(os.sep, "/")
